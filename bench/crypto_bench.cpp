// What a negotiation is made of: prf, CBC and Diffie-Hellman, each alone.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "crypto/cbc.hpp"
#include "crypto/dh.hpp"
#include "crypto/hash.hpp"

namespace iscsi_ike::bench {
namespace {

constexpr std::array<std::uint8_t, 32> kKey{1, 2, 3, 4, 5, 6, 7, 8};

// Prf: a keyed prf over `octets` of input (a SKEYID_a over a message, for one).
void Prf(benchmark::State& state, crypto::HashAlgorithm hash) {
  const std::vector<std::uint8_t> input(static_cast<std::size_t>(state.range(0)), 0x5A);
  const crypto::Prf prf(hash, kKey);
  for (auto _ : state) benchmark::DoNotOptimize(prf.Compute({input}));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

// PrfKeying: the cost of a new key, paid once a SKEYID.
void PrfKeying(benchmark::State& state, crypto::HashAlgorithm hash) {
  for (auto _ : state) benchmark::DoNotOptimize(crypto::Prf(hash, kKey));
}

void CbcEncrypt(benchmark::State& state, crypto::CipherAlgorithm cipher, std::size_t key_size) {
  crypto::CbcCipher cbc;
  std::vector<std::uint8_t> data(static_cast<std::size_t>(state.range(0)), 0x5A);
  const crypto::Octets key = crypto::Octets(kKey).first(key_size);
  const crypto::Octets iv = crypto::Octets(kKey).first(crypto::BlockSize(cipher));
  for (auto _ : state) {
    if (!cbc.Encrypt(cipher, key, iv, data)) return state.SkipWithError("the cipher refused");
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

crypto::DhJob Run(crypto::InlineDhExecutor& executor, crypto::DhJob job) {
  job.outcome = crypto::DhOutcome::kPending;
  executor.Run({&job, 1});
  return job;
}

// Dh: one exponentiation with a private key as the engine draws it; its length is in the label.
void Dh(benchmark::State& state, crypto::DhGroup group, crypto::DhOperation operation) {
  crypto::SeededRandom random(1);
  crypto::InlineDhExecutor executor;
  crypto::DhJob peer{.group = group, .private_key = *crypto::MakePrivateKey(group, random)};
  peer = Run(executor, std::move(peer));
  crypto::DhJob job{.operation = operation,
                    .group = group,
                    .private_key = *crypto::MakePrivateKey(group, random),
                    .peer_public = peer.public_value};
  for (auto _ : state) {
    job = Run(executor, std::move(job));
    if (job.outcome != crypto::DhOutcome::kOk) return state.SkipWithError("the job failed");
  }
  state.SetLabel("private key of " + std::to_string(8 * crypto::Info(group).private_size) +
                 " bits");
}

[[maybe_unused]] const bool kRegistered = [] {
  using crypto::HashAlgorithm;
  for (const HashAlgorithm hash :
       {HashAlgorithm::kMd5, HashAlgorithm::kSha1, HashAlgorithm::kSha256, HashAlgorithm::kSha384,
        HashAlgorithm::kSha512}) {
    const std::string name(crypto::Name(hash));
    benchmark::RegisterBenchmark(("Prf/" + name).c_str(), Prf, hash)->Arg(64)->Arg(400);
    benchmark::RegisterBenchmark(("PrfKeying/" + name).c_str(), PrfKeying, hash);
  }
  using crypto::CipherAlgorithm;
  benchmark::RegisterBenchmark("CbcEncrypt/aes128", CbcEncrypt, CipherAlgorithm::kAesCbc, 16)
      ->Arg(64)
      ->Arg(400);
  benchmark::RegisterBenchmark("CbcEncrypt/aes256", CbcEncrypt, CipherAlgorithm::kAesCbc, 32)
      ->Arg(64)
      ->Arg(400);
  benchmark::RegisterBenchmark("CbcEncrypt/3des", CbcEncrypt, CipherAlgorithm::kTripleDesCbc, 24)
      ->Arg(64)
      ->Arg(400);
  for (const crypto::DhGroupInfo& info : crypto::AllDhGroups()) {
    const std::string name = "Dh/" + std::string(info.name);
    benchmark::RegisterBenchmark((name + "/generate").c_str(), Dh, info.group,
                                 crypto::DhOperation::kGenerate)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark((name + "/agree").c_str(), Dh, info.group,
                                 crypto::DhOperation::kAgree)
        ->Unit(benchmark::kMicrosecond);
  }
  return true;
}();

}  // namespace
}  // namespace iscsi_ike::bench
