#include "crypto/sealed_box.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace iscsi_ike::test {
namespace {

using crypto::SealError;

constexpr crypto::SealKind kKind{"TESTBOX1", 3};

std::vector<std::uint8_t> Key(std::uint8_t first) {
  std::vector<std::uint8_t> key(crypto::kSealKeySize);
  std::iota(key.begin(), key.end(), first);
  return key;
}

std::vector<std::uint8_t> Contents(std::size_t size) {
  std::vector<std::uint8_t> contents(size);
  std::iota(contents.begin(), contents.end(), std::uint8_t{7});
  return contents;
}

std::vector<std::uint8_t> NonceOf(const std::vector<std::uint8_t>& box) {
  return {box.begin() + 10, box.begin() + 34};
}

SealError ErrorOf(const crypto::SealKind& kind, crypto::Octets key, crypto::Octets box) {
  const auto opened = crypto::Unseal(kind, key, box);
  EXPECT_FALSE(opened.ok());
  return opened.ok() ? SealError::kCrypto : opened.error();
}

TEST(SealedBox, GivesBackWhatWasPutIn) {
  for (const std::size_t size : {0U, 1U, 31U, 4096U}) {
    const auto contents = Contents(size);
    const auto box = crypto::Seal(kKind, Key(1), contents);
    ASSERT_TRUE(box.ok());
    EXPECT_EQ(box->size(), size + crypto::kSealOverhead);
    const auto opened = crypto::Unseal(kKind, Key(1), *box);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(crypto::ConstantTimeEqual(opened->Expose(), contents));
  }
}

TEST(SealedBox, TheSameContentsMakeTheSameBoxAndOthersAnotherNonce) {
  const auto one = crypto::Seal(kKind, Key(1), Contents(40));
  const auto again = crypto::Seal(kKind, Key(1), Contents(40));
  const auto other = crypto::Seal(kKind, Key(1), Contents(41));
  EXPECT_EQ(*one, *again);
  EXPECT_NE(NonceOf(*one), NonceOf(*other));
}

// The nonce depends on every octet, not on how many there are: a stream cipher under one nonce
// gives away the difference of two contents.
TEST(SealedBox, ContentsOfOneLengthThatDifferInOneOctetHaveDifferentNonces) {
  const auto contents = Contents(40);
  const auto one = crypto::Seal(kKind, Key(1), contents);
  for (std::size_t at = 0; at < contents.size(); ++at) {
    auto changed = contents;
    changed[at] ^= 1U;
    const auto other = crypto::Seal(kKind, Key(1), changed);
    EXPECT_NE(NonceOf(*one), NonceOf(*other)) << at;
  }
  const auto under_another_key = crypto::Seal(kKind, Key(2), contents);
  EXPECT_NE(NonceOf(*one), NonceOf(*under_another_key));
}

// A box that release 0.1.0 made. Boxes outlive the release that made them.
TEST(SealedBox, ABoxOfAnEarlierReleaseOpens) {
  const std::vector<std::uint8_t> golden = {
      0x54, 0x45, 0x53, 0x54, 0x42, 0x4f, 0x58, 0x31, 0x00, 0x03, 0x10, 0x6a, 0x76,
      0xf9, 0x1b, 0x3d, 0xed, 0x1f, 0xf5, 0xdf, 0x4a, 0xd7, 0x74, 0x25, 0x95, 0xf8,
      0xc7, 0xa4, 0xb7, 0x6c, 0xf1, 0x39, 0x58, 0xb6, 0xa5, 0xe6, 0xd7, 0x16, 0x0f,
      0x02, 0x0e, 0x3d, 0x86, 0x9c, 0xc4, 0x7d, 0x74, 0x93, 0xd7, 0xeb, 0x8a, 0x5f,
      0x89, 0x7b, 0x98, 0x25, 0x19, 0x73, 0x0c, 0xdd, 0xaf, 0x4a};
  const auto opened = crypto::Unseal(kKind, Key(1), golden);
  ASSERT_TRUE(opened.ok()) << crypto::Name(opened.error());
  EXPECT_TRUE(crypto::ConstantTimeEqual(opened->Expose(), Contents(12)));
  EXPECT_EQ(*crypto::Seal(kKind, Key(1), Contents(12)), golden);
}

TEST(SealedBox, ShowsNothingOfItsContents) {
  const std::string word = "a key that nobody may read";
  std::vector<std::uint8_t> contents(word.begin(), word.end());
  const auto box = crypto::Seal(kKind, Key(1), contents);
  const std::string text(box->begin(), box->end());
  EXPECT_EQ(text.find("nobody"), std::string::npos);
}

TEST(SealedBox, NoOctetOfItMayChange) {
  const auto box = crypto::Seal(kKind, Key(1), Contents(20));
  for (std::size_t at = 0; at < box->size(); ++at) {
    auto changed = *box;
    changed[at] ^= 1U;
    const SealError wanted = at < 8    ? SealError::kOtherKind
                             : at < 10 ? SealError::kOtherVersion
                                       : SealError::kDamaged;
    EXPECT_EQ(ErrorOf(kKind, Key(1), changed), wanted) << at;
  }
}

TEST(SealedBox, NoOctetOfItMayBeMissingOrTooMany) {
  auto box = *crypto::Seal(kKind, Key(1), Contents(20));
  for (std::size_t size = 0; size < box.size(); ++size) {
    const SealError error = ErrorOf(kKind, Key(1), crypto::Octets(box).first(size));
    EXPECT_EQ(error, size < crypto::kSealOverhead ? SealError::kTooShort : SealError::kDamaged);
  }
  box.push_back(0);
  EXPECT_EQ(ErrorOf(kKind, Key(1), box), SealError::kDamaged);
}

TEST(SealedBox, AnotherKeyDoesNotOpenIt) {
  const auto box = crypto::Seal(kKind, Key(1), Contents(20));
  EXPECT_EQ(ErrorOf(kKind, Key(2), *box), SealError::kDamaged);
  EXPECT_EQ(ErrorOf(kKind, crypto::Octets(Key(1)).first(31), *box), SealError::kBadKey);
  EXPECT_EQ(crypto::Seal(kKind, crypto::Octets(Key(1)).first(31), Contents(1)).error(),
            SealError::kBadKey);
}

// The kind is part of the key: who writes another magic or version over the header opens nothing.
TEST(SealedBox, AnotherKindDoesNotOpenItEvenUnderItsName) {
  const crypto::SealKind other{"TESTBOX2", 3};
  auto box = *crypto::Seal(kKind, Key(1), Contents(20));
  EXPECT_EQ(ErrorOf(other, Key(1), box), SealError::kOtherKind);
  box[7] = '2';
  EXPECT_EQ(ErrorOf(other, Key(1), box), SealError::kDamaged);
  const crypto::SealKind later{"TESTBOX1", 4};
  box = *crypto::Seal(kKind, Key(1), Contents(20));
  EXPECT_EQ(ErrorOf(later, Key(1), box), SealError::kOtherVersion);
  box[9] = 4;
  EXPECT_EQ(ErrorOf(later, Key(1), box), SealError::kDamaged);
}

TEST(SealedBox, EveryErrorHasItsOwnName) {
  EXPECT_NE(crypto::Name(SealError::kDamaged), crypto::Name(SealError::kOtherVersion));
  for (int i = 0; i <= static_cast<int>(SealError::kCrypto); ++i)
    EXPECT_FALSE(crypto::Name(static_cast<SealError>(i)).empty());
}

}  // namespace
}  // namespace iscsi_ike::test
