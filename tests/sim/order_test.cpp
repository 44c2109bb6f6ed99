// Datagrams that come twice, late, or out of order.
#include <gtest/gtest.h>

#include "tests/sim/exchanges.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Order : public ::testing::TestWithParam<Exchanges> {
 protected:
  [[nodiscard]] std::size_t messages() const { return GetParam().messages.size(); }
  // Run negotiates with `fate` and checks that both ends have one child and come to rest.
  void Run(Fate (*make)(SimNet&, std::size_t, ike::Duration), std::size_t which,
           ike::Duration delay) {
    SCOPED_TRACE(GetParam().messages[which] + ", " + std::to_string(delay.count()) + " ms");
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    pair.net.fate = make(pair.net, which, delay);
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    pair.ExpectAtRest(1);
    for (const Node* node : {pair.initiator, pair.responder}) {
      EXPECT_TRUE(node->EventsOf<ike::Diagnosed>().empty());
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Sim, Order, ::testing::ValuesIn(AllExchanges()), ExchangesName);

Fate DoubleOne(SimNet& net, std::size_t which, ike::Duration delay) {
  return [&net, which, delay](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number != which) return {net.latency};
    return {net.latency, net.latency + delay};
  };
}

Fate DelayOne(SimNet& net, std::size_t which, ike::Duration delay) {
  return [&net, which, delay](Sent& sent) -> std::vector<ike::Duration> {
    return {net.latency + (sent.number == which ? delay : ike::Duration{0})};
  };
}

TEST_P(Order, EverySingleDoubleIsHarmless) {
  for (std::size_t which = 0; which < messages(); ++which) {
    for (const int delay : {0, 1, 4, 5, 6, 10, 11, 15, 20, 25, 30, 35}) {
      Run(DoubleOne, which, milliseconds(delay));
    }
  }
}

// A double that comes long after the end is known by its message ID, or no longer answered. Only
// a first message stands for itself: see LateFirstMessage.
TEST_P(Order, ALateDoubleIsHarmless) {
  for (std::size_t which = 1; which < messages(); ++which) {
    for (const auto delay : {seconds(1), seconds(10), seconds(59), seconds(61), seconds(500)}) {
      Run(DoubleOne, which, delay);
    }
  }
}

// A first message that comes again after phase 1 may be a new attempt: the responder answers, hears
// nothing more, and forgets it. The session that there is stays as it is.
TEST_P(Order, ALateFirstMessageOpensNothingThatLasts) {
  for (const auto delay : {seconds(1), seconds(61), seconds(200)}) {
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    pair.net.fate = DoubleOne(pair.net, 0, delay);
    pair.Connect();
    pair.net.Run();
    EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 1U);
    EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), 1U);
    EXPECT_TRUE(pair.Established());
    EXPECT_TRUE(pair.initiator->EventsOf<ike::Failed>().empty());
    EXPECT_LE(pair.responder->EventsOf<ike::Failed>().size(), 1U);
    pair.ExpectAtRest(1);
  }
}

TEST_P(Order, EveryMessageTwiceAtOnce) {
  Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
  pair.net.fate = [&pair](Sent&) -> std::vector<ike::Duration> {
    return {pair.net.latency, pair.net.latency};
  };
  pair.Connect();
  pair.net.Run();
  pair.ExpectOneChildEach();
  pair.ExpectAtRest(1);
  // Doubles are answered, answers to doubles are not: the number of datagrams stays small.
  EXPECT_LE(pair.net.log.size(), 4 * messages());
}

// One message is late by more than the next one takes, so that its successor overtakes it.
TEST_P(Order, EveryOvertakingIsHarmless) {
  for (std::size_t which = 0; which < messages(); ++which) {
    for (const int delay : {1, 6, 12, 30, 100, 499, 501, 700, 1600, 5000}) {
      Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
      SCOPED_TRACE(GetParam().messages[which] + ", " + std::to_string(delay) + " ms");
      pair.net.fate = DelayOne(pair.net, which, milliseconds(delay));
      pair.Connect();
      pair.net.Run();
      EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 1U);
      EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), 1U);
      EXPECT_TRUE(pair.Established());
      EXPECT_TRUE(pair.initiator->EventsOf<ike::Failed>().empty());
      pair.ExpectAtRest(1);
    }
  }
}

// Quick mode may overtake the end of phase 1: it is kept until phase 1 is done.
TEST(Overtaking, QuickModeBeforeTheEndOfPhaseOneIsKept) {
  Pair pair(QuickEnd(kAggressiveWord), QuickEnd(kAggressiveWord));
  pair.net.fate = DelayOne(pair.net, 2, milliseconds(50));
  pair.Connect();
  pair.net.Run(milliseconds(200));
  EXPECT_TRUE(pair.Established());
  EXPECT_EQ(pair.net.log.size(), 6U);
}

// Random networks: each datagram is lost, doubled or late by lot.
TEST_P(Order, RandomNetworksAreBorne) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::uint64_t state = seed * 2654435761U + 1;
    const auto lot = [&state](std::uint64_t n) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      return (state >> 33U) % n;
    };
    EndSettings patient = QuickEnd(GetParam().word);
    patient.adjust_peer = [](ike::PeerConfig& peer) { peer.negotiation_timeout = minutes(5); };
    patient.adjust_engine = [](ike::EngineConfig& config) {
      config.half_open_timeout = minutes(5);
    };
    Pair pair(patient, patient, seed + 1);
    pair.net.fate = [&](Sent&) -> std::vector<ike::Duration> {
      std::vector<ike::Duration> copies;
      for (std::uint64_t n = lot(8); n < 5 || copies.size() * 5 + n < 7; n += 5) {
        copies.emplace_back(1 + static_cast<int>(lot(lot(4) == 0 ? 900 : 30)));
        if (n >= 2) break;
      }
      return copies;
    };
    pair.Connect();
    pair.net.Run();
    EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 1U);
    EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), 1U);
    EXPECT_TRUE(pair.Established());
    EXPECT_TRUE(pair.initiator->EventsOf<ike::Failed>().empty());
    EXPECT_TRUE(pair.net.IsIdle());
  }
}

}  // namespace
}  // namespace iscsi_ike::test
