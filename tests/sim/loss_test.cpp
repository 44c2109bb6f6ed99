// Lost datagrams: every pattern of losses over the first messages of each exchange.
#include <gtest/gtest.h>

#include <bit>

#include "tests/sim/exchanges.hpp"

namespace iscsi_ike::test {
namespace {

class EveryLossMask : public ::testing::TestWithParam<Exchanges> {
 protected:
  // Lose makes a network that loses the n-th datagram sent for each bit n of `mask`.
  static void Lose(SimNet& net, unsigned mask) {
    net.fate = [mask, &net](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number < 32 && (mask >> sent.number & 1U) != 0) return {};
      return {net.latency};
    };
  }
};
INSTANTIATE_TEST_SUITE_P(Sim, EveryLossMask, ::testing::ValuesIn(AllExchanges()), ExchangesName);

// The default policy sends each message seven times, so up to six losses never end a negotiation.
TEST_P(EveryLossMask, SixLossesAreBorneByTheDefaultPolicy) {
  for (unsigned mask = 0; mask < 1U << GetParam().messages.size(); ++mask) {
    if (std::popcount(mask) > 6) continue;
    SCOPED_TRACE("mask " + std::to_string(mask));
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    Lose(pair.net, mask);
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    pair.ExpectAtRest(1);
    if (HasFailure()) return;
  }
}

// More patience at both ends bears every mask.
TEST_P(EveryLossMask, PatientEndsBearAnyMask) {
  EndSettings patient = QuickEnd(GetParam().word);
  patient.adjust_peer = [](ike::PeerConfig& peer) {
    peer.retransmit.tries = 12;
    peer.negotiation_timeout = std::chrono::minutes(5);
  };
  patient.adjust_engine = [](ike::EngineConfig& config) {
    config.half_open_timeout = std::chrono::minutes(5);
  };
  for (unsigned mask = 0; mask < 1U << GetParam().messages.size(); ++mask) {
    SCOPED_TRACE("mask " + std::to_string(mask));
    Pair pair(patient, patient);
    Lose(pair.net, mask);
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    pair.ExpectAtRest(1);
    if (HasFailure()) return;
  }
}

// Whatever is lost under the default policy, an end has a child with the same keys as the other, or
// says once that it failed, and nothing is left waiting.
TEST_P(EveryLossMask, NothingIsLeftHanging) {
  for (unsigned mask = 0; mask < 1U << (GetParam().messages.size() + 2); ++mask) {
    if (std::popcount(mask) <= 6) continue;
    SCOPED_TRACE("mask " + std::to_string(mask));
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    Lose(pair.net, mask);
    pair.Connect();
    pair.net.Run();
    const auto children = pair.initiator->EventsOf<ike::ChildEstablished>();
    const auto failures = pair.initiator->EventsOf<ike::Failed>();
    EXPECT_EQ(children.size() + failures.size(), 1U);
    EXPECT_EQ(pair.Established(), !children.empty());
    EXPECT_TRUE(pair.net.IsIdle());
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace iscsi_ike::test
