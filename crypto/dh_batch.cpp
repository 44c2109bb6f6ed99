#include "crypto/dh_batch.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "crypto/dh_modp.hpp"
#include "crypto/exhaustion.hpp"
#include "crypto/modp_lanes.hpp"
#include "crypto/x25519_lanes.hpp"

namespace iscsi_ike::crypto {
namespace {

// A call with eight X25519 scalars costs what one costs alone with libsodium.
constexpr std::size_t kFewestX25519 = 2;

constexpr std::array<std::uint8_t, 32> kX25519Base{9};

bool IsAllZero(Octets octets) {
  std::uint8_t any = 0;
  for (const std::uint8_t octet : octets) any |= octet;
  return any == 0;
}

// KindOf orders jobs so that those of one call stand side by side.
auto KindOf(const DhJob* job) { return std::pair(job->group, job->operation); }

}  // namespace

struct BatchDhExecutor::Impl {
  InlineDhExecutor alone;
  ModpLanes modp;
  std::vector<DhJob*> waiting;
  bool has_lanes = false;

  // Take moves the jobs that lanes can serve into `waiting` and checks their inputs; the others,
  // and those that cannot be computed, are left to be run alone.
  void Take(std::span<DhJob> jobs) {
    waiting.clear();
    for (DhJob& job : jobs)
      if (job.outcome == DhOutcome::kPending && IsForLanes(job)) waiting.push_back(&job);
    std::ranges::stable_sort(waiting, {}, KindOf);
  }

  static bool IsForLanes(const DhJob& job) {
    const DhGroupInfo& info = Info(job.group);
    const Octets key = job.private_key.Expose();
    if (info.kind == DhKind::kEcp || key.empty()) return false;
    if (info.kind == DhKind::kX25519 && key.size() != info.private_size) return false;
    if (info.kind == DhKind::kModp && (key.size() > info.public_size || IsAllZero(key)))
      return false;
    return job.operation == DhOperation::kGenerate ||
           IsAcceptablePeerValue(job.group, job.peer_public);
  }

  void RunTogether(std::span<DhJob* const> jobs) {
    const DhGroupInfo& info = Info(jobs.front()->group);
    for (DhJob* const job : jobs) {
      if (job->operation == DhOperation::kGenerate)
        job->public_value.resize(info.public_size);
      else
        job->shared = Secret(info.shared_size);
    }
    info.kind == DhKind::kModp ? RunModp(jobs) : RunX25519(jobs);
  }

  static MutableOctets OutOf(DhJob& job) {
    return job.operation == DhOperation::kGenerate ? MutableOctets(job.public_value)
                                                   : job.shared.ExposeMutable();
  }

  void RunModp(std::span<DhJob* const> jobs) {
    std::array<ModpLanes::Lane, kLanes> lanes;
    for (std::size_t i = 0; i < jobs.size(); ++i)
      lanes[i] = {jobs[i]->peer_public, jobs[i]->private_key.Expose(), OutOf(*jobs[i])};
    const std::span used(lanes.data(), jobs.size());
    const DhGroup group = jobs.front()->group;
    const bool raised = jobs.front()->operation == DhOperation::kGenerate
                            ? modp.RaiseGenerator(group, used)
                            : modp.Raise(group, used);
    if (!raised) return;
    for (DhJob* const job : jobs) job->outcome = DhOutcome::kOk;
  }

  static void RunX25519(std::span<DhJob* const> jobs) {
    std::array<X25519Lane, kLanes> lanes;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const bool generates = jobs[i]->operation == DhOperation::kGenerate;
      lanes[i] = {jobs[i]->private_key.Expose(),
                  generates ? Octets(kX25519Base) : Octets(jobs[i]->peer_public), OutOf(*jobs[i])};
    }
    X25519InLanes({lanes.data(), jobs.size()});
    for (DhJob* const job : jobs) {
      // The all-zero secret of RFC 7748 section 6.1.
      const bool bad = job->operation == DhOperation::kAgree && IsAllZero(job->shared.Expose());
      if (bad) job->shared.Clear();
      job->outcome = bad ? DhOutcome::kBadPeerValue : DhOutcome::kOk;
    }
  }

  void RunLanes(std::span<DhJob> jobs) {
    Take(jobs);
    for (auto from = waiting.begin(); from != waiting.end();) {
      const auto differs = [&](const DhJob* job) { return KindOf(job) != KindOf(*from); };
      const auto end = std::find_if(from, waiting.end(), differs);
      const auto count = std::min<std::ptrdiff_t>(end - from, kLanes);
      const bool worth_it = Info((*from)->group).kind == DhKind::kModp ||
                            static_cast<std::size_t>(count) >= kFewestX25519;
      if (worth_it) RunTogether({from, from + count});
      from += count;
    }
  }
};

BatchDhExecutor::BatchDhExecutor(DhLanes lanes) : impl_(std::make_unique<Impl>()) {
  impl_->has_lanes = lanes == DhLanes::kWhereThereAre && HasLanes();
}
BatchDhExecutor::~BatchDhExecutor() = default;

void BatchDhExecutor::Run(std::span<DhJob> jobs) {
  if (impl_->has_lanes) std::ignore = Completes([&] { impl_->RunLanes(jobs); });
  impl_->alone.Run(jobs);  // also what memory did not last for: it is tried once more, alone
}

}  // namespace iscsi_ike::crypto
