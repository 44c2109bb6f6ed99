// Hashes, HMAC and key expansion against published figures and their definitions.
#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <numeric>

#include "tests/crypto/ike_keys.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::crypto {
namespace {

using test::Bytes;
using test::FromHex;
using test::FromText;
using test::ToHex;
using enum HashAlgorithm;

constexpr HashAlgorithm kAll[] = {kMd5, kSha1, kSha256, kSha384, kSha512};

struct Sample {
  HashAlgorithm hash;
  const char* expected;
};

// RFC 1321 A.5 and the "abc" samples of FIPS 180 (NIST cryptographic toolkit).
constexpr Sample kAbc[] = {
    {kMd5, "900150983cd24fb0d6963f7d28e17f72"},
    {kSha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {kSha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {kSha384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c8"
     "25a7"},
    {kSha512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
     "ebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

// The two-block samples.
constexpr Sample kTwoBlocks[] = {
    {kSha1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {kSha256, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

TEST(Hasher, GivesThePublishedDigests) {
  for (const Sample& sample : kAbc) {
    EXPECT_EQ(ToHex(HashOf(sample.hash, {FromText("abc")}).Expose()), sample.expected);
  }
  const Bytes text = FromText("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
  for (const Sample& sample : kTwoBlocks) {
    EXPECT_EQ(ToHex(HashOf(sample.hash, {text}).Expose()), sample.expected);
  }
}

TEST(Hasher, GivesTheDigestOfNothing) {
  EXPECT_EQ(ToHex(HashOf(kMd5, {}).Expose()), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(ToHex(HashOf(kSha1, {{}}).Expose()), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Hasher, DoesNotSeeHowTheInputIsCut) {
  Bytes data(300);
  std::iota(data.begin(), data.end(), std::uint8_t{0});
  for (const HashAlgorithm hash : kAll) {
    const Digest whole = HashOf(hash, {data});
    for (std::size_t cut = 0; cut <= data.size(); cut += 7) {
      const Octets all = data;
      EXPECT_EQ(ToHex(HashOf(hash, {all.first(cut), all.subspan(cut)}).Expose()),
                ToHex(whole.Expose()));
    }
  }
}

TEST(Hasher, CopyForksTheState) {
  for (const HashAlgorithm hash : kAll) {
    Hasher first(hash);
    first.Update(FromText("ab"));
    Hasher second = first;
    Hasher third(kMd5);
    third = first;
    first.Update(FromText("x"));
    for (Hasher* fork : {&second, &third}) {
      EXPECT_EQ(fork->algorithm(), hash);
      fork->Update(FromText("c"));
      Bytes digest(HashSize(hash));
      fork->Finish(digest);
      EXPECT_EQ(ToHex(digest), ToHex(HashOf(hash, {FromText("abc")}).Expose()));
    }
  }
}

TEST(Hasher, IsWipedWhenItDies) {
  alignas(Hasher) std::array<std::uint8_t, sizeof(Hasher)> storage{};
  auto* const hasher = new (storage.data()) Hasher(kSha512);
  hasher->Update(FromText("secret"));
  hasher->~Hasher();
  const volatile std::uint8_t* const left = storage.data();
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < storage.size(); ++i) nonzero += left[i] != 0 ? 1U : 0U;
  EXPECT_LE(nonzero, sizeof(HashAlgorithm));  // the algorithm itself is no secret
}

struct HmacSample {
  HashAlgorithm hash;
  Bytes key;
  const char* data;
  const char* expected;
};

constexpr const char* kLongKeyText = "Test Using Larger Than Block-Size Key - Hash Key First";

// RFC 2202 section 2 cases 1, 2, 6 and section 3 likewise; RFC 4231 cases 1, 2 and 6.
const HmacSample kHmacSamples[] = {
    {kMd5, Bytes(16, 0x0b), "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"},
    {kMd5, FromText("Jefe"), "what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"},
    {kMd5, Bytes(80, 0xaa), kLongKeyText, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
    {kSha1, Bytes(20, 0x0b), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
    {kSha1, FromText("Jefe"), "what do ya want for nothing?",
     "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {kSha1, Bytes(80, 0xaa), kLongKeyText, "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
    {kSha256, Bytes(20, 0x0b), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {kSha256, FromText("Jefe"), "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {kSha256, Bytes(131, 0xaa), kLongKeyText,
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {kSha384, Bytes(20, 0x0b), "Hi There",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa"
     "9cb6"},
    {kSha384, Bytes(131, 0xaa), kLongKeyText,
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f4"
     "4952"},
    {kSha512, Bytes(20, 0x0b), "Hi There",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3"
     "f4e4be9d914eeb61f1702e696c203a126854"},
    {kSha512, Bytes(131, 0xaa), kLongKeyText,
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a"
     "1e5295e64f73f63f0aec8b915a985d786598"},
};

TEST(Prf, GivesThePublishedHmacs) {
  for (const HmacSample& sample : kHmacSamples) {
    const Prf prf(sample.hash, sample.key);
    EXPECT_EQ(ToHex(prf.Compute({FromText(sample.data)}).Expose()), sample.expected);
    EXPECT_EQ(ToHex(prf.Compute({FromText(sample.data)}).Expose()), sample.expected) << "again";
  }
}

TEST(Prf, TakesPartsAndPieces) {
  const Prf prf(kSha1, FromText("Jefe"));
  const char* const expected = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
  EXPECT_EQ(
      ToHex(prf.Compute({FromText("what do ya "), {}, FromText("want for nothing?")}).Expose()),
      expected);
  const Prf copy = prf;
  Hasher pieces = copy.Begin();
  pieces.Update(FromText("what do ya want "));
  pieces.Update(FromText("for nothing?"));
  EXPECT_EQ(ToHex(copy.Finish(pieces).Expose()), expected);
}

// HMAC pads a key with zeros to the block, and hashes it only when it is longer.
TEST(Prf, KeyLengthsAroundTheBlockFollowHmac) {
  for (const HashAlgorithm hash : kAll) {
    const std::size_t block = hash == kSha384 || hash == kSha512 ? 128 : 64;
    const Bytes data = FromText("data");
    const Bytes long_key(block + 1, 7);
    const Digest hashed = HashOf(hash, {long_key});
    EXPECT_EQ(test::PrfOf(hash, long_key, {data}),
              test::PrfOf(hash, test::ToBytes(hashed), {data}));
    Bytes padded(block - 1, 7);
    const Bytes by_short = test::PrfOf(hash, padded, {data});
    padded.push_back(0);
    EXPECT_EQ(test::PrfOf(hash, padded, {data}), by_short);
    EXPECT_EQ(test::PrfOf(hash, {}, {data}), test::PrfOf(hash, Bytes(block), {data}));
  }
}

// RFC 2409 Appendix B written out: K1 = prf(0), K2 = prf(K1), K3 = prf(K2).
TEST(ExpandKey, FillsAnyLength) {
  const Bytes key = FromText("key");
  const std::uint8_t zero = 0;
  for (const HashAlgorithm hash : kAll) {
    const Bytes k1 = test::PrfOf(hash, key, {Octets(&zero, 1)});
    const Bytes k2 = test::PrfOf(hash, key, {k1});
    const Bytes k3 = test::PrfOf(hash, key, {k2});
    const Bytes all = test::Concat({k1, k2, k3});
    for (std::size_t size = 0; size <= all.size(); ++size) {
      Bytes out(size + 1, 0xee);
      ExpandKey(Prf(hash, key), {Octets(&zero, 1)}, {}, MutableOctets(out).first(size));
      EXPECT_EQ(ToHex(Octets(out).first(size)), ToHex(Octets(all).first(size)));
      EXPECT_EQ(out.back(), 0xee) << "wrote past the end";
    }
  }
}

// Section 5.5 written out: K1 = prf(seed), K2 = prf(K1 | seed).
TEST(ExpandKey, RepeatsTheSeedForKeymat) {
  const Bytes key = FromText("key");
  const Bytes seed = FromText("protocol spi ni nr");
  const Bytes k1 = test::PrfOf(kSha1, key, {seed});
  const Bytes k2 = test::PrfOf(kSha1, key, {k1, seed});
  Bytes out(36);
  const Octets all = seed;
  ExpandKey(Prf(kSha1, key), {all.first(3), all.subspan(3)}, {all.first(5), all.subspan(5)}, out);
  Bytes expected = test::Concat({k1, k2});
  expected.resize(36);
  EXPECT_EQ(out, expected);
}

// A sample of NIST ACVP for IKEv1 with SHA-1.
TEST(Prf, DerivesThePublishedSkeyids) {
  const test::Keys keys = test::DeriveKeys(
      {.hash = kSha1,
       .psk = FromHex("75"),
       .cky_i = FromHex("83d374c30b3b5082"),
       .cky_r = FromHex("5afc0da06c728029"),
       .ni = FromHex("b9a2d0e922dc66dd"),
       .nr = FromHex("2130166863b5ddef"),
       .ke_i = {},
       .ke_r = {},
       .gxy = FromHex("739003ba2c11c982946c65e26acf661fbf8ebb78011a9fead79efa12fe3e71cc")});
  EXPECT_EQ(ToHex(keys.skeyid), "62b04d112877e442fc3282fc37c076997718a0b9");
  EXPECT_EQ(ToHex(keys.d), "369e5aad1bdb5faf6a3d929d500cdc236710a9ab");
  EXPECT_EQ(ToHex(keys.a), "588e957d8d790d093b3a39f121473473af78e9bb");
  EXPECT_EQ(ToHex(keys.e), "cd74b0c048219db81384d3fda8f6cda51e398a2b");
}

}  // namespace
}  // namespace iscsi_ike::crypto
