// Every number of the options has an effect: what an exchange comes to with the default, and with
// another number, is told as a text.
#include <iscsi_ike.h>

#include <algorithm>
#include <string>

#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

using Told = CPair::Told;

// Alone is what an engine does while nobody answers; times in ms.
struct Alone {
  std::vector<std::uint64_t> sent_at;
  std::vector<std::size_t> sizes;
  std::vector<std::uint16_t> ports;  // of this end
  std::vector<std::uint32_t> events;
  std::vector<std::uint64_t> event_at;
};

// Take takes out all that an engine has to say.
void Take(iscsi_ike_engine* engine, std::uint64_t at, Alone& alone) {
  EXPECT_EQ(iscsi_ike_run_dh(engine, 0), ISCSI_IKE_OK);
  iscsi_ike_endpoint local{};
  iscsi_ike_endpoint remote{};
  std::vector<std::uint8_t> buffer(65507);
  std::size_t size = buffer.size();
  while (iscsi_ike_poll_datagram(engine, &local, &remote, buffer.data(), &size) == ISCSI_IKE_OK) {
    alone.sent_at.push_back(at);
    alone.sizes.push_back(size);
    alone.ports.push_back(local.port);
    size = buffer.size();
  }
  auto event = ISCSI_IKE_INIT(iscsi_ike_event);
  while (iscsi_ike_poll_event(engine, &event) == ISCSI_IKE_OK) {
    alone.events.push_back(event.type);
    alone.event_at.push_back(at);
  }
}

// LeaveAlone lets the time pass from 0 until `end`.
Alone LeaveAlone(iscsi_ike_engine* engine, std::uint64_t end) {
  Alone alone;
  Take(engine, 0, alone);
  std::uint64_t when = 0;
  while (iscsi_ike_next_timeout(engine, &when) == ISCSI_IKE_OK && when <= end) {
    EXPECT_EQ(iscsi_ike_timeout(engine, when), ISCSI_IKE_OK);
    Take(engine, when, alone);
  }
  return alone;
}

template <class T>
std::string List(const std::vector<T>& numbers) {
  std::string text;
  for (const T number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
  return text;
}

void LogIn(CPair& pair) {
  pair.Connect();
  pair.Exchange();
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
}

// The effects.

std::string Retransmissions(CPair& pair) {
  pair.Connect();
  return List(LeaveAlone(pair.hba.engine.get(), 100000).sent_at);
}

std::string TimeOfFailure(CPair& pair) {
  pair.Connect();
  const Alone alone = LeaveAlone(pair.hba.engine.get(), 1000000);
  const auto at = std::find(alone.events.begin(), alone.events.end(), ISCSI_IKE_EVENT_FAILED);
  if (at == alone.events.end()) return "never";
  return std::to_string(alone.event_at[static_cast<std::size_t>(at - alone.events.begin())]);
}

std::string AfterLogin(CPair& pair) {
  LogIn(pair);
  return List(LeaveAlone(pair.hba.engine.get(), 45000).sent_at);
}

std::string ChildIsInUdp(CPair& pair) {
  pair.Connect();
  std::string text;
  pair.hba.watch = [&text](const iscsi_ike_event& event) {
    if (event.child_sa != nullptr) text = std::to_string(event.child_sa->udp_encapsulated);
  };
  pair.Exchange();
  return text;
}

std::string DatagramsSent(CPair& pair) {
  LogIn(pair);
  return std::to_string(pair.hba.sent.size());
}

// ChildrenBegun: how many of three quick modes are begun at once.
std::string ChildrenBegun(CPair& pair) {
  LogIn(pair);
  for (int i = 0; i < 3; ++i) {
    std::uint32_t child = 0;
    EXPECT_EQ(iscsi_ike_negotiate(pair.hba.engine.get(), 0, 1, nullptr, nullptr, &child, nullptr),
              ISCSI_IKE_OK);
  }
  Alone alone;
  Take(pair.hba.engine.get(), 0, alone);
  return std::to_string(alone.sizes.size());
}

std::string EndOfALifetime(CPair& pair) {
  LogIn(pair);
  pair.Run(90000);
  int established = 0;
  int closed = 0;
  for (const Seen& seen : pair.hba.events) {
    established += seen.type == ISCSI_IKE_EVENT_CHILD_ESTABLISHED ? 1 : 0;
    closed += seen.type == ISCSI_IKE_EVENT_CHILD_CLOSED ? 1 : 0;
  }
  return std::to_string(established) + " established, " + std::to_string(closed) + " closed";
}

// HalfOpen: three first messages come to the portal, and nothing after them.
std::size_t HalfOpen(CPair& pair) {
  for (int i = 0; i < 3; ++i) pair.Connect();
  EXPECT_EQ(iscsi_ike_run_dh(pair.hba.engine.get(), 0), ISCSI_IKE_OK);
  iscsi_ike_endpoint from{};
  iscsi_ike_endpoint to{};
  std::uint8_t buffer[2000];
  std::size_t size = sizeof buffer;
  while (iscsi_ike_poll_datagram(pair.hba.engine.get(), &from, &to, buffer, &size) ==
         ISCSI_IKE_OK) {
    iscsi_ike_receive(pair.portal.engine.get(), 0, &to, &from, buffer, size);
    size = sizeof buffer;
  }
  return iscsi_ike_session_count(pair.portal.engine.get());
}

std::string HalfOpenCount(CPair& pair) { return std::to_string(HalfOpen(pair)); }

iscsi_ike_counters CountersOf(const CEnd& end) {
  auto counters = ISCSI_IKE_INIT(iscsi_ike_counters);
  EXPECT_EQ(iscsi_ike_engine_get_counters(end.engine.get(), &counters), ISCSI_IKE_OK);
  return counters;
}

// CameBack: five initiators of main mode have come back to the portal, and hear no more of it.
std::string CameBack(CPair& pair) {
  for (int i = 0; i < 5; ++i) pair.Connect();
  iscsi_ike_endpoint from{};
  iscsi_ike_endpoint to{};
  std::uint8_t buffer[2000];
  for (int message = 1; message <= 3; ++message) {
    const CEnd& sender = message == 2 ? pair.portal : pair.hba;
    const CEnd& receiver = message == 2 ? pair.hba : pair.portal;
    EXPECT_EQ(iscsi_ike_run_dh(sender.engine.get(), 0), ISCSI_IKE_OK);
    for (std::size_t size = sizeof buffer;
         iscsi_ike_poll_datagram(sender.engine.get(), &from, &to, buffer, &size) == ISCSI_IKE_OK;
         size = sizeof buffer)
      iscsi_ike_receive(receiver.engine.get(), 0, &to, &from, buffer, size);
  }
  EXPECT_EQ(CountersOf(pair.portal).sources_verified, 5U);
  return std::to_string(CountersOf(pair.portal).sessions);
}

// AnsweredLater: first messages of aggressive mode come once more after a second.
std::string AnsweredLater(CPair& pair) {
  HalfOpen(pair);
  EXPECT_EQ(iscsi_ike_timeout(pair.portal.engine.get(), 1000), ISCSI_IKE_OK);
  HalfOpen(pair);
  return std::to_string(CountersOf(pair.portal).aggressive_answered);
}

// Refusals: what the portal says to many first messages of an exchange that it does not speak.
std::string Refusals(CPair& pair) {
  const iscsi_ike_endpoint here = EndpointOf(kPortal);
  const iscsi_ike_endpoint there = EndpointOf(kHba);
  std::vector<std::uint8_t> message(100);
  message[0] = 1;
  message[17] = 0x10;
  message[18] = 240;
  message[27] = static_cast<std::uint8_t>(message.size());
  for (int i = 0; i < 300; ++i)
    iscsi_ike_receive(pair.portal.engine.get(), 0, &here, &there, message.data(), message.size());
  return std::to_string(CountersOf(pair.portal).datagrams_sent);
}

std::string EndOfSessions(iscsi_ike_engine* engine) {
  std::uint64_t when = 0;
  while (iscsi_ike_session_count(engine) > 0) {
    if (iscsi_ike_next_timeout(engine, &when) != ISCSI_IKE_OK) return "never";
    iscsi_ike_timeout(engine, when);
    Alone ignored;
    Take(engine, when, ignored);
  }
  return std::to_string(when);
}

std::string EndOfHalfOpen(CPair& pair) {
  HalfOpen(pair);
  return EndOfSessions(pair.portal.engine.get());
}

// AnswersToADuplicate: QM2 comes to the HBA again, half a minute after the login.
std::string AnswersToADuplicate(CPair& pair) {
  LogIn(pair);
  constexpr std::uint64_t kLater = 30000;
  const std::vector<std::uint8_t> qm2 = pair.portal.sent.back();
  iscsi_ike_engine* hba = pair.hba.engine.get();
  const iscsi_ike_endpoint here = EndpointOf(kHba);
  const iscsi_ike_endpoint there = EndpointOf(kPortal);
  EXPECT_EQ(iscsi_ike_timeout(hba, kLater), ISCSI_IKE_OK);
  EXPECT_EQ(iscsi_ike_receive(hba, kLater, &here, &there, qm2.data(), qm2.size()), ISCSI_IKE_OK);
  Alone alone;
  Take(hba, kLater, alone);
  return std::to_string(alone.sizes.size());
}

std::string SessionsBegun(CPair& pair) {
  std::uint32_t session = 0;
  int begun = 0;
  while (begun < 9 && iscsi_ike_connect(pair.hba.engine.get(), 0, pair.login.get(), &session,
                                        nullptr) == ISCSI_IKE_OK)
    ++begun;
  return std::to_string(begun);
}

std::string ChildrenAllowed(CPair& pair) {
  LogIn(pair);
  std::uint32_t child = 0;
  int begun = 1;
  while (begun < 9 && iscsi_ike_negotiate(pair.hba.engine.get(), 0, 1, nullptr, nullptr, &child,
                                          nullptr) == ISCSI_IKE_OK) {
    ++begun;
    pair.Exchange();
  }
  return std::to_string(begun);
}

std::string LastPort(CPair& pair) {
  pair.Connect();
  pair.Exchange();
  EXPECT_EQ(iscsi_ike_rekey(pair.hba.engine.get(), 0, 1, 0), ISCSI_IKE_OK);
  const Alone alone = LeaveAlone(pair.hba.engine.get(), 30000);
  return alone.ports.empty() ? "none" : std::to_string(alone.ports.back());
}

struct Row {
  const char* option;
  void (*setup)(Told&);  // for both runs
  void (*change)(Told&);
  std::string (*effect)(CPair&);
  const char* by_default;
  const char* changed;
};

void Nothing(Told& /*told*/) {}
void Dpd(Told& t) {
  t.hba_plan.dpd_delay_ms = 10000;
  t.hba_plan.rekey = ISCSI_IKE_REKEY_NEVER;
}
void Aggressive(Told& t) { t.hba_plan.word = t.portal_plan.word = 0x2B; }
void Force(Told& t) { t.hba_plan.nat = ISCSI_IKE_NAT_FORCE; }
void LongIdentity(Told& t) {
  static const std::string kName = "fqdn:" + std::string(60, 'a') + "." + std::string(60, 'b') +
                                   "." + std::string(60, 'c') + ".example";
  t.hba_plan.identity = kName.c_str();
}
void ShortLife(Told& t) { t.hba_plan.phase2_lifetime_s = t.portal_plan.phase2_lifetime_s = 60; }

// Times in ms of what is sent when nobody answers: the first message, and questions of dead peer
// detection.
constexpr char kResent[] = "0 500 1500 3500 7500 15500 23500";
constexpr char kAsked[] = "10000 12000 14000 16000 18000 30000 32000 34000 36000 38000";

const Row kRows[] = {
    {"retransmit_first_ms", Nothing, [](Told& t) { t.hba_plan.retransmit_first_ms = 700; },
     Retransmissions, kResent, "0 700 2100 4900 10500 18500 26500"},
    {"retransmit_longest_ms", Nothing, [](Told& t) { t.hba_plan.retransmit_longest_ms = 1000; },
     Retransmissions, kResent, "0 500 1500 2500 3500 4500 5500"},
    {"retransmit_tries", Nothing, [](Told& t) { t.hba_plan.retransmit_tries = 2; }, Retransmissions,
     kResent, "0 500 1500"},
    {"retransmit_tries off", Nothing,
     [](Told& t) { t.hba_plan.retransmit_tries = ISCSI_IKE_NUMBER_OFF; }, Retransmissions, kResent,
     "0"},
    {"negotiation_timeout_ms", Nothing, [](Told& t) { t.hba_plan.negotiation_timeout_ms = 5000; },
     TimeOfFailure, "31500", "5000"},
    {"dpd_delay_ms", Nothing, [](Told& t) { t.hba_plan.dpd_delay_ms = 12000; }, AfterLogin, "",
     "12000 14000 16000 18000 20000 34000 36000 38000 40000 42000"},
    {"dpd_wait_ms", Dpd, [](Told& t) { t.hba_plan.dpd_wait_ms = 3000; }, AfterLogin, kAsked,
     "10000 13000 16000 19000 22000 35000 38000 41000 44000"},
    {"dpd_tries", Dpd, [](Told& t) { t.hba_plan.dpd_tries = 2; }, AfterLogin, kAsked,
     "10000 12000 24000 26000 38000 40000"},
    {"nat force", Nothing, Force, ChildIsInUdp, "0", "1"},
    {"nat off", Force, [](Told& t) { t.portal_plan.nat = ISCSI_IKE_NAT_OFF; }, ChildIsInUdp, "1",
     "0"},
    {"nat_keepalive_ms", Force, [](Told& t) { t.hba_plan.nat_keepalive_ms = 15000; }, AfterLogin,
     "20000 40000", "15000 30000 45000"},
    {"nat_keepalive_ms off", Force,
     [](Told& t) { t.hba_plan.nat_keepalive_ms = ISCSI_IKE_NUMBER_OFF; }, AfterLogin, "20000 40000",
     ""},
    {"fragment_above", LongIdentity, [](Told& t) { t.hba_plan.fragment_above = 200; },
     DatagramsSent, "6", "7"},
    {"parallel_quick_modes", Nothing, [](Told& t) { t.hba_plan.parallel_quick_modes = 2; },
     ChildrenBegun, "1", "2"},
    {"rekey expire", ShortLife,
     [](Told& t) { t.hba_plan.rekey = t.portal_plan.rekey = ISCSI_IKE_REKEY_EXPIRE; },
     EndOfALifetime, "2 established, 1 closed", "1 established, 1 closed"},
    {"rekey never", ShortLife,
     [](Told& t) { t.hba_plan.rekey = t.portal_plan.rekey = ISCSI_IKE_REKEY_NEVER; },
     EndOfALifetime, "2 established, 1 closed", "1 established, 0 closed"},
    {"max_half_open", Nothing, [](Told& t) { t.portal.max_half_open = 2; }, CameBack, "5", "2"},
    {"half_open_kib", Nothing, [](Told& t) { t.portal.half_open_kib = 1; }, HalfOpenCount, "3",
     "2"},
    {"aggressive_at_once", Aggressive, [](Told& t) { t.portal.aggressive_at_once = 2; },
     HalfOpenCount, "3", "2"},
    {"aggressive_per_second",
     [](Told& t) {
       Aggressive(t);
       t.portal.aggressive_at_once = 1;
     },
     [](Told& t) { t.portal.aggressive_per_second = ISCSI_IKE_NUMBER_OFF; }, AnsweredLater, "2",
     "1"},
    {"refusals_per_second", Nothing, [](Told& t) { t.portal.refusals_per_second = 7; }, Refusals,
     "100", "7"},
    {"half_open_timeout_ms", Nothing, [](Told& t) { t.portal.half_open_timeout_ms = 5000; },
     EndOfHalfOpen, "30000", "5000"},
    {"max_sessions", Nothing, [](Told& t) { t.hba.max_sessions = 3; }, SessionsBegun, "9", "3"},
    {"max_children", Nothing, [](Told& t) { t.hba.max_children = 3; }, ChildrenAllowed, "9", "3"},
    {"linger_ms", Nothing, [](Told& t) { t.hba.linger_ms = 7000; }, AnswersToADuplicate, "1", "0"},
    {"nat_port", Force, [](Told& t) { t.hba.nat_port = 4600; }, LastPort, "4500", "4600"},
    {"no_nat_port", Force, [](Told& t) { t.hba.no_nat_port = 1; }, LastPort, "4500", "500"},
};

TEST(COption, EachHasAnEffect) {
  for (const Row& row : kRows) {
    CPair usual(row.setup);
    EXPECT_EQ(row.effect(usual), row.by_default) << row.option << " by default";
    CPair changed([&row](Told& told) {
      row.setup(told);
      row.change(told);
    });
    EXPECT_EQ(row.effect(changed), row.changed) << row.option;
    EXPECT_STRNE(row.by_default, row.changed) << row.option;
  }
}

}  // namespace
}  // namespace iscsi_ike::test
