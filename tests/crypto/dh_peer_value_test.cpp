// Peer values that must be refused, and the strangest that must not (RFC 6989).
#include <gtest/gtest.h>

#include "crypto/dh.hpp"
#include "tests/crypto/dh_jobs.hpp"

namespace iscsi_ike::test {
namespace {

TEST(Dh, ValuesOfAnotherLengthAreRefused) {
  for (const DhGroupInfo& info : AllDhGroups()) {
    Bytes good = PublicOf(info.group, GoodKey(info.group));
    EXPECT_TRUE(IsAcceptablePeerValue(info.group, good));
    ExpectRefused(info.group, {});
    ExpectRefused(info.group, Bytes(good.begin(), good.end() - 1));
    ExpectRefused(info.group, Bytes(good.begin(), good.begin() + 1));
    good.insert(good.begin(), 0);
    ExpectRefused(info.group, good);
  }
}

// RFC 6989 section 2.1: 1 < y < p - 1.
TEST(Dh, ModpValuesOutOfRangeAreRefused) {
  for (const DhGroupInfo& info : GroupsOf(DhKind::kModp)) {
    const Bytes prime = PrimeOf(info.group);
    for (const std::uint8_t small : Bytes{0, 1}) {
      ExpectRefused(info.group, Padded(small, info.public_size));
    }
    for (const int offset : {-1, 0, 1}) ExpectRefused(info.group, Add(prime, offset));
    ExpectRefused(info.group, Bytes(info.public_size, 0xff));
    EXPECT_TRUE(IsAcceptablePeerValue(info.group, Padded(2, info.public_size)));
    EXPECT_TRUE(IsAcceptablePeerValue(info.group, Add(prime, -2)));
    Bytes large_last = Padded(0xff, info.public_size);
    large_last[info.public_size - 2] = 1;
    EXPECT_TRUE(IsAcceptablePeerValue(info.group, large_last));
  }
}

// p - 2 is -2: with an odd exponent 3 the secret is -8, that is p - 8.
TEST(Dh, TheLargestModpValueWorks) {
  for (const DhGroupInfo& info : GroupsOf(DhKind::kModp)) {
    const Bytes prime = PrimeOf(info.group);
    EXPECT_EQ(SharedOf(info.group, {3}, Add(prime, -2)), Add(prime, -8)) << info.name;
  }
}

TEST(Dh, PointsOffTheCurveAreRefused) {
  for (const DhGroupInfo& info : GroupsOf(DhKind::kEcp)) {
    const Bytes good = PublicOf(info.group, GoodKey(info.group));
    const std::size_t half = info.shared_size;
    ExpectRefused(info.group, Bytes(info.public_size));
    for (const std::size_t flipped : {half - 1, half, 2 * half - 1}) {
      Bytes bad = good;
      bad[flipped] ^= 1;
      ExpectRefused(info.group, bad);
    }
    Bytes no_y = good;
    std::fill(no_y.begin() + static_cast<std::ptrdiff_t>(half), no_y.end(), std::uint8_t{0});
    ExpectRefused(info.group, no_y);
    Bytes swapped(good.begin() + static_cast<std::ptrdiff_t>(half), good.end());
    swapped.insert(swapped.end(), good.begin(), good.begin() + static_cast<std::ptrdiff_t>(half));
    ExpectRefused(info.group, swapped);
  }
}

TEST(Dh, TheNegativeOfAPointIsAccepted) {
  for (const DhGroupInfo& info : GroupsOf(DhKind::kEcp)) {
    const Bytes good = PublicOf(info.group, GoodKey(info.group));
    const Octets prime = EcpNumbers(info.group).prime;
    Bytes negative = good;  // y := p - y
    int borrow = 0;
    for (std::size_t i = info.shared_size; i-- > 0;) {
      const int difference = prime[i] - good[info.shared_size + i] - borrow;
      borrow = difference < 0 ? 1 : 0;
      negative[info.shared_size + i] = static_cast<std::uint8_t>(difference & 0xff);
    }
    EXPECT_EQ(SharedOf(info.group, GoodKey(info.group), negative),
              SharedOf(info.group, GoodKey(info.group), good));
  }
}

// x + p stands for the same field element but is no valid coordinate (RFC 6989 section 2.3). P-521
// leaves room for it in 66 octets whatever x is.
TEST(Dh, CoordinatesBeyondThePrimeAreRefused) {
  const Bytes good = PublicOf(DhGroup::kEcp521, GoodKey(DhGroup::kEcp521));
  const Octets prime = EcpNumbers(DhGroup::kEcp521).prime;
  for (const std::size_t start : {std::size_t{0}, prime.size()}) {
    Bytes bad = good;
    int carry = 0;
    for (std::size_t i = prime.size(); i-- > 0;) {
      const int sum = bad[start + i] + prime[i] + carry;
      bad[start + i] = static_cast<std::uint8_t>(sum & 0xff);
      carry = sum >> 8;
    }
    EXPECT_EQ(carry, 0);
    ExpectRefused(DhGroup::kEcp521, bad);
  }
  for (const DhGroupInfo& info : GroupsOf(DhKind::kEcp)) {
    const Octets p = EcpNumbers(info.group).prime;
    ExpectRefused(info.group, test::Concat({p, p}));
    ExpectRefused(info.group, Bytes(info.public_size, 0xff));
  }
}

// The points of order 1, 2, 4 and 8 and their other encodings, all little-endian.
TEST(Dh, X25519ValuesOfLowOrderAreRefused) {
  constexpr const char* kLowOrder[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  for (const char* text : kLowOrder) {
    Bytes value = FromHex(text);
    ExpectRefused(DhGroup::kCurve25519, value);
    value.back() |= 0x80;
    ExpectRefused(DhGroup::kCurve25519, value);
  }
}

TEST(Dh, X25519IgnoresTheTopBitOfAPeerValue) {
  const Bytes key = GoodKey(DhGroup::kCurve25519);
  Bytes peer = PublicOf(DhGroup::kCurve25519, Bytes(32, 0x22));
  const Bytes shared = SharedOf(DhGroup::kCurve25519, key, peer);
  peer.back() ^= 0x80;
  EXPECT_EQ(SharedOf(DhGroup::kCurve25519, key, peer), shared);
}

}  // namespace
}  // namespace iscsi_ike::test
