#include "ike/core/runner.hpp"

#include <algorithm>
#include <utility>

#include "ike/core/key_agreement.hpp"
#include "ike/core/liveness.hpp"
#include "ike/core/open_row.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/send_informational.hpp"

namespace iscsi_ike::ike {
namespace {

bool IsOpen(Gate gate, const Session& session, const Exchange& exchange) {
  switch (gate) {
    case Gate::kNothing:
      return true;
    case Gate::kOwnPublic:
      return !exchange.group || exchange.HasOwnPublic();
    case Gate::kSharedSecret:
      return exchange.script->phase1 ? session.keys_ready : !exchange.group || exchange.HasShared();
  }
  return false;
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
  std::vector<std::uint8_t> refusal;
  if (trouble.notify != kTellNothing)
    refusal = SendNotify(core, session, trouble.notify, SpiOfOffer(exchange));
  if (first && exchange.script->phase1 && !core.report_ration.Spend(core.now)) {
    session.state = Session::State::kClosed;
    return core.Dropped(session.remote, "a first message that is refused");
  }
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
  std::copy(exchange.iv.current().begin(), exchange.iv.current().end(),
            session.sa().last_block.begin());
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
  EngineCore::Scratch scratch(core);
  std::vector<std::uint8_t>& message = *scratch;
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
  exchange.last_sent = std::vector<std::uint8_t>(message.begin(), message.end());
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
  exchange.Finish();
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
    if (!exchange.parked || !IsOpen(row.to_open, session, exchange)) return;
    const auto parked = std::exchange(exchange.parked, nullptr);
    if (const auto header = ParseHeader(parked->message))
      ReceiveMessage(core, session, exchange,
                     {parked->local, parked->remote, *header, parked->message});
    return;
  }
}

// IsCovered: whoever may be nowhere has been sent no more, before this answer, than he has sent
// himself, all of it the same message.
bool IsCovered(const Exchange& exchange, const Received& received) {
  const std::size_t question = received.message.size();
  std::size_t sent = exchange.last_sent.size();
  bool covered = true;
  for (unsigned seen = 1; seen <= exchange.duplicates_seen; ++seen) {
    covered = sent <= (seen + 1) * question;
    if (covered) sent += exchange.last_sent.size();
  }
  return covered;
}

void AnswerDuplicate(EngineCore& core, Session& session, Exchange& exchange,
                     const Received& received) {
  if (!exchange.answered)
    return core.Dropped(session.remote, "duplicate of a message that has no answer yet");
  ++exchange.duplicates_seen;
  const bool doubtful = session.role == Role::kResponder && !session.source_verified;
  const unsigned most = doubtful ? kMaxDoubtfulAnswers : kMaxDuplicateAnswers;
  if (exchange.duplicates_seen > most)
    return core.Dropped(session.remote, "duplicate of a message that was answered often enough");
  core.Dropped(session.remote, "duplicate: the answer is sent again");
  if (doubtful && !IsCovered(exchange, received)) {
    ++core.counters.long_answers_withheld;
    return;
  }
  // A duplicate proves nothing, so the session stays where it is; but whose port a translator has
  // changed meanwhile hears only what is sent to the new one.
  const bool other_port =
      received.local == session.local && received.remote.address == session.remote.address;
  core.SendTo(session, other_port ? received.remote : session.remote, exchange.last_sent);
  NoteRepetition(core, session, exchange);
}

// TakeRow opens, absorbs and accepts; whatever goes wrong before `accept` leaves the exchange where
// it was.
Step TakeRow(EngineCore& core, Session& session, Exchange& exchange, const Received& received) {
  const Row& row = exchange.current();
  const Header& header = received.header;
  const Octets message = received.message;
  EngineCore::Scratch clear(core);
  auto payloads = OpenRow(core, session, exchange, received, *clear);
  if (!payloads) return Failure(std::move(payloads).error());
  Trace(core, session, exchange, row.name, Direction::kReceived, header,
        header.encrypted() ? Octets(*clear) : message.subspan(kHeaderSize), message.size(),
        &received);
  StepContext context{core, session, exchange, nullptr, nullptr, &received};
  if (auto step = row.absorb(context, *payloads); !step) return step;
  return row.accept(context, *payloads);
}

}  // namespace

ProtectionKey KeyOf(EngineCore& core, const Session& session) {
  return {core.cipher, session.suite.cipher, session.sa().cipher_key};
}

void StartPhase2Iv(const Session& session, Exchange& exchange) {
  const std::size_t block = crypto::BlockSize(session.suite.cipher);
  const crypto::Digest iv =
      Phase2Iv(session.suite.hash, Octets(session.sa().last_block).first(block), exchange.id);
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
    if (!exchange.parked && MayPark(received)) exchange.parked = std::make_unique<Parked>(received);
    return Advance(core, session, exchange);
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
  const auto waits = [&](const auto& e) { return e->WaitsFor(job.ticket); };
  const auto it = std::find_if(session.exchanges.begin(), session.exchanges.end(), waits);
  if (it == session.exchanges.end() || job.outcome == crypto::DhOutcome::kPending) return false;
  Exchange& exchange = **it;
  if (!IsResultFor(exchange, job)) return false;
  if (exchange.dh().agree_failed && exchange.dh().agree == job.ticket) return false;
  if (exchange.script->phase1 && job.outcome == crypto::DhOutcome::kBadPeerValue) {
    // The value came in clear, so it may be anybody's: no reason to end. The ticket stays, and with
    // it the value is not tried again.
    exchange.dh().agree_failed = true;
    NegotiationFailure suspicion;
    suspicion.code = FailureCode::kBadKeyExchange;
    suspicion.text =
        std::string(crypto::Info(job.group).name) + ": the peer's public value leads to no secret";
    Suspect(core, session, exchange, std::move(suspicion));
    return true;
  }
  if (auto stored = StoreResult(exchange.dh(), std::move(job)); !stored) {
    Handle(core, session, exchange, std::move(stored).error());
    return true;
  }
  if (exchange.HasOwnPublic() && exchange.HasShared() && exchange.script->shared != nullptr) {
    StepContext context{core, session, exchange};
    exchange.script->shared(context);
  }
  // The last block may be the phase-1 vector itself, when nothing of phase 1 is encrypted.
  RememberBlock(session, exchange);
  Advance(core, session, exchange);
  return true;
}

}  // namespace iscsi_ike::ike
