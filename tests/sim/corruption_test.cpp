// Octets that were changed or cut off on the way. A message that a HASH covers is simply not
// accepted, and the good one that follows is; one in clear may lead both ends astray, which shows
// when the keys are used, but it never ends anything by itself.
#include <gtest/gtest.h>

#include "tests/sim/recorded_session.hpp"

namespace iscsi_ike::test {
namespace {

class Corruption : public ::testing::TestWithParam<Exchanges> {
 protected:
  Corruption() : recorded(GetParam()) {}
  // EndAfter negotiates with `forged` in front of message `which`.
  Ending EndAfter(std::size_t which, Bytes forged) {
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    Precede(pair, which, std::move(forged));
    return RunToEnd(pair);
  }
  [[nodiscard]] bool MustComplete(std::size_t which) const {
    return IsAuthenticated(GetParam().messages[which]);
  }
  RecordedSession recorded;
};
INSTANTIATE_TEST_SUITE_P(Sim, Corruption, ::testing::ValuesIn(AllExchanges()), ExchangesName);

TEST_P(Corruption, OfEveryOctet) {
  for (std::size_t which = 0; which < recorded.datagrams.size(); ++which) {
    const Bytes& good = recorded.datagrams[which].octets;
    for (std::size_t at = 0; at < good.size(); ++at) {
      SCOPED_TRACE(GetParam().messages[which] + " octet " + std::to_string(at));
      Bytes bad = good;
      bad[at] ^= static_cast<std::uint8_t>(1U << (at * 5 + which) % 8);
      ExpectEnding(EndAfter(which, std::move(bad)), MustComplete(which));
      if (HasFailure()) return;
    }
  }
}

TEST_P(Corruption, ByTruncationAtEveryLength) {
  for (std::size_t which = 0; which < recorded.datagrams.size(); ++which) {
    const Bytes& good = recorded.datagrams[which].octets;
    for (std::size_t size = 0; size < good.size(); ++size) {
      SCOPED_TRACE(GetParam().messages[which] + " cut to " + std::to_string(size));
      Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(EndAfter(which, cut), Ending::kComplete);
      if (size <= ike::kHeaderLengthAt + 3) continue;
      // With a length that fits what is left of it.
      cut[ike::kHeaderLengthAt + 2] = static_cast<std::uint8_t>(size >> 8U);
      cut[ike::kHeaderLengthAt + 3] = static_cast<std::uint8_t>(size);
      ExpectEnding(EndAfter(which, std::move(cut)), MustComplete(which));
      if (HasFailure()) return;
    }
  }
}

TEST_P(Corruption, ByOctetsBehindTheEnd) {
  for (std::size_t which = 0; which < recorded.datagrams.size(); ++which) {
    Bytes longer = recorded.datagrams[which].octets;
    longer.insert(longer.end(), 100, 0xA5);
    EXPECT_EQ(EndAfter(which, std::move(longer)), Ending::kComplete) << GetParam().messages[which];
  }
}

}  // namespace
}  // namespace iscsi_ike::test
