// Random sources: the seeded one repeats, the system's does not.
#include "crypto/random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/support/vectors.hpp"

namespace iscsi_ike::crypto {
namespace {

using test::Bytes;
using test::ToHex;

Bytes Draw(RandomSource& source, std::size_t size) {
  Bytes octets(size);
  EXPECT_TRUE(source.Fill(octets));
  return octets;
}

TEST(InitializeCrypto, MayBeCalledAgain) {
  EXPECT_TRUE(InitializeCrypto());
  EXPECT_TRUE(InitializeCrypto());
}

TEST(SystemRandom, DiffersEachTime) {
  SystemRandom random;
  EXPECT_NE(Draw(random, 32), Draw(random, 32));
  EXPECT_TRUE(random.Fill({}));
}

TEST(SystemRandom, GivesNothingTwice) {
  SystemRandom random;
  std::set<Bytes> seen;
  std::size_t drawn = 0;
  for (int round = 0; round < 50; ++round)
    for (const std::size_t size : {8U, 13U, 32U, 505U, 512U, 513U, 2000U}) {
      const Bytes octets = Draw(random, size);
      for (std::size_t at = 0; at + 8 <= size; at += 8, ++drawn)
        seen.insert(Bytes(octets.begin() + static_cast<std::ptrdiff_t>(at),
                          octets.begin() + static_cast<std::ptrdiff_t>(at + 8)));
    }
  EXPECT_EQ(seen.size(), drawn);
}

TEST(SystemRandom, DiffersInAChildProcess) {
  ASSERT_TRUE(InitializeCrypto());
  SystemRandom random;
  Draw(random, 8);  // from now on there are octets in stock
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  const Bytes own = Draw(random, 32);
  if (child == 0) _exit(write(ends[1], own.data(), own.size()) == 32 ? 0 : 1);
  Bytes other(32);
  EXPECT_EQ(read(ends[0], other.data(), other.size()), 32);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  close(ends[1]);
  EXPECT_NE(own, other);
}

TEST(SeededRandom, RepeatsFromTheSameSeed) {
  SeededRandom first(42);
  SeededRandom second(42);
  for (const std::size_t size : {1U, 4U, 32U, 257U}) {
    EXPECT_EQ(Draw(first, size), Draw(second, size));
  }
}

TEST(SeededRandom, DiffersByCallAndSeed) {
  SeededRandom first(42);
  SeededRandom second(43);
  const Bytes one = Draw(first, 32);
  EXPECT_NE(one, Draw(first, 32));
  EXPECT_NE(one, Draw(second, 32));
}

TEST(SeededRandom, WordSeedIsLittleEndian) {
  SeededRandom::Seed seed{};
  seed[0] = 0x08;
  seed[7] = 0x01;
  SeededRandom octets(seed);
  SeededRandom word(0x0100000000000008);
  EXPECT_EQ(Draw(octets, 16), Draw(word, 16));
}

TEST(SeededRandom, IsMadeOfOctetsWhereverTheyLie) {
  const Secret secret = Secret::CopyOf(std::vector<std::uint8_t>(kSeedSize, 0x5a));
  SeededRandom::Seed seed{};
  seed.fill(0x5a);
  EXPECT_EQ(SeededRandom(secret.Expose(), 3).seed(), seed);
  EXPECT_EQ(SeededRandom(secret.Expose(), 3).stream(), 3U);
  EXPECT_EQ(SeededRandom(secret.Expose()).stream(), 0U);
}

TEST(SeededRandom, ZerosStandBehindAShortSeed) {
  const std::vector<std::uint8_t> octets(kSeedSize + 1, 0x5a);
  for (std::size_t size = 0; size <= octets.size(); ++size) {
    const SeededRandom random(Octets(octets).first(size));
    for (std::size_t i = 0; i < kSeedSize; ++i)
      EXPECT_EQ(random.seed()[i], i < size ? 0x5a : 0) << size << ", " << i;
  }
}

TEST(SeededRandom, AnEmptyDrawCountsAsACall) {
  SeededRandom first(1);
  SeededRandom second(1);
  EXPECT_TRUE(first.Fill({}));
  Draw(second, 5);
  EXPECT_EQ(Draw(first, 8), Draw(second, 8));
}

TEST(SeededRandom, IsMadeAgainAtItsPlace) {
  SeededRandom first(42);
  Draw(first, 7);
  Draw(first, 40);
  EXPECT_EQ(first.stream(), 2U);
  SeededRandom second(first.seed(), first.stream());
  EXPECT_EQ(Draw(first, 32), Draw(second, 32));
  EXPECT_EQ(first.stream(), second.stream());
}

// The key stream of the all-zero key and nonce begins so (draft-agl-tls-chacha20poly1305-04
// section 7, first vector; RFC 8439 A.1 #1 has the same block).
TEST(SeededRandom, IsTheChaCha20KeyStream) {
  SeededRandom random(SeededRandom::Seed{});
  EXPECT_EQ(ToHex(Draw(random, 64)),
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
}

}  // namespace
}  // namespace iscsi_ike::crypto
