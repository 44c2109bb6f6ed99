// CBC against published figures, and the sizes it refuses.
#include "crypto/cbc.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "crypto/random.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::crypto {
namespace {

using test::Bytes;
using test::FromHex;
using test::FromText;
using test::ToHex;
using enum CipherAlgorithm;

struct Sample {
  const char* key;
  const char* ciphertext;
};

// SP 800-38A F.2.1-F.2.6: AES-128, -192 and -256 over the same four blocks.
constexpr const char* kAesIv = "000102030405060708090a0b0c0d0e0f";
constexpr const char* kAesPlaintext =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
constexpr Sample kAes[] = {
    {"2b7e151628aed2a6abf7158809cf4f3c",
     "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
     "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"},
    {"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
     "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd"},
    {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
     "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"},
};

class Aes : public ::testing::TestWithParam<AesInstructions> {
 protected:
  CbcCipher cipher{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(CbcCipher, Aes,
                         ::testing::Values(AesInstructions::kWhereThereAre,
                                           AesInstructions::kNever));

TEST_P(Aes, GivesThePublishedCiphertexts) {
  for (const Sample& sample : kAes) {
    Bytes data = FromHex(kAesPlaintext);
    ASSERT_TRUE(cipher.Encrypt(kAesCbc, FromHex(sample.key), FromHex(kAesIv), data));
    EXPECT_EQ(ToHex(data), sample.ciphertext);
    ASSERT_TRUE(cipher.Decrypt(kAesCbc, FromHex(sample.key), FromHex(kAesIv), data));
    EXPECT_EQ(ToHex(data), kAesPlaintext);
  }
}

// Every key size and length up to sixteen blocks, against the library.
TEST(CbcCipher, AgreesWithTheLibrary) {
  CbcCipher instructions;
  CbcCipher library(AesInstructions::kNever);
  SeededRandom random(7);
  for (const std::size_t key_size : {16U, 24U, 32U}) {
    for (std::size_t size = 0; size <= 256; size += 16) {
      Bytes key(key_size);
      Bytes iv(16);
      Bytes clear(size);
      ASSERT_TRUE(random.Fill(key) && random.Fill(iv) && random.Fill(clear));
      Bytes data = clear;
      Bytes other = clear;
      ASSERT_TRUE(instructions.Encrypt(kAesCbc, key, iv, data));
      ASSERT_TRUE(library.Encrypt(kAesCbc, key, iv, other));
      ASSERT_EQ(ToHex(data), ToHex(other)) << key_size << ' ' << size;
      ASSERT_TRUE(instructions.Decrypt(kAesCbc, key, iv, data));
      ASSERT_EQ(ToHex(data), ToHex(clear)) << key_size << ' ' << size;
    }
  }
}

// SP 800-67 revision 1, appendix B.1: three blocks, each enciphered on its own (so: a zero IV).
TEST(CbcCipher, GivesThePublishedTripleDesCiphertexts) {
  CbcCipher cipher;
  const Bytes key = FromHex("0123456789abcdef23456789abcdef01456789abcdef0123");
  const std::pair<const char*, const char*> blocks[] = {
      {"The qufc", "a826fd8ce53b855f"},
      {"k brown ", "cce21c8112256fe6"},
      {"fox jump", "68d5c05dd9b6b900"},
  };
  for (const auto& [plaintext, ciphertext] : blocks) {
    Bytes data = FromText(plaintext);
    ASSERT_TRUE(cipher.Encrypt(kTripleDesCbc, key, Bytes(8), data));
    EXPECT_EQ(ToHex(data), ciphertext);
    ASSERT_TRUE(cipher.Decrypt(kTripleDesCbc, key, Bytes(8), data));
    EXPECT_EQ(data, FromText(plaintext));
  }
}

// Chaining by definition: a message is its blocks, each with the ciphertext before it as IV.
TEST(CbcCipher, ChainsTripleDesBlocks) {
  CbcCipher cipher;
  const Bytes key = FromHex("0123456789abcdef23456789abcdef01456789abcdef0123");
  const Bytes iv = FromHex("a0a1a2a3a4a5a6a7");
  Bytes whole = FromText("a message of 24 octets..");
  Bytes pieces = whole;
  ASSERT_TRUE(cipher.Encrypt(kTripleDesCbc, key, iv, whole));
  Bytes block_iv = iv;
  for (std::size_t i = 0; i < pieces.size(); i += 8) {
    const MutableOctets block = MutableOctets(pieces).subspan(i, 8);
    ASSERT_TRUE(cipher.Encrypt(kTripleDesCbc, key, block_iv, block));
    block_iv.assign(block.begin(), block.end());
  }
  EXPECT_EQ(ToHex(whole), ToHex(pieces));
}

TEST(CbcCipher, KeepsNothingFromOneCallToTheNext) {
  CbcCipher cipher;
  Bytes other(32, 1);
  const Bytes garbage_key(16, 9);
  for (int i = 0; i < 3; ++i) {
    Bytes data = FromHex(kAesPlaintext);
    ASSERT_TRUE(cipher.Encrypt(kAesCbc, FromHex(kAes[0].key), FromHex(kAesIv), data));
    EXPECT_EQ(ToHex(data), kAes[0].ciphertext);
    ASSERT_TRUE(cipher.Decrypt(kAesCbc, garbage_key, Bytes(16, 3), other));
    ASSERT_TRUE(cipher.Encrypt(kTripleDesCbc, Bytes(24, 9), Bytes(8, 3), other));
  }
}

TEST(CbcCipher, RefusesWrongSizes) {
  CbcCipher cipher;
  Bytes data(32);
  const auto sealed = [&](CipherAlgorithm algorithm, std::size_t key, std::size_t iv,
                          std::size_t size) {
    const MutableOctets part = MutableOctets(data).first(size);
    const bool encrypted = cipher.Encrypt(algorithm, Bytes(key, 1), Bytes(iv), part);
    EXPECT_EQ(cipher.Decrypt(algorithm, Bytes(key, 1), Bytes(iv), part), encrypted);
    return encrypted;
  };
  for (std::size_t key = 0; key <= 40; ++key) {
    EXPECT_EQ(sealed(kAesCbc, key, 16, 32), key == 16 || key == 24 || key == 32) << key;
    EXPECT_EQ(sealed(kTripleDesCbc, key, 8, 32), key == 24) << key;
  }
  for (std::size_t iv = 0; iv <= 32; ++iv) {
    EXPECT_EQ(sealed(kAesCbc, 16, iv, 32), iv == 16) << iv;
    EXPECT_EQ(sealed(kTripleDesCbc, 24, iv, 32), iv == 8) << iv;
  }
  for (std::size_t size = 0; size <= 32; ++size) {
    EXPECT_EQ(sealed(kAesCbc, 16, 16, size), size % 16 == 0) << size;
    EXPECT_EQ(sealed(kTripleDesCbc, 24, 8, size), size % 8 == 0) << size;
  }
}

TEST(CbcCipher, CanBeMoved) {
  CbcCipher first;
  Bytes data(16);
  ASSERT_TRUE(first.Encrypt(kAesCbc, Bytes(16), Bytes(16), data));
  CbcCipher second = std::move(first);
  first = CbcCipher();
  EXPECT_TRUE(second.Decrypt(kAesCbc, Bytes(16), Bytes(16), data));
  EXPECT_EQ(data, Bytes(16));
  EXPECT_TRUE(first.Encrypt(kAesCbc, Bytes(16), Bytes(16), data));
}

}  // namespace
}  // namespace iscsi_ike::crypto
