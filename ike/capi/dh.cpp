#include "ike/capi/dh.hpp"

#include <memory>
#include <utility>

#include "ike/capi/call.hpp"
#include "ike/capi/engine.hpp"
#include "ike/capi/guard.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"

namespace crypto = iscsi_ike::crypto;
namespace ike = iscsi_ike::ike;
using iscsi_ike::capi::CanWrite;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::Look;
using iscsi_ike::capi::Timed;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::WriteSized;

namespace {

bool IsAgree(const crypto::DhJob& job) { return job.operation == crypto::DhOperation::kAgree; }

std::size_t OutputSize(const crypto::DhJob& job) {
  const crypto::DhGroupInfo& group = crypto::Info(job.group);
  return IsAgree(job) ? group.shared_size : group.public_size;
}

// AreDistinct: no job is null, and none is there twice.
bool AreDistinct(iscsi_ike_dh_job* const* jobs, std::size_t count) {
  std::size_t distinct = 0;
  for (; distinct < count && jobs[distinct] != nullptr && !jobs[distinct]->marked; ++distinct)
    jobs[distinct]->marked = true;
  for (std::size_t i = 0; i < distinct; ++i) jobs[i]->marked = false;
  return distinct == count;
}

static_assert(static_cast<int>(crypto::DhOperation::kGenerate) == ISCSI_IKE_DH_GENERATE);
static_assert(static_cast<int>(crypto::DhOperation::kAgree) == ISCSI_IKE_DH_AGREE);

}  // namespace

void iscsi_ike_dh_free(iscsi_ike_dh_job* job) { delete job; }

iscsi_ike_status iscsi_ike_dh_get_info(const iscsi_ike_dh_job* job, iscsi_ike_dh_info* info) {
  if (job == nullptr || !CanWrite(info)) return ISCSI_IKE_E_INVALID;
  iscsi_ike_dh_info made{};
  made.operation = static_cast<std::uint32_t>(job->job.operation);
  made.group = static_cast<std::uint32_t>(job->job.group);
  made.done = job->job.outcome == crypto::DhOutcome::kPending ? 0 : 1;
  made.private_key = ToC(job->job.private_key.Expose());
  made.peer_public = ToC(job->job.peer_public);
  made.output_size = OutputSize(job->job);
  WriteSized(made, info);
  return ISCSI_IKE_OK;
}

iscsi_ike_status iscsi_ike_dh_set_output(iscsi_ike_dh_job* job, const uint8_t* data, size_t size) {
  if (job == nullptr || data == nullptr || size != OutputSize(job->job)) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    if (IsAgree(job->job))
      job->job.shared = crypto::Secret::CopyOf({data, size});
    else
      job->job.public_value.assign(data, data + size);
    job->job.outcome = crypto::DhOutcome::kOk;
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_dh_set_failed(iscsi_ike_dh_job* job, int peer_value) {
  if (job == nullptr) return ISCSI_IKE_E_INVALID;
  const bool blame_peer = peer_value != 0 && IsAgree(job->job);
  job->job.outcome = blame_peer ? crypto::DhOutcome::kBadPeerValue : crypto::DhOutcome::kFailed;
  return ISCSI_IKE_OK;
}

iscsi_ike_status iscsi_ike_dh_runner_new(iscsi_ike_dh_runner** runner) {
  if (runner == nullptr) return ISCSI_IKE_E_INVALID;
  *runner = nullptr;
  return Guarded([&] {
    if (!crypto::InitializeCrypto()) return ISCSI_IKE_E_RANDOM;
    *runner = new iscsi_ike_dh_runner;
    return ISCSI_IKE_OK;
  });
}

void iscsi_ike_dh_runner_free(iscsi_ike_dh_runner* runner) { delete runner; }

iscsi_ike_status iscsi_ike_dh_run(iscsi_ike_dh_runner* runner, iscsi_ike_dh_job* const* jobs,
                                  size_t count) {
  if (runner == nullptr || (jobs == nullptr && count != 0)) return ISCSI_IKE_E_INVALID;
  if (!AreDistinct(jobs, count)) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    runner->batch.clear();
    runner->batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i) runner->batch.push_back(std::move(jobs[i]->job));
    runner->executor.Run(runner->batch);
    for (std::size_t i = 0; i < count; ++i) jobs[i]->job = std::move(runner->batch[i]);
    runner->batch.clear();
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_poll_dh(iscsi_ike_engine* engine, iscsi_ike_dh_job** job) {
  if (job == nullptr) return ISCSI_IKE_E_INVALID;
  *job = nullptr;
  return Look(engine, [&] {
    auto made = std::make_unique<iscsi_ike_dh_job>();
    auto next = engine->engine.PollDh();
    if (!next) return ISCSI_IKE_OK_NONE;
    made->job = std::move(*next);
    *job = made.release();
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_finish_dh(iscsi_ike_engine* engine, uint64_t now,
                                     iscsi_ike_dh_job* job) {
  const std::unique_ptr<iscsi_ike_dh_job> finished(job);  // whatever comes of it
  if (!finished) return ISCSI_IKE_E_INVALID;
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    if (finished->job.outcome == crypto::DhOutcome::kPending)
      finished->job.outcome = crypto::DhOutcome::kFailed;
    e.HandleDh(time, std::move(finished->job));
    return ISCSI_IKE_OK;
  });
}

iscsi_ike_status iscsi_ike_run_dh(iscsi_ike_engine* engine, uint64_t now) {
  return Timed(engine, now, [&](ike::Engine& e, ike::Time time) {
    if (!engine->runner) engine->runner = std::make_unique<iscsi_ike_dh_runner>();
    auto& batch = engine->runner->batch;
    for (;;) {
      batch.clear();
      while (auto job = e.PollDh()) batch.push_back(std::move(*job));
      if (batch.empty()) return ISCSI_IKE_OK;
      engine->runner->executor.Run(batch);
      for (crypto::DhJob& job : batch) e.HandleDh(time, std::move(job));
    }
  });
}
