// The symmetric part of a negotiation: prf and CBC. Names: <what>/<algorithm>/<who>/<octets>. Who:
//
//   ours     the key's states kept (prf), one context for all sessions (CBC): the floor
//   openssl  as programs commonly ask OpenSSL for it: HMAC() in one call, a cipher context a
//   message
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>
#include <vector>

#include "crypto/cbc.hpp"
#include "crypto/hash.hpp"

namespace iscsi_ike::bench {
namespace {

constexpr std::array<std::uint8_t, 32> kKey{1, 2, 3, 4, 5, 6, 7, 8};

std::vector<std::uint8_t> Input(const benchmark::State& state) {
  return std::vector<std::uint8_t>(static_cast<std::size_t>(state.range(0)), 0x5A);
}

// Prf: a keyed prf over `octets` of input (a SKEYID_a over a message, for one).
void Prf(benchmark::State& state, crypto::HashAlgorithm hash) {
  const auto input = Input(state);
  const crypto::Prf prf(hash, kKey);
  for (auto _ : state) benchmark::DoNotOptimize(prf.Compute({input}));
}

// PrfKeying: the cost of a new key, paid once each for SKEYID, SKEYID_d and SKEYID_a.
void PrfKeying(benchmark::State& state, crypto::HashAlgorithm hash) {
  for (auto _ : state) benchmark::DoNotOptimize(crypto::Prf(hash, kKey));
}

void OpensslPrf(benchmark::State& state, const EVP_MD* hash) {
  const auto input = Input(state);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(HMAC(hash, kKey.data(), static_cast<int>(kKey.size()), input.data(),
                                  input.size(), out.data(), nullptr));
  }
}

void CbcEncrypt(benchmark::State& state, crypto::CipherAlgorithm cipher, std::size_t key_size) {
  crypto::CbcCipher cbc;
  auto data = Input(state);
  const crypto::Octets key = crypto::Octets(kKey).first(key_size);
  const crypto::Octets iv = crypto::Octets(kKey).first(crypto::BlockSize(cipher));
  for (auto _ : state) {
    if (!cbc.Encrypt(cipher, key, iv, data)) return state.SkipWithError("the cipher refused");
  }
}

void OpensslCbc(benchmark::State& state, const EVP_CIPHER* cipher) {
  auto data = Input(state);
  for (auto _ : state) {
    EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
    int size = 0;
    const bool done = EVP_EncryptInit_ex(context, cipher, nullptr, kKey.data(), kKey.data()) == 1 &&
                      EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                      EVP_EncryptUpdate(context, data.data(), &size, data.data(),
                                        static_cast<int>(data.size())) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!done) return state.SkipWithError("the cipher refused");
  }
}

template <class Function, class... Arguments>
void Register(const std::string& name, Function function, Arguments... arguments) {
  benchmark::RegisterBenchmark(name.c_str(), function, arguments...)
      ->Unit(benchmark::kMicrosecond)
      ->Arg(64)
      ->Arg(400);
}

void RegisterHash(crypto::HashAlgorithm hash, const EVP_MD* same) {
  const std::string name(crypto::Name(hash));
  Register("Prf/" + name + "/ours", Prf, hash);
  Register("Prf/" + name + "/openssl", OpensslPrf, same);
  benchmark::RegisterBenchmark(("PrfKeying/" + name + "/ours").c_str(), PrfKeying, hash)
      ->Unit(benchmark::kMicrosecond);
}

[[maybe_unused]] const bool kRegistered = [] {
  using crypto::CipherAlgorithm;
  using crypto::HashAlgorithm;
  RegisterHash(HashAlgorithm::kMd5, EVP_md5());
  RegisterHash(HashAlgorithm::kSha1, EVP_sha1());
  RegisterHash(HashAlgorithm::kSha256, EVP_sha256());
  RegisterHash(HashAlgorithm::kSha384, EVP_sha384());
  RegisterHash(HashAlgorithm::kSha512, EVP_sha512());
  Register("CbcEncrypt/aes128/ours", CbcEncrypt, CipherAlgorithm::kAesCbc, 16U);
  Register("CbcEncrypt/aes128/openssl", OpensslCbc, EVP_aes_128_cbc());
  Register("CbcEncrypt/aes256/ours", CbcEncrypt, CipherAlgorithm::kAesCbc, 32U);
  Register("CbcEncrypt/aes256/openssl", OpensslCbc, EVP_aes_256_cbc());
  Register("CbcEncrypt/3des/ours", CbcEncrypt, CipherAlgorithm::kTripleDesCbc, 24U);
  Register("CbcEncrypt/3des/openssl", OpensslCbc, EVP_des_ede3_cbc());
  return true;
}();

}  // namespace
}  // namespace iscsi_ike::bench
