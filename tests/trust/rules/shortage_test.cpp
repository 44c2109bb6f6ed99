// Memory that cannot be had, at each allocation of each call: the n-th alone, and all from the n-th
// on until the call is over.
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>

#include "ike/core/core.hpp"
#include "tests/trust/rules/memory.hpp"
#include "tests/trust/rules/strained_pair.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::minutes;

constexpr std::size_t kAll = SIZE_MAX;

// Deed is what two ends do; Before it nothing fails.
struct Deed {
  const char* name;
  StrainedSettings settings;
  std::function<void(StrainedPair&)> before, act;

  friend void PrintTo(const Deed& deed, std::ostream* out) { *out << deed.name; }
};

void Nothing(StrainedPair& /*pair*/) {}

void Login(StrainedPair& pair) {
  pair.Connect();
  pair.Run(ike::Duration{0});
}

// SixLogins: one peer has several sessions, and several children.
void SixLogins(StrainedPair& pair) {
  for (int i = 0; i < 6; ++i) Login(pair);
}

void SixLoginsAndARestart(StrainedPair& pair) {
  SixLogins(pair);
  pair.Restart();
}

void Renew(StrainedPair& pair) {
  pair.Call(0, [&](ike::Engine& engine, ike::Time now) { engine.Renew(now, pair.newest()); });
  pair.Run(ike::Duration{0});
}

void CloseNewest(StrainedPair& pair) {
  pair.Call(0, [&](ike::Engine& engine, ike::Time now) { engine.Close(now, pair.newest()); });
  pair.Run(ike::Duration{0});
}

class Shortage : public ::testing::TestWithParam<Deed> {
 protected:
  // Try does the deed once; true: something could not be had.
  static bool Try(const Strain& strain) {
    StrainedPair pair(GetParam().settings);
    GetParam().before(pair);
    pair.Begin(strain);
    GetParam().act(pair);
    const std::size_t failed = pair.failed();
    EXPECT_TRUE(failed != 0 || strain.call != 0);
    pair.Run(minutes(5));
    pair.ExpectSound();
    return failed != 0;
  }
};

TEST_P(Shortage, LosesNoSessionWithoutAWord) {
  std::size_t calls = 0;
  {
    StrainedPair pair(GetParam().settings);
    GetParam().before(pair);
    pair.Begin({});
    GetParam().act(pair);
    calls = pair.calls();
    pair.Run(minutes(5));
    pair.ExpectSound();
  }
  ASSERT_GE(calls, 2U);
  int cases = 0;
  for (std::size_t call = 1; call <= calls; ++call) {
    for (const std::size_t times : {std::size_t{1}, kAll}) {
      for (std::size_t n = 1;; ++n, ++cases) {
        SCOPED_TRACE("call " + std::to_string(call) + ", allocation " + std::to_string(n) +
                     (times == 1 ? "" : " and all after it"));
        if (!Try({call, n, times})) break;
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GE(cases, 10);
  RecordProperty("cases", cases);
}

INSTANTIATE_TEST_SUITE_P(
    Memory, Shortage,
    ::testing::Values(Deed{"MainMode", {}, Nothing, Login},
                      Deed{"Reborn", {.reborn = true}, Nothing, Login},
                      Deed{"AggressiveMode", {.word = kAggressiveWord}, Nothing, Login},
                      Deed{"Renewal", {.renews = true}, Login, Renew},
                      Deed{"RenewalReborn", {.renews = true, .reborn = true}, Login, Renew},
                      Deed{"InitialContact",
                           {.renews = true, .initial_contact = true},
                           SixLoginsAndARestart,
                           Login},
                      Deed{"OneOfSix", {.renews = true}, SixLogins, Renew},
                      Deed{"Close", {.renews = true}, SixLogins, CloseNewest}),
    [](const auto& instance) { return instance.param.name; });

// AddHalfOpen is a responder's session in phase 1, which may not find a place in the order.
ike::Session& AddHalfOpen(ike::EngineCore& core,
                          const std::shared_ptr<const ike::PeerConfig>& peer) {
  ike::Session& session =
      core.AddSession(core.MakeSession(ike::Role::kResponder, peer->local, peer->local, peer));
  session.initiator_cookie = *core.MakeCookie();
  session.responder_cookie = *core.MakeCookie();
  core.IndexOwnCookie(session);
  return session;
}

TEST(HalfOpenOrder, ForgetsThoseWhosePhase1IsOver) {
  crypto::SeededRandom random(1);
  const auto peer =
      MakePeer(QuickEnd(kMainWord), policy::Role::kInitiator, "192.0.2.1", "192.0.2.2");
  ike::EngineCore core({}, random, nullptr);
  std::size_t early = 0;
  for (int i = 0; i < 10'000; ++i) {
    ike::Session& session = AddHalfOpen(core, peer);
    core.IndexHalfOpen(session);
    core.LeaveHalfOpen(session);
    core.RemoveSession(session.id);
    if (i == 1000) early = LiveOctets();
  }
  EXPECT_LE(LiveOctets(), early + 2048);
  RecordProperty("cases", 10'000);
}

TEST(HalfOpenOrder, KeepsTheOldestWhereThereIsNoMemoryToRenewIt) {
  crypto::SeededRandom random(1);
  const auto peer =
      MakePeer(QuickEnd(kMainWord), policy::Role::kInitiator, "192.0.2.1", "192.0.2.2");
  ike::EngineCore core({}, random, nullptr);
  ike::Session& oldest = AddHalfOpen(core, peer);
  core.IndexHalfOpen(oldest);
  std::size_t failed = 0;
  for (int i = 0; i < 1000; ++i) {
    ike::Session& session = AddHalfOpen(core, peer);
    if (i >= 65) FailFrom(1, 1);  // long enough to be renewed, and with room
    try {
      core.IndexHalfOpen(session);
    } catch (const std::bad_alloc&) {
      ++failed;
    }
    (void)StopFailing();
    EXPECT_EQ(core.NextToGiveWay(), &oldest);
    core.RemoveSession(session.id);
  }
  EXPECT_GT(failed, 900U);
}

// However many are given up in one call, none needs memory, and each is told of.
TEST(Shortage, GivingUpNeedsNoMemory) {
  constexpr std::uint32_t kSessions = 1000;
  crypto::SeededRandom random(1);
  const auto peer =
      MakePeer(QuickEnd(kMainWord), policy::Role::kInitiator, "192.0.2.1", "192.0.2.2");
  ike::EngineCore core({}, random, nullptr);
  std::vector<ike::Session*> sessions;
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    ike::Session& session =
        core.AddSession(core.MakeSession(ike::Role::kInitiator, peer->local, *peer->remote, peer));
    session.initiator_cookie = *core.MakeCookie();
    core.IndexOwnCookie(session);
    sessions.push_back(&session);
  }
  FailFrom(1, kAll);
  for (ike::Session* session : sessions) {
    core.Unsettle(*session);
    core.GiveUp(*session);
  }
  EXPECT_EQ(StopFailing(), 0U);
  EXPECT_TRUE(core.IsBare());
  EXPECT_EQ(core.unsettled.touched(), nullptr);
  EXPECT_TRUE(core.unsettled.empty());
  core.QueueGivenUp();
  std::set<ike::SessionId> told;
  while (const auto event = core.events.Pop()) {
    const auto& failed = std::get<ike::Failed>(*event);
    EXPECT_EQ(failed.failure.code, ike::FailureCode::kMemory);
    EXPECT_EQ(failed.peer_name, peer->name);
    told.insert(failed.session);
  }
  EXPECT_EQ(told.size(), kSessions);
  EXPECT_EQ(core.counters.failures, kSessions);
}

}  // namespace
}  // namespace iscsi_ike::test
