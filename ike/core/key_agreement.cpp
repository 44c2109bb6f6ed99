#include "ike/core/key_agreement.hpp"

#include <utility>

namespace iscsi_ike::ike {
namespace {

void QueueDh(EngineCore& core, const Session& session, Exchange& exchange,
             crypto::DhOperation operation) {
  KeyAgreement& dh = exchange.dh();
  const bool agree = operation == crypto::DhOperation::kAgree;
  const crypto::DhTicket ticket = core.MakeTicket(session);
  core.QueueDh(session, ticket);
  (agree ? dh.agree : dh.generate) = ticket;
}

// HasFullLength: jobs may run anywhere, and a result without its leading zeros would give other
// keys than the peer's.
bool HasFullLength(const crypto::DhJob& job, bool agree) {
  const crypto::DhGroupInfo& group = crypto::Info(job.group);
  return agree ? job.shared.size() == group.shared_size
               : job.public_value.size() == group.public_size;
}

// IsForSure: g^xy is computed ahead for the peer's answer, and in aggressive mode for whoever may
// not be there at all only while few of those wait.
bool IsForSure(const EngineCore& core, const Session& session, const Exchange& exchange) {
  const bool doubtful = exchange.script->phase1 && exchange.role == Role::kResponder &&
                        session.mode == policy::ExchangeMode::kAggressive &&
                        !session.source_verified;
  return !doubtful || !core.aggressive_credit.IsLow();
}

}  // namespace

bool Prefetch(EngineCore& core, const Session& session, Exchange& exchange) {
  if (!exchange.group || exchange.waits_for_first_value()) return true;
  KeyAgreement& dh = exchange.dh();
  if (!dh.started) {
    auto private_key = crypto::MakePrivateKey(*exchange.group, core.random);
    if (!private_key) return false;
    dh.private_key = std::move(*private_key);
    dh.started = true;
    QueueDh(core, session, exchange, crypto::DhOperation::kGenerate);
  }
  if (dh.started && !dh.peer_public.empty() && dh.agree == crypto::DhTicket{} && !dh.shared_ready &&
      IsForSure(core, session, exchange)) {
    QueueDh(core, session, exchange, crypto::DhOperation::kAgree);
  }
  return true;
}

bool Awaits(const Exchange& exchange, crypto::DhOperation operation) {
  if (!exchange.has_work()) return false;
  const KeyAgreement& dh = exchange.dh();
  if (operation == crypto::DhOperation::kGenerate) return dh.generate != crypto::DhTicket{};
  return dh.agree != crypto::DhTicket{} && !dh.agree_failed;
}

crypto::DhJob JobOf(const Exchange& exchange, crypto::DhTicket ticket) {
  const KeyAgreement& dh = exchange.dh();
  const bool agree = ticket == dh.agree;
  crypto::DhJob job;
  job.ticket = ticket;
  job.operation = agree ? crypto::DhOperation::kAgree : crypto::DhOperation::kGenerate;
  job.group = *exchange.group;
  job.private_key = dh.private_key.Clone();
  if (agree) job.peer_public = dh.peer_public;
  return job;
}

bool IsResultFor(const Exchange& exchange, const crypto::DhJob& job) {
  const bool agree = exchange.dh().agree == job.ticket;
  return exchange.group == job.group && agree == (job.operation == crypto::DhOperation::kAgree);
}

Step StoreResult(KeyAgreement& dh, crypto::DhJob job) {
  const bool agree = dh.agree == job.ticket;
  (agree ? dh.agree : dh.generate) = crypto::DhTicket{};
  if (job.outcome == crypto::DhOutcome::kOk && !HasFullLength(job, agree))
    job.outcome = crypto::DhOutcome::kFailed;
  if (job.outcome != crypto::DhOutcome::kOk) {
    const bool peer = job.outcome == crypto::DhOutcome::kBadPeerValue;
    return Refuse(peer ? FailureCode::kBadKeyExchange : FailureCode::kCrypto,
                  std::string(crypto::Info(job.group).name) + ": the agreement failed",
                  peer ? NotifyType::kInvalidKeyInformation : kTellNothing);
  }
  if (agree) {
    dh.shared = std::move(job.shared);
    dh.shared_ready = true;
  } else {
    dh.own_public = std::move(job.public_value);
    dh.own_ready = true;
  }
  if (dh.own_ready && dh.shared_ready) dh.private_key.Clear();
  return Done{};
}

}  // namespace iscsi_ike::ike
