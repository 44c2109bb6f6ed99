// Randomness that fails, and the bounds on sessions.
#include <gtest/gtest.h>

#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

// FailingRandom is a SeededRandom that fails once, or from then on, at call `fail_at`.
class FailingRandom final : public crypto::RandomSource {
 public:
  FailingRandom(std::uint64_t seed, int fail_at, bool for_good, int& calls)
      : random_(seed), fail_at_(fail_at), for_good_(for_good), calls_(&calls) {}
  bool Fill(crypto::MutableOctets out) override {
    const int call = (*calls_)++;
    if (call == fail_at_ || (for_good_ && call > fail_at_)) return false;
    return random_.Fill(out);
  }

 private:
  crypto::SeededRandom random_;
  int fail_at_;
  bool for_good_;
  int* calls_;
};

// RunFailing gives the number of calls that a login makes of one end's randomness, which fails at
// call `fail_at`.
int RunFailing(std::uint64_t word, bool at_initiator, int fail_at, bool for_good) {
  int calls = 0;
  EndSettings sound = QuickEnd(word);
  EndSettings failing = sound;
  failing.make_random = [&] {
    return std::make_unique<FailingRandom>(99, fail_at, for_good, calls);
  };
  Pair pair(at_initiator ? failing : sound, at_initiator ? sound : failing);
  const auto session = pair.initiator->engine().Connect(pair.net.now(), pair.initiator_peer);
  pair.net.Run();
  const std::size_t failed = pair.initiator->EventsOf<ike::Failed>().size();
  const std::size_t children = pair.initiator->EventsOf<ike::ChildEstablished>().size();
  if (!session.ok()) {
    EXPECT_EQ(session.error().code, ike::FailureCode::kRandom);
    EXPECT_EQ(failed + children, 0U);
  } else {
    EXPECT_EQ(failed + children, 1U);
  }
  EXPECT_LE(pair.responder->EventsOf<ike::Failed>().size(), 1U);
  EXPECT_TRUE(pair.net.IsIdle());
  if (at_initiator && failed == 1) {
    EXPECT_EQ(pair.initiator->EventsOf<ike::Failed>()[0]->failure.code, ike::FailureCode::kRandom);
  }
  return calls;
}

TEST(FailingRandomness, IsOneCleanFailureWhereverItStrikes) {
  for (const std::uint64_t word : {kMainPfsWord, kAggressivePfsWord}) {
    for (const bool at_initiator : {true, false}) {
      const int calls = RunFailing(word, at_initiator, -1, false);
      EXPECT_GE(calls, 6);
      for (int n = 0; n <= calls; ++n) {
        for (const bool for_good : {true, false}) {
          SCOPED_TRACE("call " + std::to_string(n));
          if (!for_good || n != -1) RunFailing(word, at_initiator, n, for_good);
        }
      }
    }
  }
}

TEST(Bounds, SessionsOfAnInitiatorAreCounted) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.adjust_engine = [](ike::EngineConfig& config) { config.max_sessions = 2; };
  Pair pair(hba, QuickEnd(kMainWord));
  pair.Connect();
  const ike::SessionId second = pair.Connect();
  const auto third = pair.initiator->engine().Connect(pair.net.now(), pair.initiator_peer);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, ike::FailureCode::kLimit);
  pair.net.Run();
  pair.initiator->engine().Close(pair.net.now(), second);
  pair.net.Run();
  EXPECT_TRUE(pair.initiator->engine().Connect(pair.net.now(), pair.initiator_peer).ok());
}

TEST(Bounds, HalfOpenSessionsAreBounded) {
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_engine = [](ike::EngineConfig& config) { config.max_half_open = 3; };
  Pair pair(QuickEnd(kMainWord), portal);
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    // MM4 does not get through, so that every session stays half open.
    const bool answer = sent.datagram.local == pair.responder->endpoint();
    if (answer && sent.number >= 16) return {};
    return {pair.net.latency};
  };
  for (int i = 0; i < 8; ++i) pair.Connect();
  pair.net.Run(std::chrono::seconds(10));
  EXPECT_EQ(pair.responder->engine().session_count(), 3U);
  // Their time passes, and there is room again; established sessions take none.
  pair.net.Run();
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  pair.net.fate = nullptr;
  const std::size_t failed = pair.initiator->EventsOf<ike::Failed>().size();
  for (int i = 0; i < 5; ++i) {
    pair.Connect();
    pair.net.Run();
  }
  EXPECT_EQ(pair.initiator->EventsOf<ike::Failed>().size(), failed);
  EXPECT_EQ(pair.responder->engine().session_count(), 5U);
}

TEST(Bounds, SessionsOfAResponderAreCounted) {
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_engine = [](ike::EngineConfig& config) { config.max_sessions = 1; };
  Pair pair(QuickEnd(kMainWord), portal);
  pair.Connect();
  pair.net.Run();
  pair.Connect();
  pair.net.Run();
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
  EXPECT_EQ(pair.FailureOf(*pair.initiator).code, ike::FailureCode::kTimeout);
  EXPECT_GT(pair.responder->engine().counters().sessions_withheld, 0U);
  EXPECT_EQ(pair.responder->EventsOf<ike::SessionClosed>().size(), 0U);
}

// Sessions of strangers are no reason not to begin one.
TEST(Bounds, HalfOpenSessionsGiveWayToAConnect) {
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_engine = [](ike::EngineConfig& config) { config.max_sessions = 2; };
  Pair pair(QuickEnd(kMainWord), portal);
  ASSERT_TRUE(pair.Login());
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    const bool mm5 = sent.datagram.local == pair.initiator->endpoint() &&
                     HeaderOf(sent.datagram.octets).encrypted();
    if (mm5) return {};
    return {pair.net.latency};
  };
  pair.Connect();
  pair.net.RunFor(std::chrono::milliseconds(100));
  auto& engine = pair.responder->engine();
  ASSERT_EQ(engine.counters().sessions, 2U);
  const auto back =
      MakePeer(QuickEnd(kMainWord), policy::Role::kInitiator, "192.0.2.2", "192.0.2.1");
  EXPECT_TRUE(engine.Connect(pair.net.now(), back).ok());
  EXPECT_EQ(engine.counters().sessions_gave_way, 1U);
  EXPECT_FALSE(engine.Connect(pair.net.now(), back).ok());
}

TEST(Bounds, AConnectThatCannotBeIsRefusedAtOnce) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  auto& engine = pair.initiator->engine();
  auto keyless = std::make_shared<ike::PeerConfig>();
  keyless->plan = pair.initiator_peer->plan;
  keyless->remote = pair.initiator_peer->remote;
  EXPECT_EQ(engine.Connect(pair.net.now(), keyless).error().code, ike::FailureCode::kNoKey);
  auto planless = std::make_shared<ike::PeerConfig>();
  EXPECT_EQ(engine.Connect(pair.net.now(), planless).error().code, ike::FailureCode::kModeRefused);
  EXPECT_EQ(engine.session_count(), 0U);
  EXPECT_FALSE(engine.PollEvent().has_value());
}

}  // namespace
}  // namespace iscsi_ike::test
