// Random sources: the seeded one repeats, the system's does not.
#include "crypto/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST(SeededRandom, AnEmptyDrawCountsAsACall) {
  SeededRandom first(1);
  SeededRandom second(1);
  EXPECT_TRUE(first.Fill({}));
  Draw(second, 5);
  EXPECT_EQ(Draw(first, 8), Draw(second, 8));
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
