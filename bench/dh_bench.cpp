// Diffie-Hellman, one operation of one end. Names: Dh/<group>/<generate or agree>/<who>:
//
//   openssl             EVP_PKEY_keygen, or EVP_PKEY_derive with EVP_PKEY_derive_set_peer
//   openssl_unvalidated the same, the peer's value not validated (agree only)
//   scalar              ours, one job at a time
//   batched             ours, all lanes filled where there are lanes: the floor of the three others
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/openssl_dh.hpp"
#include "crypto/dh_batch.hpp"
#include "crypto/lanes.hpp"

namespace iscsi_ike::bench {
namespace {

using crypto::DhGroup;
using crypto::DhOperation;

constexpr std::size_t kBatch = 16;  // jobs: lanes are filled twice
constexpr double kSeconds = 0.1;    // that each is measured for at least: there are many

// MakeJobs: private keys as the engine draws them, public values of other private keys.
std::vector<crypto::DhJob> MakeJobs(DhGroup group, DhOperation operation, std::size_t count) {
  crypto::SeededRandom random(1);
  std::vector<crypto::DhJob> jobs(2 * count);
  for (crypto::DhJob& job : jobs) {
    job.group = group;
    job.private_key = *crypto::MakePrivateKey(group, random);
  }
  if (operation == DhOperation::kAgree) {
    crypto::BatchDhExecutor().Run(jobs);
    for (std::size_t i = 0; i < count; ++i) {
      jobs[i].operation = operation;
      jobs[i].peer_public = jobs[count + i].public_value;
    }
  }
  jobs.resize(count);
  return jobs;
}

void Rerun(crypto::BatchDhExecutor& executor, std::vector<crypto::DhJob>& jobs) {
  for (crypto::DhJob& job : jobs) job.outcome = crypto::DhOutcome::kPending;
  executor.Run(jobs);
}

// Warm lets tables be made, which are made when they have been asked for often enough.
void Warm(crypto::BatchDhExecutor& executor, std::vector<crypto::DhJob>& jobs) {
  const bool alone = jobs.size() == 1 && jobs.front().operation == DhOperation::kGenerate;
  for (int i = 0; i < (alone ? 64 : 1); ++i) Rerun(executor, jobs);
}

void Ours(benchmark::State& state, DhGroup group, DhOperation operation, crypto::DhLanes lanes) {
  const std::size_t count = lanes == crypto::DhLanes::kNever ? 1 : kBatch;
  std::vector<crypto::DhJob> jobs = MakeJobs(group, operation, count);
  crypto::BatchDhExecutor executor(lanes);
  Warm(executor, jobs);
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(count))) {
    Rerun(executor, jobs);
    for (const crypto::DhJob& job : jobs)
      if (job.outcome != crypto::DhOutcome::kOk) return state.SkipWithError("a job failed");
  }
  state.counters["exponent_bits"] = static_cast<double>(8 * crypto::Info(group).private_size);
}

void Openssl(benchmark::State& state, DhGroup group, DhOperation operation, bool validate) {
  OpensslDh dh(group);
  if (!dh.ok()) return state.SkipWithError("OpenSSL does not know the group");
  for (auto _ : state) {
    if (!(operation == DhOperation::kGenerate ? dh.Generate() : dh.Agree(validate)))
      return state.SkipWithError("OpenSSL refused");
  }
  state.counters["exponent_bits"] = static_cast<double>(8 * crypto::Info(group).private_size);
}

template <class Function, class... Arguments>
void Register(const std::string& name, Function function, Arguments... arguments) {
  benchmark::RegisterBenchmark(name.c_str(), function, arguments...)
      ->Unit(benchmark::kMicrosecond)
      ->MinTime(kSeconds);
}

[[maybe_unused]] const bool kRegistered = [] {
  benchmark::AddCustomContext("lanes", crypto::HasLanes() ? "8 (AVX-512 IFMA)" : "none");
  for (const crypto::DhGroupInfo& info : crypto::AllDhGroups()) {
    for (const DhOperation operation : {DhOperation::kGenerate, DhOperation::kAgree}) {
      const bool agree = operation == DhOperation::kAgree;
      const std::string name = "Dh/" + std::string(info.name) + (agree ? "/agree/" : "/generate/");
      Register(name + "openssl", Openssl, info.group, operation, true);
      if (agree) Register(name + "openssl_unvalidated", Openssl, info.group, operation, false);
      Register(name + "scalar", Ours, info.group, operation, crypto::DhLanes::kNever);
      Register(name + "batched", Ours, info.group, operation, crypto::DhLanes::kWhereThereAre);
    }
  }
  return true;
}();

}  // namespace
}  // namespace iscsi_ike::bench
