// The tables of algorithms agree with each other and with the numbers of the groups.
#include "crypto/suite.hpp"

#include <gtest/gtest.h>

#include "crypto/dh_groups.hpp"

namespace iscsi_ike::crypto {
namespace {

TEST(HashAlgorithm, HasSizeAndNameBothWays) {
  using enum HashAlgorithm;
  constexpr std::pair<HashAlgorithm, std::size_t> kSizes[] = {
      {kMd5, 16}, {kSha1, 20}, {kSha256, 32}, {kSha384, 48}, {kSha512, 64}};
  for (const auto& [hash, size] : kSizes) {
    EXPECT_EQ(HashSize(hash), size);
    EXPECT_LE(size, kMaxHashSize);
    EXPECT_EQ(HashByName(Name(hash)), hash);
  }
  EXPECT_EQ(Name(kSha256), "sha256");
  EXPECT_EQ(HashByName("sha224"), std::nullopt);
  EXPECT_EQ(HashByName(""), std::nullopt);
}

TEST(CipherAlgorithm, HasBlockSize) {
  EXPECT_EQ(BlockSize(CipherAlgorithm::kTripleDesCbc), 8U);
  EXPECT_EQ(BlockSize(CipherAlgorithm::kAesCbc), kMaxBlockSize);
}

TEST(DhGroup, IsFoundByNumberAndName) {
  EXPECT_EQ(AllDhGroups().size(), 11U);
  for (const DhGroupInfo& info : AllDhGroups()) {
    EXPECT_EQ(Info(info.group).name, info.name);
    EXPECT_EQ(DhGroupByNumber(static_cast<std::uint16_t>(info.group)), info.group);
    EXPECT_EQ(DhGroupByName(info.name), info.group);
  }
  for (const std::uint16_t number :
       std::initializer_list<std::uint16_t>{0, 1, 3, 4, 22, 23, 24, 30, 32, 65535}) {
    EXPECT_EQ(DhGroupByNumber(number), std::nullopt) << number;
  }
  EXPECT_EQ(DhGroupByName("modp768"), std::nullopt);
}

TEST(DhGroup, SizesFollowTheNumbersOfTheGroup) {
  for (const DhGroupInfo& info : AllDhGroups()) {
    SCOPED_TRACE(info.name);
    const std::size_t prime = ModpPrime(info.group).size();
    const std::size_t coordinate = EcpNumbers(info.group).prime.size();
    EXPECT_EQ(prime != 0, info.kind == DhKind::kModp);
    EXPECT_EQ(coordinate != 0, info.kind == DhKind::kEcp);
    if (prime != 0) {
      EXPECT_EQ(info.public_size, prime);
      EXPECT_EQ(info.shared_size, prime);
    } else if (coordinate != 0) {
      EXPECT_EQ(info.public_size, 2 * coordinate);
      EXPECT_EQ(info.shared_size, coordinate);
      EXPECT_EQ(info.private_size, coordinate);
    }
  }
}

// SP 800-56A revision 3, section 5.6.1.1.1: an exponent has at least twice the strength's bits.
TEST(DhGroup, ExponentsAreTwiceTheStrength) {
  for (const DhGroupInfo& info : AllDhGroups()) {
    EXPECT_GE(8 * info.private_size, 2 * info.strength_bits) << info.name;
  }
}

}  // namespace
}  // namespace iscsi_ike::crypto
