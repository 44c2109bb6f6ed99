// Secrets: ownership, and that nothing of them is left behind.
#include "crypto/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "tests/support/vectors.hpp"

namespace {

// WatchedBlock: what was in a block when it was given back. Set for one block at a time.
struct WatchedBlock {
  const void* address = nullptr;
  std::size_t size = 0;
  bool freed = false;
  bool wiped = false;
};
WatchedBlock watched;

void Release(void* block) noexcept {
  if (block != nullptr && block == watched.address) {
    const auto* octets = static_cast<const volatile std::uint8_t*>(block);
    watched.freed = true;
    watched.wiped = true;
    for (std::size_t i = 0; i < watched.size; ++i) watched.wiped &= octets[i] == 0;
    watched.address = nullptr;
  }
  std::free(block);
}

}  // namespace

// The arrays of this binary come from here, so that a test sees what a Secret leaves behind.
void* operator new[](std::size_t size) {
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void operator delete[](void* block) noexcept { Release(block); }
void operator delete[](void* block, std::size_t) noexcept { Release(block); }

namespace iscsi_ike::crypto {
namespace {

using test::FromText;

const test::Bytes kOctets = {1, 2, 3, 4, 5, 6, 7, 8};

void Watch(const Secret& secret) {
  watched = {.address = secret.Expose().data(), .size = secret.size()};
}

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
  {
    const Secret secret = Secret::CopyOf(kOctets);
    Watch(secret);
  }
  EXPECT_TRUE(watched.freed);
  EXPECT_TRUE(watched.wiped);
}

TEST(Secret, IsWipedWhenAnotherIsMovedOverIt) {
  Secret secret = Secret::CopyOf(kOctets);
  Watch(secret);
  secret = Secret(3);
  EXPECT_TRUE(watched.freed);
  EXPECT_TRUE(watched.wiped);
}

TEST(Secret, ClearWipesAndEmpties) {
  Secret secret = Secret::CopyOf(kOctets);
  Watch(secret);
  secret.Clear();
  EXPECT_TRUE(watched.freed);
  EXPECT_TRUE(watched.wiped);
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
  Watch(secret);
  secret.Shrink(1);
  secret.Clear();
  EXPECT_TRUE(watched.wiped);
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
