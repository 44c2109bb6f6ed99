// Secrets: ownership, and that nothing of them is left behind.
#include "crypto/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "tests/support/vectors.hpp"

namespace iscsi_ike::crypto {
namespace {

using test::FromText;

const test::Bytes kOctets = {1, 2, 3, 4, 5, 6, 7, 8};

// Watched looks at the octets of a secret when they no longer belong to it. The pages stay, for
// this has a secret of the same size.
class Watched {
 public:
  explicit Watched(const Secret& secret)
      : stays_(secret.size()), octets_(secret.Expose().data()), size_(secret.size()) {}
  // AddressSanitizer would rather not see it.
  [[nodiscard]] __attribute__((no_sanitize("address"))) bool IsWiped() const {
    const volatile std::uint8_t* const octets = octets_;
    for (std::size_t i = 0; i < size_; ++i)
      if (octets[i] != 0) return false;
    return true;
  }

 private:
  Secret stays_;
  const std::uint8_t* octets_;
  std::size_t size_;
};

bool IsSame(Octets a, Octets b) { return std::ranges::equal(a, b); }

TEST(Wipe, ZeroesEveryOctetAndTakesNothing) {
  test::Bytes octets = kOctets;
  Wipe(octets);
  EXPECT_EQ(octets, test::Bytes(8));
  Wipe({});
}

TEST(ConstantTimeEqual, ComparesContentAndLength) {
  test::Bytes other = kOctets;
  EXPECT_TRUE(ConstantTimeEqual(kOctets, other));
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
  EXPECT_FALSE(ConstantTimeEqual(kOctets, Octets(other).first(7)));
  EXPECT_FALSE(ConstantTimeEqual(Octets(other).first(7), kOctets));
  EXPECT_FALSE(ConstantTimeEqual(kOctets, {}));
  for (std::uint8_t& octet : other) {
    octet ^= 0x80;
    EXPECT_FALSE(ConstantTimeEqual(kOctets, other));
    octet ^= 0x80;
  }
}

TEST(Secret, StartsEmptyOrZeroFilled) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(Secret(0).empty());
  EXPECT_TRUE(Secret::CopyOf({}).empty());
  const Secret zeros(5);
  EXPECT_TRUE(IsSame(zeros.Expose(), test::Bytes(5)));
}

TEST(Secret, CopiesItsOctets) {
  test::Bytes source = kOctets;
  const Secret secret = Secret::CopyOf(source);
  source[0] = 99;
  const Secret clone = secret.Clone();
  EXPECT_TRUE(IsSame(secret.Expose(), kOctets));
  EXPECT_TRUE(IsSame(clone.Expose(), kOctets));
  EXPECT_NE(clone.Expose().data(), secret.Expose().data());
}

TEST(Secret, MoveTakesTheOctetsAndLeavesTheSourceEmpty) {
  Secret first = Secret::CopyOf(kOctets);
  Secret second = std::move(first);
  EXPECT_TRUE(first.empty());
  EXPECT_TRUE(first.Expose().empty());
  Secret third;
  third = std::move(second);
  EXPECT_TRUE(second.empty());
  EXPECT_TRUE(IsSame(third.Expose(), kOctets));
  Secret& same = third;
  third = std::move(same);
  EXPECT_TRUE(IsSame(third.Expose(), kOctets));
}

TEST(Secret, IsWipedWhenItDies) {
  auto secret = std::make_optional(Secret::CopyOf(kOctets));
  const Watched watched(*secret);
  EXPECT_FALSE(watched.IsWiped());
  secret.reset();
  EXPECT_TRUE(watched.IsWiped());
}

TEST(Secret, IsWipedWhenAnotherIsMovedOverIt) {
  Secret secret = Secret::CopyOf(kOctets);
  const Watched watched(secret);
  secret = Secret(3);
  EXPECT_TRUE(watched.IsWiped());
}

TEST(Secret, ClearWipesAndEmpties) {
  Secret secret = Secret::CopyOf(kOctets);
  const Watched watched(secret);
  secret.Clear();
  EXPECT_TRUE(watched.IsWiped());
  EXPECT_TRUE(secret.empty());
  secret.Clear();
}

TEST(Secret, ShrinkWipesWhatItForgets) {
  Secret secret = Secret::CopyOf(kOctets);
  const std::uint8_t* const octets = secret.Expose().data();
  secret.Shrink(3);
  EXPECT_TRUE(IsSame(secret.Expose(), Octets(kOctets).first(3)));
  EXPECT_TRUE(IsSame(Octets(octets + 3, 5), test::Bytes(5)));
  secret.Shrink(3);
  EXPECT_EQ(secret.size(), 3U);
}

TEST(Secret, IsWipedInFullAfterShrink) {
  Secret secret = Secret::CopyOf(kOctets);
  const Watched watched(secret);
  secret.Shrink(1);
  secret.Clear();
  EXPECT_TRUE(watched.IsWiped());
}

TEST(InlineSecret, HoldsUpToItsCapacity) {
  InlineSecret<8> secret;
  EXPECT_TRUE(secret.empty());
  secret.Assign(kOctets);
  EXPECT_TRUE(IsSame(secret.Expose(), kOctets));
  EXPECT_TRUE(IsSame(secret.Clone().Expose(), kOctets));
}

TEST(InlineSecret, ResizeGrowsWithZeros) {
  InlineSecret<8> secret;
  secret.Assign(kOctets);
  secret.Resize(2);
  secret.Resize(4);
  EXPECT_TRUE(IsSame(secret.Expose(), test::Bytes{1, 2, 0, 0}));
}

TEST(InlineSecret, MoveWipesTheSource) {
  InlineSecret<8> first;
  first.Assign(kOctets);
  InlineSecret<8> second = std::move(first);
  EXPECT_TRUE(first.empty());
  first.Resize(8);
  EXPECT_TRUE(IsSame(first.Expose(), test::Bytes(8)));
  InlineSecret<8> third;
  third.Assign(FromText("old"));
  third = std::move(second);
  EXPECT_TRUE(IsSame(third.Expose(), kOctets));
  InlineSecret<8>& same = third;
  third = std::move(same);
  EXPECT_TRUE(IsSame(third.Expose(), kOctets));
}

TEST(InlineSecret, IsWipedWhenItDies) {
  using Small = InlineSecret<8>;
  alignas(Small) std::array<std::uint8_t, sizeof(Small)> storage;
  storage.fill(0xee);
  auto* const secret = new (storage.data()) Small();
  secret->Assign(kOctets);
  secret->~Small();
  const volatile std::uint8_t* const left = storage.data();
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(left[i], 0) << i;
}

TEST(Fingerprint, IsEightHexDigitsThatNeverChange) {
  EXPECT_EQ(Fingerprint(FromText("iscsi-psk-0123")), "bfdeb8b7");
  EXPECT_EQ(Fingerprint({}), "26bb9271");
}

TEST(Fingerprint, TellsKeysApart) {
  EXPECT_NE(Fingerprint(FromText("secret")), Fingerprint(FromText("Secret")));
  EXPECT_NE(Fingerprint(FromText("secret")), Fingerprint(test::FromHex("73656372657400")));
}

}  // namespace
}  // namespace iscsi_ike::crypto
