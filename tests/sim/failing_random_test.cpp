// Randomness that fails at any draw: at most that negotiation is lost, and nothing stays behind.
// (The engine itself asserts that without sessions no SPI, cookie or place is in use.)
#include <gtest/gtest.h>

#include "tests/sim/exchanges.hpp"

namespace iscsi_ike::test {
namespace {

// FailsOnce fails at the n-th draw, from 1.
class FailsOnce final : public crypto::RandomSource {
 public:
  FailsOnce(std::uint64_t seed, int n) : source_(seed), left_(n) {}
  [[nodiscard]] bool Fill(crypto::MutableOctets out) override {
    return --left_ != 0 && source_.Fill(out);
  }

 private:
  crypto::SeededRandom source_;
  int left_;
};

// LoginAndPart logs in, negotiates another child, and closes.
void LoginAndPart(Pair& pair) {
  (void)pair.initiator->engine().Connect(pair.net.now(), pair.initiator_peer);
  pair.net.Run();
  for (const auto* phase1 : pair.initiator->EventsOf<ike::Phase1Established>())
    (void)pair.initiator->engine().Negotiate(pair.net.now(), phase1->session, {});
  pair.net.Run();
  for (Node* node : {pair.initiator, pair.responder})
    for (const auto* phase1 : node->EventsOf<ike::Phase1Established>())
      node->engine().Close(pair.net.now(), phase1->session);
  pair.net.Run();
}

TEST(FailingRandom, LeavesNothingBehindAtEitherEnd) {
  for (const std::uint64_t word : {kMainPfsWord, kAggressiveWord}) {
    for (const bool at_initiator : {true, false}) {
      for (int n = 1; n <= 24; ++n) {
        SCOPED_TRACE(testing::Message()
                     << word << (at_initiator ? " initiator " : " responder ") << n);
        EndSettings ends[] = {QuickEnd(word), QuickEnd(word)};
        ends[at_initiator ? 0 : 1].make_random = [n] { return std::make_unique<FailsOnce>(7, n); };
        Pair pair(ends[0], ends[1]);
        LoginAndPart(pair);
        pair.ExpectAtRest(0);
      }
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::test
