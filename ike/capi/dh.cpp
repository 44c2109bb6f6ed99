#include "ike/capi/dh.hpp"

#include <algorithm>
#include <utility>

#include "ike/capi/guard.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"

namespace crypto = iscsi_ike::crypto;
using iscsi_ike::capi::CanWrite;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::WriteSized;

namespace {

bool IsAgree(const crypto::DhJob& job) { return job.operation == crypto::DhOperation::kAgree; }

std::size_t OutputSize(const crypto::DhJob& job) {
  const crypto::DhGroupInfo& group = crypto::Info(job.group);
  return IsAgree(job) ? group.shared_size : group.public_size;
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
  if (std::find(jobs, jobs + count, nullptr) != jobs + count) return ISCSI_IKE_E_INVALID;
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
