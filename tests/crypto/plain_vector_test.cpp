#include "crypto/plain_vector.hpp"

#include <gtest/gtest.h>

namespace iscsi_ike::test {
namespace {

using crypto::PlainVector;

constexpr std::uint64_t kTop = (std::uint64_t{1} << 52U) - 1;

std::uint64_t High(std::uint64_t a, std::uint64_t b) {
  return PlainVector::AddHigh(PlainVector::Zero(), PlainVector::All(a), PlainVector::All(b))
      .lane[0];
}
std::uint64_t Low(std::uint64_t a, std::uint64_t b) {
  return PlainVector::AddLow(PlainVector::Zero(), PlainVector::All(a), PlainVector::All(b)).lane[0];
}

TEST(PlainVector, Products) {
  // (2^52 - 1)^2 = (2^52 - 2) 2^52 + 1.
  EXPECT_EQ(High(kTop, kTop), kTop - 1);
  EXPECT_EQ(Low(kTop, kTop), 1U);
  EXPECT_EQ(High(0x123456789abcd, 0xfedcba9876543), 0x121fa00ad77d6U);
  EXPECT_EQ(Low(0x123456789abcd, 0xfedcba9876543), 0x51d9657ead7a7U);
  // The product of the low halves carries into the high word.
  EXPECT_EQ(High(0x1027cc386bbc4, 0x1e2fe414c343c), 0x1e7afa1dc4caU);
  EXPECT_EQ(High(1, kTop), 0U);
}

TEST(PlainVector, ProductsAreOfTheLow52Bits) {
  EXPECT_EQ(High(~std::uint64_t{0}, ~std::uint64_t{0}), kTop - 1);
  EXPECT_EQ(Low(~std::uint64_t{0}, 3), kTop - 2);
}

}  // namespace
}  // namespace iscsi_ike::test
