// Private keys, checks of peer values, and the executor that runs a job where it stands.
#include "crypto/dh.hpp"

#include "crypto/dh_ecp.hpp"
#include "crypto/dh_modp.hpp"
#include "crypto/dh_x25519.hpp"
#include "crypto/exhaustion.hpp"

namespace iscsi_ike::crypto {

std::optional<Secret> MakePrivateKey(DhGroup group, RandomSource& random) {
  const DhGroupInfo& info = Info(group);
  if (info.kind == DhKind::kEcp) return MakeEcpPrivateKey(group, random);
  Secret key(info.private_size);
  if (!random.Fill(key.ExposeMutable())) return std::nullopt;
  if (info.kind == DhKind::kModp) key.ExposeMutable().front() |= 0x80;
  return key;
}

bool IsAcceptablePeerValue(DhGroup group, Octets peer_public) {
  switch (Info(group).kind) {
    case DhKind::kModp:
      return IsModpPublicValue(group, peer_public);
    case DhKind::kEcp:
      return IsEcpPublicValue(group, peer_public);
    case DhKind::kX25519:
      return IsX25519PublicValue(peer_public);
  }
  return false;
}

struct InlineDhExecutor::Impl {
  ModpDh modp;
  EcpDh ecp;

  DhOutcome Generate(const DhJob& job, MutableOctets out) {
    const Octets key = job.private_key.Expose();
    switch (Info(job.group).kind) {
      case DhKind::kModp:
        return modp.Generate(job.group, key, out);
      case DhKind::kEcp:
        return ecp.Generate(job.group, key, out);
      case DhKind::kX25519:
        return X25519Generate(key, out);
    }
    return DhOutcome::kFailed;
  }

  DhOutcome Agree(const DhJob& job, MutableOctets out) {
    const Octets key = job.private_key.Expose();
    switch (Info(job.group).kind) {
      case DhKind::kModp:
        return modp.Agree(job.group, key, job.peer_public, out);
      case DhKind::kEcp:
        return ecp.Agree(job.group, key, job.peer_public, out);
      case DhKind::kX25519:
        return X25519Agree(key, job.peer_public, out);
    }
    return DhOutcome::kFailed;
  }

  void Run(DhJob& job) {
    if (!Completes([&] { Compute(job); })) job.outcome = DhOutcome::kFailed;
  }

  void Compute(DhJob& job) {
    const DhGroupInfo& info = Info(job.group);
    if (job.operation == DhOperation::kGenerate) {
      job.public_value.resize(info.public_size);
      job.outcome = Generate(job, job.public_value);
      if (job.outcome != DhOutcome::kOk) job.public_value.clear();
    } else {
      job.shared = Secret(info.shared_size);
      job.outcome = Agree(job, job.shared.ExposeMutable());
      if (job.outcome != DhOutcome::kOk) job.shared.Clear();
    }
  }
};

InlineDhExecutor::InlineDhExecutor() : impl_(std::make_unique<Impl>()) {}
InlineDhExecutor::~InlineDhExecutor() = default;

void InlineDhExecutor::Run(std::span<DhJob> jobs) {
  for (DhJob& job : jobs) {
    if (job.outcome == DhOutcome::kPending) impl_->Run(job);
  }
}

}  // namespace iscsi_ike::crypto
