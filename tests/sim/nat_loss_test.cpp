// Losses across a translator: every pattern over the first messages of each exchange.
#include <gtest/gtest.h>

#include <bit>

#include "tests/sim/exchanges.hpp"
#include "tests/support/nat_pair.hpp"

namespace iscsi_ike::test {
namespace {

class LossAcrossNat : public ::testing::TestWithParam<std::tuple<Exchanges, Behind>> {
 protected:
  [[nodiscard]] static const Exchanges& exchanges() { return std::get<0>(GetParam()); }
  // Run connects while the network loses the n-th datagram sent for each bit n of `mask`, and calls
  // `before` ahead of each.
  static void Run(NatPair& ends, unsigned mask,
                  const std::function<void(const Sent&)>& before = {}) {
    ends.net.fate = [&, mask, before](Sent& sent) -> std::vector<ike::Duration> {
      if (before) before(sent);
      const bool passed = ends.Pass(sent);
      if (!passed || (sent.number < 32 && (mask >> sent.number & 1U) != 0)) return {};
      return {ends.net.latency};
    };
    ends.pair.Connect();
    ends.net.Run();
  }
};
std::string LossName(const ::testing::TestParamInfo<std::tuple<Exchanges, Behind>>& param) {
  constexpr const char* kBehind[] = {"nobody", "hba", "portal", "both"};
  return std::string(std::get<0>(param.param).name) + "_" +
         kBehind[static_cast<int>(std::get<1>(param.param))];
}
INSTANTIATE_TEST_SUITE_P(Sim, LossAcrossNat,
                         ::testing::Combine(::testing::ValuesIn(AllExchanges()),
                                            ::testing::Values(Behind::kHba, Behind::kPortal,
                                                              Behind::kBoth)),
                         LossName);

TEST_P(LossAcrossNat, SixLossesAreBorneByTheDefaultPolicy) {
  for (unsigned mask = 0; mask < 1U << exchanges().messages.size(); ++mask) {
    if (std::popcount(mask) > 6) continue;
    SCOPED_TRACE("mask " + std::to_string(mask));
    NatPair ends(std::get<1>(GetParam()), QuickEnd(exchanges().word), QuickEnd(exchanges().word));
    Run(ends, mask);
    ends.pair.ExpectOneChildEach();
    ends.pair.ExpectAtRest(1);
    if (HasFailure()) return;
  }
}

// The translator forgets the HBA's port of 4500 ahead of any one datagram, and up to two datagrams
// are lost as well, QM3 excepted: who has said all that it had to say says nothing from a new port.
// Port 500 is another matter, too: nothing that is sent there is authenticated.
TEST_P(LossAcrossNat, AForgottenMappingIsBorneToo) {
  if (std::get<1>(GetParam()) == Behind::kPortal) return;
  const std::size_t count = exchanges().messages.size();
  const std::size_t first = count == 9 ? 4 : 2;
  for (std::size_t forgotten = first; forgotten <= count; ++forgotten) {
    for (unsigned mask = 0; mask < 1U << count; ++mask) {
      if (std::popcount(mask) > 2 || (mask >> (count - 1) & 1U) != 0) continue;
      SCOPED_TRACE(testing::Message() << "forgotten " << forgotten << " mask " << mask);
      NatPair ends(std::get<1>(GetParam()), QuickEnd(exchanges().word), QuickEnd(exchanges().word));
      Run(ends, mask, [&](const Sent& sent) {
        if (sent.number == forgotten) ends.hba_nat.Rebind();
      });
      ends.pair.ExpectOneChildEach();
      ends.pair.ExpectAtRest(1);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::test
