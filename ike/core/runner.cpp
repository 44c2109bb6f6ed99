#include "ike/core/runner.hpp"

#include <algorithm>
#include <utility>

#include "ike/core/liveness.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/send_informational.hpp"
#include "ike/wire/describe.hpp"

namespace iscsi_ike::ike {
namespace {

// A datagram that keeps coming again after it was answered is no longer worth an answer each time.
constexpr unsigned kMaxDuplicateAnswers = 16;

bool IsOpen(Gate gate, const Session& session, const Exchange& exchange) {
  switch (gate) {
    case Gate::kNothing:
      return true;
    case Gate::kOwnPublic:
      return !exchange.dh.group || exchange.dh.own_ready;
    case Gate::kSharedSecret:
      return exchange.script->phase1 ? session.keys_ready
                                     : !exchange.dh.group || exchange.dh.shared_ready;
  }
  return false;
}

MessageDigest DigestOf(Octets message) {
  MessageDigest digest{};
  const crypto::Digest full = crypto::HashOf(crypto::HashAlgorithm::kSha256, {message});
  std::copy_n(full.Expose().begin(), digest.size(), digest.begin());
  return digest;
}

void Trace(EngineCore& core, const Session& session, const Exchange& exchange,
           std::string_view name, Direction direction, const Header& header, Octets payloads,
           std::size_t size, const Received* received = nullptr) {
  if (core.observer == nullptr) return;
  MessageTrace trace;
  trace.now = core.now;
  trace.direction = direction;
  trace.session = session.id;
  trace.role = exchange.role;
  trace.name = name;
  trace.local = received != nullptr ? received->local : session.local;
  trace.remote = received != nullptr ? received->remote : session.remote;
  trace.header = header;
  trace.payloads = payloads;
  trace.datagram_size = size;
  core.observer->OnMessage(trace);
}

void QueueDh(EngineCore& core, const Session& session, KeyAgreement& dh,
             crypto::DhOperation operation) {
  crypto::DhJob job;
  job.ticket = core.MakeTicket(session);
  job.operation = operation;
  job.group = *dh.group;
  job.private_key = dh.private_key.Clone();
  if (operation == crypto::DhOperation::kAgree) job.peer_public = dh.peer_public;
  (operation == crypto::DhOperation::kAgree ? dh.agree : dh.generate) = job.ticket;
  core.dh_jobs.push_back(std::move(job));
}

// Prefetch starts each exponentiation as soon as its inputs exist, so that it overlaps the round
// trip. A responder spends nothing before the peer's value is there, which in main mode comes with
// this end's own cookie.
bool Prefetch(EngineCore& core, const Session& session, Exchange& exchange) {
  KeyAgreement& dh = exchange.dh;
  if (!dh.group) return true;
  if (!dh.started && (exchange.role == Role::kInitiator || !dh.peer_public.empty())) {
    auto private_key = crypto::MakePrivateKey(*dh.group, core.random);
    if (!private_key) return false;
    dh.private_key = std::move(*private_key);
    dh.started = true;
    QueueDh(core, session, dh, crypto::DhOperation::kGenerate);
  }
  if (dh.started && !dh.peer_public.empty() && dh.agree == crypto::DhTicket{} && !dh.shared_ready) {
    QueueDh(core, session, dh, crypto::DhOperation::kAgree);
  }
  return true;
}

void Handle(EngineCore& core, Session& session, Exchange& exchange, Trouble trouble) {
  const bool first = exchange.row == 0 && exchange.role == Role::kResponder;
  if (trouble.verdict == Verdict::kDrop && !first) {
    core.Dropped(session.remote, Name(trouble.failure.code));
    Suspect(core, session, exchange, std::move(trouble.failure));
    return;
  }
  if (trouble.verdict == Verdict::kDrop && !exchange.script->phase1) {
    core.Dropped(session.remote, Name(trouble.failure.code));
    return;  // the caller forgets an exchange that never began
  }
  if (first && exchange.script->phase1 && !core.notify_budget.Spend(core.now)) {
    session.state = Session::State::kClosed;
    return core.Dropped(session.remote, "the ration of refusals is spent");
  }
  std::vector<std::uint8_t> refusal;
  if (trouble.notify != kTellNothing)
    refusal = SendNotify(core, session, trouble.notify, SpiOfOffer(exchange));
  if (exchange.script->phase1) {
    // The peer may already hold this SA for established: it is told that it is none.
    if (trouble.verdict == Verdict::kRefuse) SendDeleteOfSession(core, session);
    return FailSession(core, session, std::move(trouble.failure));
  }
  FailExchange(core, session, exchange, std::move(trouble.failure));
  if (refusal.empty()) return;
  // The refusal is this end's answer, and repeated on request like any other.
  exchange.last_sent = std::move(refusal);
  exchange.answered = true;
  exchange.forget_at = core.now + core.config.linger;
}

// RememberBlock keeps the last phase-1 ciphertext block: phase-2 vectors grow from it.
void RememberBlock(Session& session, const Exchange& exchange) {
  if (!exchange.script->phase1 || !exchange.iv.started()) return;
  std::copy(exchange.iv.current().begin(), exchange.iv.current().end(), session.last_block.begin());
}

bool IsEncrypted(const Row& row, const Session& session) {
  if (row.protection == Protection::kEither) return !session.peer->aggressive_hash_in_clear;
  return row.protection == Protection::kEncrypted;
}

Header HeaderOf(const Session& session, const Exchange& exchange) {
  Header header;
  header.initiator = session.initiator_cookie;
  header.responder = session.responder_cookie;
  header.exchange = exchange.script->exchange;
  header.id = exchange.id;
  return header;
}

// WriteRow writes, seals and sends the current row, which is this end's. False: the exchange ended
// in failure.
bool WriteRow(EngineCore& core, Session& session, Exchange& exchange) {
  const Row& row = exchange.current();
  std::vector<std::uint8_t> message;
  Writer writer(message);
  Header header = HeaderOf(session, exchange);
  WriteHeader(writer, header);
  PayloadChain chain(writer, kHeaderNextAt);
  const bool encrypted = IsEncrypted(row, session);
  StepContext context{core, session, exchange, &writer, &chain};
  if (auto step = row.write(context); !step) {
    Handle(core, session, exchange, std::move(step).error());
    return false;
  }
  PatchHeaderLength(writer);
  header.next = chain.first();
  header.flags = encrypted ? kFlagEncryption : 0;
  Trace(core, session, exchange, row.name, Direction::kSent, header,
        Octets(message).subspan(kHeaderSize), message.size());
  if (encrypted && !Seal(KeyOf(core, session), exchange.iv, message)) {
    Handle(core, session, exchange,
           Refuse(FailureCode::kCrypto, "encryption of " + std::string(row.name)).error);
    return false;
  }
  RememberBlock(session, exchange);
  exchange.last_sent = std::move(message);
  exchange.answered = true;
  core.Send(session, exchange.last_sent);
  if (row.retransmit) exchange.retransmit.Start(core.now, session.peer->retransmit);
  ++exchange.row;
  return true;
}

void Finish(EngineCore& core, Session& session, Exchange& exchange) {
  const Script& script = *exchange.script;
  StepContext context{core, session, exchange};
  if (auto step = script.finish(context); !step) {
    Handle(core, session, exchange, std::move(step).error());
    return;
  }
  exchange.finished = true;
  exchange.dh = KeyAgreement{};
  exchange.said = Transcript{};
  exchange.quick.reset();
  // Only who wrote the last message may be asked for it again.
  if (script.rows.back().writer == exchange.role)
    exchange.forget_at = core.now + core.config.linger;
}

void Advance(EngineCore& core, Session& session, Exchange& exchange) {
  while (!exchange.finished && session.state != Session::State::kClosed) {
    if (!Prefetch(core, session, exchange)) {
      Handle(core, session, exchange,
             Refuse(FailureCode::kRandom, "no private key could be drawn").error);
      return;
    }
    if (exchange.done()) {
      if (IsOpen(exchange.script->to_finish, session, exchange)) Finish(core, session, exchange);
      return;
    }
    const Row& row = exchange.current();
    if (row.writer == exchange.role) {
      if (!IsOpen(row.to_write, session, exchange) || !WriteRow(core, session, exchange)) return;
      continue;
    }
    if (exchange.parked.empty() || !IsOpen(row.to_open, session, exchange)) return;
    const Parked parked = std::exchange(exchange.parked, {});
    if (const auto header = ParseHeader(parked.message))
      ReceiveMessage(core, session, exchange,
                     {parked.local, parked.remote, *header, parked.message});
    return;
  }
}

void AnswerDuplicate(EngineCore& core, Session& session, Exchange& exchange,
                     const Received& received) {
  ++exchange.duplicates_seen;
  if (!exchange.answered || exchange.duplicates_seen > kMaxDuplicateAnswers) {
    core.Dropped(session.remote, "duplicate of a message that has no answer yet");
    return;
  }
  core.Dropped(session.remote, "duplicate: the answer is sent again");
  // A duplicate proves nothing, so the session stays where it is; but whose port a translator has
  // changed meanwhile hears only what is sent to the new one.
  const bool other_port =
      received.local == session.local && received.remote.address == session.remote.address;
  core.SendTo(session, other_port ? received.remote : session.remote, exchange.last_sent);
  NoteRepetition(core, session, exchange);
}

// HasFullLength: jobs may run anywhere, and a result without its leading zeros would give other
// keys than the peer's.
bool HasFullLength(const crypto::DhJob& job, bool agree) {
  const crypto::DhGroupInfo& group = crypto::Info(job.group);
  return agree ? job.shared.size() == group.shared_size
               : job.public_value.size() == group.public_size;
}

// CheckShape: the message has what the row wants and nothing that it forbids.
Step CheckShape(const Row& row, const PayloadList& payloads, bool phase1) {
  static constexpr PayloadSet kAnywhere{PayloadType::kVendorId, PayloadType::kNotify,
                                        PayloadType::kNatD, PayloadType::kNatDDraft};
  // Several SA payloads and two identities are quick mode's affair, which counts them itself.
  static constexpr PayloadSet kMayRepeatInQuickMode{PayloadType::kSa, PayloadType::kId,
                                                    PayloadType::kNatOa, PayloadType::kNatOaDraft};
  PayloadSet seen;
  for (const Payload& payload : payloads) {
    if (!row.required.Has(payload.type) && !row.optional.Has(payload.type) &&
        !kAnywhere.Has(payload.type)) {
      return Drop(FailureCode::kMalformed,
                  std::string(row.name) + " must not carry " + Describe(payload.type),
                  NotifyType::kInvalidPayloadType);
    }
    const bool may_repeat =
        kAnywhere.Has(payload.type) || (!phase1 && kMayRepeatInQuickMode.Has(payload.type));
    if (seen.Has(payload.type) && !may_repeat) {
      return Drop(FailureCode::kMalformed,
                  std::string(row.name) + " carries " + Describe(payload.type) + " twice",
                  NotifyType::kPayloadMalformed);
    }
    seen.Add(payload.type);
  }
  if (const auto missing = row.required.FirstNotIn(seen)) {
    return Drop(FailureCode::kMalformed,
                std::string(row.name) + " has no " + Describe(*missing) + " payload",
                NotifyType::kPayloadMalformed);
  }
  return Done{};
}

// Malformed: noise out of phase-1 decryption is what another pre-shared key looks like.
Step Malformed(const Row& row, const ParseError& error, bool noise) {
  const std::string text = std::string(row.name) + ": " + DescribeError(error);
  if (!noise) return Drop(FailureCode::kMalformed, text, error.notify);
  auto trouble =
      Drop(FailureCode::kKeysDiffer, std::string(row.name) + " decrypts to noise", kTellNothing);
  trouble.error.failure.details.push_back(text);
  return trouble;
}

// OpenRow decrypts (when it is encrypted) and parses; `clear` is the storage that the payloads
// borrow.
Result<PayloadList, Trouble> OpenRow(EngineCore& core, Session& session, Exchange& exchange,
                                     const Received& received, std::vector<std::uint8_t>& clear) {
  const Row& row = exchange.current();
  const Header& header = received.header;
  const bool wrong_protection = row.protection != Protection::kEither &&
                                header.encrypted() != (row.protection == Protection::kEncrypted);
  if (header.exchange != exchange.script->exchange || wrong_protection) {
    return Drop(FailureCode::kMalformed,
                std::string(row.name) + " was due, but a message of exchange " +
                    Describe(header.exchange) +
                    (header.encrypted() ? ", encrypted," : ", in clear,") + " came");
  }
  Octets octets = received.message.subspan(kHeaderSize);
  if (header.encrypted()) {
    if (!Open(KeyOf(core, session), exchange.iv, received.message, clear)) {
      return Drop(FailureCode::kMalformed,
                  std::string(row.name) + " is not a whole number of cipher blocks");
    }
    octets = clear;
  }
  auto payloads = ParsePayloads(header.next, octets,
                                header.encrypted() ? ChainRules::kStrict : ChainRules::kLenient);
  const bool noise = header.encrypted() && exchange.script->phase1;
  if (!payloads) return Failure(Malformed(row, payloads.error(), noise).error());
  if (auto shape = CheckShape(row, *payloads, exchange.script->phase1); !shape) {
    Trouble trouble = std::move(shape).error();
    if (noise) trouble.failure.code = FailureCode::kKeysDiffer;
    return Failure(std::move(trouble));
  }
  return *payloads;
}

// TakeRow opens, absorbs and accepts; whatever goes wrong before `accept` leaves the exchange where
// it was.
Step TakeRow(EngineCore& core, Session& session, Exchange& exchange, const Received& received) {
  const Row& row = exchange.current();
  const Header& header = received.header;
  const Octets message = received.message;
  std::vector<std::uint8_t> clear;
  const auto payloads = OpenRow(core, session, exchange, received, clear);
  if (!payloads) return Failure(payloads.error());
  Trace(core, session, exchange, row.name, Direction::kReceived, header,
        header.encrypted() ? Octets(clear) : message.subspan(kHeaderSize), message.size(),
        &received);
  StepContext context{core, session, exchange, nullptr, nullptr, &received};
  if (auto step = row.absorb(context, *payloads); !step) return step;
  return row.accept(context, *payloads);
}

}  // namespace

ProtectionKey KeyOf(EngineCore& core, const Session& session) {
  return {core.cipher, session.suite.cipher, session.cipher_key};
}

void StartPhase2Iv(const Session& session, Exchange& exchange) {
  const std::size_t block = crypto::BlockSize(session.suite.cipher);
  const crypto::Digest iv =
      Phase2Iv(session.suite.hash, Octets(session.last_block).first(block), exchange.id);
  exchange.iv.Start(iv.Expose(), block);
}

void StartExchange(EngineCore& core, Session& session, Exchange& exchange) {
  Advance(core, session, exchange);
}

void ReceiveMessage(EngineCore& core, Session& session, Exchange& exchange,
                    const Received& received) {
  const Header& header = received.header;
  const auto digest = DigestOf(received.message);
  if (exchange.IsLatest(digest)) return AnswerDuplicate(core, session, exchange, received);
  if (exchange.IsOld(digest))
    return core.Dropped(session.remote, "duplicate of a message that has been left behind");
  if (exchange.done() || exchange.current().writer == exchange.role) {
    return core.Dropped(session.remote, "no message of the peer is due in this exchange");
  }
  if (exchange.row > 0 && header.responder.IsZero()) {
    // Who has not seen this end's cookie may repeat its first message, and no more.
    return core.Dropped(session.remote, "the message does not carry this end's cookie");
  }
  if (!IsOpen(exchange.current().to_open, session, exchange)) {
    return exchange.parked.Keep(received);
  }
  session.heard_from_peer = true;
  const Row& row = exchange.current();
  if (auto step = TakeRow(core, session, exchange, received); !step) {
    // What is refused was authentic, so its last block counts: the refusal is sealed under it.
    if (step.error().verdict == Verdict::kRefuse && header.encrypted()) {
      exchange.iv.Commit();
      RememberBlock(session, exchange);
      exchange.Remember(digest);
    }
    // What a HASH covers was authentic too, so its refusal goes back the way it came.
    if (step.error().verdict == Verdict::kRefuse && row.required.Has(PayloadType::kHash))
      NotePath(core, session, received);
    return Handle(core, session, exchange, std::move(step).error());
  }
  if (header.encrypted()) exchange.iv.Commit();
  RememberBlock(session, exchange);
  // A row with a HASH has now been authenticated.
  if (row.required.Has(PayloadType::kHash)) {
    NotePath(core, session, received);
    NoteAlive(core, session);
  }
  exchange.retransmit.Stop();
  exchange.Remember(digest);
  exchange.duplicates_seen = 0;
  exchange.answered = false;
  ++exchange.row;
  Advance(core, session, exchange);
}

bool TakeDhResult(EngineCore& core, Session& session, crypto::DhJob job) {
  const auto waits = [&](const auto& e) {
    return e->dh.generate == job.ticket || e->dh.agree == job.ticket;
  };
  const auto it = std::find_if(session.exchanges.begin(), session.exchanges.end(), waits);
  if (it == session.exchanges.end() || job.outcome == crypto::DhOutcome::kPending) return false;
  Exchange& exchange = **it;
  KeyAgreement& dh = exchange.dh;
  const bool agree = dh.agree == job.ticket;
  if (exchange.script->phase1 && job.outcome == crypto::DhOutcome::kBadPeerValue) {
    // The value came in clear, so it may be anybody's: no reason to end. The ticket stays, and with
    // it the value is not tried again.
    NegotiationFailure suspicion;
    suspicion.code = FailureCode::kBadKeyExchange;
    suspicion.text =
        std::string(crypto::Info(job.group).name) + ": the peer's public value leads to no secret";
    Suspect(core, session, exchange, std::move(suspicion));
    return true;
  }
  (agree ? dh.agree : dh.generate) = crypto::DhTicket{};
  if (job.outcome == crypto::DhOutcome::kOk && !HasFullLength(job, agree))
    job.outcome = crypto::DhOutcome::kFailed;
  if (job.outcome != crypto::DhOutcome::kOk) {
    const bool peer = job.outcome == crypto::DhOutcome::kBadPeerValue;
    const auto code = peer ? FailureCode::kBadKeyExchange : FailureCode::kCrypto;
    auto trouble =
        Refuse(code, std::string(crypto::Info(job.group).name) + ": the agreement failed",
               peer ? NotifyType::kInvalidKeyInformation : kTellNothing);
    Handle(core, session, exchange, std::move(trouble.error));
    return true;
  }
  if (agree) {
    dh.shared = std::move(job.shared);
    dh.shared_ready = true;
    dh.private_key.Clear();
  } else {
    dh.own_public = std::move(job.public_value);
    dh.own_ready = true;
  }
  if (dh.own_ready && dh.shared_ready && exchange.script->shared != nullptr) {
    StepContext context{core, session, exchange};
    exchange.script->shared(context);
  }
  // The last block may be the phase-1 vector itself, when nothing of phase 1 is encrypted.
  RememberBlock(session, exchange);
  Advance(core, session, exchange);
  return true;
}

}  // namespace iscsi_ike::ike
