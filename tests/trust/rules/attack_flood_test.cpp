// Attacks by number: from sources that are nowhere, and from a peer that is somewhere and never
// ends.
#include <gtest/gtest.h>

#include "tests/trust/rules/memory.hpp"
#include "tests/trust/rules/party.hpp"
#include "tests/trust/rules/tape.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

std::size_t OctetsOf(const std::vector<ike::Datagram>& datagrams) {
  std::size_t octets = 0;
  for (const ike::Datagram& datagram : datagrams) octets += datagram.octets.size();
  return octets;
}

struct Traffic {
  std::size_t in = 0;
  std::size_t out = 0;
};

// Spoof brings `count` first messages, `each` apart, each under its own cookie from its own
// address, where nobody hears the answers.
Traffic Spoof(World& world, const Bytes& first, unsigned from, unsigned count, ike::Duration each) {
  Traffic traffic;
  for (unsigned i = from; i < from + count; ++i) {
    world.Inject(world.ends[kPortal], Elsewhere(i), OtherCookie(first, i));
    traffic.in += first.size();
    traffic.out += OctetsOf(world.Intercept());
    if (each > ike::Duration{0} || i % 64 == 0) world.Pass(std::max(each, ike::Duration{1}));
    traffic.out += OctetsOf(world.Intercept());
  }
  return traffic;
}

void ExpectDrained(const World& world, std::size_t sessions) {
  EXPECT_EQ(world.ends[kPortal].engine->session_count(), sessions);
  const ike::Counters counters = world.ends[kPortal].engine->counters();
  EXPECT_EQ(counters.half_open, 0U);
  EXPECT_EQ(counters.sessions, sessions);
}

// 100,000 cookies from as many sources: what is kept stays within its bound, and logins go on.
TEST(Attack, CookieExhaustionFromSpoofedSources) {
  const Party party(kMainWord, AnyAddress);
  const Bytes first = party.FirstMessage();
  const auto world = party.Fresh();
  ASSERT_TRUE(party.CanLogin(*world));
  const std::size_t idle = LiveOctets();
  std::size_t logins = 1, most = idle;
  for (unsigned n = 0; n < 100; ++n) {
    (void)Spoof(*world, first, n * 1000, 1000, ike::Duration{0});
    EXPECT_TRUE(party.CanLogin(*world)) << "after " << (n + 1) * 1000;
    ++logins;
    most = std::max(most, LiveOctets());
  }
  EXPECT_LT(most - idle, std::size_t{64} << 20U);
  EXPECT_EQ(world->ends[kPortal].EventsOf<ike::ChildEstablished>().size(), logins);
  world->Pass(seconds(60));
  ExpectDrained(*world, logins);
  RecordProperty("cases", 100'000);
}

// The tables at their bounds, and still every honest login within its round trips.
TEST(Attack, HalfOpenFlood) {
  const Party party(kMainWord, AnyAddress, [](ike::EngineConfig& config) {
    config.half_open_octets = std::size_t{64} << 10U;
    config.max_half_open = 16;
  });
  const Bytes first = party.FirstMessage();
  const auto world = party.Fresh();
  unsigned from = 0;
  for (std::size_t logins = 1; logins <= 50; ++logins, from += 500) {
    (void)Spoof(*world, first, from, 500, ike::Duration{0});
    EXPECT_LE(world->ends[kPortal].engine->session_count(), 64 * 1024 / 160 + logins);
    EXPECT_TRUE(party.CanLogin(*world));
  }
  EXPECT_GT(world->ends[kPortal].engine->counters().half_open_gave_way, 0U);
  world->Pass(seconds(60));
  ExpectDrained(*world, 50);
  RecordProperty("cases", static_cast<int>(from));
}

// For sources that have not answered no datagram is answered by a longer one, nor twice.
TEST(Attack, MainModeAmplification) {
  const Party party(kMainWord, AnyAddress);
  const Bytes first = party.FirstMessage();
  const auto world = party.Fresh();
  for (unsigned i = 0; i < 200; ++i) {
    world->Inject(world->ends[kPortal], Elsewhere(i), OtherCookie(first, i));
    const auto answers = world->Intercept();
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_LE(OctetsOf(answers), first.size());
  }
  world->Pass(minutes(2));
  EXPECT_TRUE(world->Intercept().empty());
  RecordProperty("cases", 200);
}

// AM2 is longer than a short AM1 may be: over a flood the budget makes it less than what came, and
// a single source gets it once, and again only when it asks: never more often than it does, and in
// octets one answer more than it has sent.
TEST(Attack, AggressiveModeAmplification) {
  const Party party(kAggressiveWord, AnyAddress);
  const Bytes first = party.FirstMessage();
  {
    const auto world = party.Fresh();
    world->Inject(world->ends[kPortal], Elsewhere(1), first);
    std::size_t answers = world->Intercept().size();
    for (int i = 0; i < 120; ++i) {
      world->Pass(seconds(1));
      answers += world->Intercept().size();
    }
    EXPECT_EQ(answers, 1U);
  }
  {
    const auto world = party.Fresh();
    Traffic one;
    std::size_t answers = 0;
    for (std::size_t asked = 1; asked <= 40; ++asked) {
      world->Inject(world->ends[kPortal], Elsewhere(1), first);
      one.in += first.size();
      const auto said = world->Intercept();
      EXPECT_LE(said.size(), 1U);
      answers += said.size();
      EXPECT_TRUE(said.empty() || asked == 1 || one.out <= one.in);
      one.out += OctetsOf(said);
    }
    EXPECT_EQ(answers, 7U);  // the first, and six repetitions
  }
  const auto world = party.Fresh();
  Traffic all = Spoof(*world, first, 0, 10'000, milliseconds(1));
  for (int i = 0; i < 60; ++i) {
    world->Pass(seconds(1));
    all.out += OctetsOf(world->Intercept());
  }
  EXPECT_LT(all.out, all.in);
  EXPECT_GT(world->ends[kPortal].engine->counters().aggressive_withheld, 0U);
  ExpectDrained(*world, 0);
  RecordProperty("cases", 10'000);
}

// A real address that goes as far as MM4, with a new cookie each time, and never says MM5.
TEST(Attack, PeerThatNeverFinishes) {
  const Party party(kMainWord, AnyAddress,
                    [](ike::EngineConfig& config) { config.max_half_open = 32; });
  const auto world = party.Fresh();
  ASSERT_TRUE(party.CanLogin(*world));
  const Tape tape({"main", kMainWord});
  const std::size_t idle = LiveOctets();
  std::size_t logins = 1;
  for (unsigned i = 0; i < 500; ++i) {
    world->Inject(world->ends[kPortal], Elsewhere(7), OtherCookie(tape.at(0).datagram.octets, i));
    const auto answer = world->Intercept();
    ASSERT_EQ(answer.size(), 1U);
    Bytes third = tape.at(2).datagram.octets;
    std::copy_n(answer[0].octets.begin(), 16, third.begin());
    world->Inject(world->ends[kPortal], Elsewhere(7), third);
    EXPECT_EQ(world->Intercept().size(), 1U);
    EXPECT_LE(world->ends[kPortal].engine->session_count(), 32 + logins);
    if (i % 50 == 49) {
      EXPECT_TRUE(party.CanLogin(*world));
      ++logins;
    }
    world->Pass(milliseconds(1));
    (void)world->Intercept();
  }
  world->ends[kPortal].events.clear();
  EXPECT_LT(LiveOctets() - idle, std::size_t{2} << 20U);
  world->Pass(seconds(60));
  ExpectDrained(*world, logins);
  RecordProperty("cases", 500);
}

// Somebody who has the key begins quick modes without end on one session.
TEST(Attack, PeerThatFloodsQuickModesOnOneSession) {
  constexpr std::size_t kExchanges = 8, kChildren = 20, kIds = 200;
  const Party party(
      kMainWord, [](ike::PeerConfig& peer) { peer.parallel_quick_modes = 10'000; },
      [](ike::EngineConfig& config) {
        config.max_exchanges_per_session = kExchanges;
        config.max_children_per_session = kChildren;
        config.max_message_ids = kIds;
      });
  const auto world = party.Fresh();
  ASSERT_TRUE(party.CanLogin(*world));
  ASSERT_TRUE(party.CanLogin(*world));  // another session, which is to stay as it is
  // The answers are lost: what is begun stays half done.
  std::size_t answers = 0;
  for (int i = 0; i < 100; ++i)
    (void)world->ends[kHba].engine->Negotiate(world->now(), kSession, {});
  world->Drain();
  for (const ike::Datagram& datagram : world->Intercept()) {
    world->Inject(world->ends[kPortal], world->ends[kHba].place, datagram.octets);
    answers += world->Intercept().size();
  }
  EXPECT_EQ(answers, kExchanges);
  world->Pass(minutes(5));
  (void)world->Intercept();
  // The answers arrive: children up to the bound, and no more.
  for (int i = 0; i < 100; ++i) {
    (void)world->ends[kHba].engine->Negotiate(world->now(), kSession, {});
    world->Drain();
    world->RunOrderly(ike::Duration{0});
  }
  EXPECT_EQ(world->ends[kPortal].EventsOf<ike::ChildEstablished>().size(), kChildren + 1);
  EXPECT_EQ(world->ends[kPortal].engine->session_count(), 2U);
  // The other session serves on.
  EXPECT_TRUE(world->ends[kHba].engine->Negotiate(world->now(), ike::SessionId{2}, {}).ok());
  world->Drain();
  world->RunOrderly(ike::Duration{0});
  EXPECT_EQ(world->ends[kPortal].EventsOf<ike::ChildEstablished>().size(), kChildren + 2);
  RecordProperty("cases", 200);
}

// Every protected message takes one message ID, and they are bounded, too.
TEST(Attack, PeerThatUsesUpMessageIds) {
  constexpr std::size_t kIds = 100;
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_engine = [](ike::EngineConfig& config) { config.max_message_ids = kIds; };
  Pair pair(QuickEnd(kMainWord), portal);
  ASSERT_TRUE(pair.Login());
  pair.net.Run();
  const Insider insider(pair.initiator->recorder);
  const std::vector<Sent> log = pair.net.log;
  const std::size_t idle = LiveOctets();
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const Bytes news =
        insider.Informational(log, ike::MessageId{0x10000 + i}, ike::PayloadType::kNotify,
                              NotifyBody(ike::NotifyType::kReplayStatus));
    pair.net.Inject(*pair.responder, pair.initiator->endpoint(), news);
  }
  EXPECT_LE(pair.responder->EventsOf<ike::PeerNotified>().size(), kIds);
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
  pair.responder->recorder.dropped.clear();
  EXPECT_LT(LiveOctets() - idle, std::size_t{2} << 20U);
  EXPECT_TRUE(pair.Established());
  RecordProperty("cases", 5000);
}

}  // namespace
}  // namespace iscsi_ike::test
