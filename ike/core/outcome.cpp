#include "ike/core/outcome.hpp"

#include <string>
#include <utility>

#include "ike/core/renewal.hpp"

namespace iscsi_ike::ike {
namespace {

// Rank orders explanations: what this end has seen for itself beats what anybody may have claimed,
// and a cause beats a symptom.
int Rank(FailureCode code) {
  switch (code) {
    case FailureCode::kTimeout:
    case FailureCode::kNoResponse:
      return 0;
    case FailureCode::kMalformed:
      return 1;
    case FailureCode::kPeerRefused:
      return 2;
    default:
      return 3;
  }
}

// PeerName is empty as long as nobody is chosen.
std::string PeerName(const Session& session) {
  return session.peer && session.peer_known ? session.peer->name : std::string();
}

// KeyHint says which key was used and why; the key itself never shows.
std::string KeyHint(const Session& session) {
  const PeerConfig& peer = *session.peer;
  return "this end used the key of '" + peer.name + "', " + Explain(peer, session.match) +
         "; compare the key fingerprints of both ends";
}

// WaitedFor names the message that did not come, and how often the last one was sent.
std::string WaitedFor(const Exchange& exchange) {
  if (exchange.done()) return "a result was still due after the last message";
  const Row& row = exchange.current();
  if (row.writer == exchange.role)
    return std::string(row.name) + " could not be written: a key agreement is still due";
  std::string text = std::string(row.name) + " did not come";
  if (exchange.row > 0 && exchange.retransmit.times_sent() > 0) {
    text += "; " + std::string(exchange.script->rows[exchange.row - 1U].name) + " was sent " +
            std::to_string(exchange.retransmit.times_sent()) + " times";
  }
  return text;
}

// LooksLikeOtherKey names the message that a peer with another key cannot use and says nothing
// about: MM5, which it cannot read, or AM2, whose HASH_R does not verify there. Empty: none.
std::string_view LooksLikeOtherKey(const Session& session, const Exchange& exchange) {
  if (!exchange.script->phase1) return {};
  if (session.mode == policy::ExchangeMode::kMain) return exchange.row >= 4 ? "MM5" : "";
  return exchange.role == Role::kResponder && exchange.row == 2 ? "AM2" : "";
}

NegotiationFailure Silence(const Session& session, const Exchange& exchange) {
  NegotiationFailure failure;
  failure.code = session.heard_from_peer ? FailureCode::kTimeout : FailureCode::kNoResponse;
  failure.text = std::string(exchange.script->name) + ": " + WaitedFor(exchange);
  if (!session.heard_from_peer) {
    failure.details = {"nothing of this negotiation came back from " + session.remote.ToString(),
                       "usual causes: UDP 500/4500 is filtered; no IKE daemon listens there; the "
                       "peer drops IKEv1 by default (RFC 9395); "
                       "the peer does not know this address or refuses " +
                           std::string(policy::Name(session.mode)) + " mode silently"};
  } else if (const std::string_view after = LooksLikeOtherKey(session, exchange); !after.empty()) {
    failure.details.push_back("silence after " + std::string(after) +
                              " is also what a peer with another pre-shared key looks like");
    failure.details.push_back(KeyHint(session));
  }
  if (session.at_nat_port && session.nat.any()) {
    failure.details.push_back("the negotiation moved to UDP port " +
                              std::to_string(session.remote.port) +
                              " because of a NAT; it may be filtered");
  }
  return failure;
}

// PeerIsUnproven: MM5, which shows that this end has the key, is out, and MM6 is due. In aggressive
// mode the responder is the first to prove itself.
bool PeerIsUnproven(const Session& session, const Exchange& exchange) {
  return exchange.script->phase1 && session.mode == policy::ExchangeMode::kMain &&
         exchange.role == Role::kInitiator && exchange.row == 5;
}

bool ConcernsKeys(FailureCode code) {
  return code == FailureCode::kKeysDiffer || code == FailureCode::kHashMismatch;
}

}  // namespace

void Suspect(EngineCore& core, const Session& session, Exchange& exchange,
             NegotiationFailure suspicion) {
  if (ConcernsKeys(suspicion.code)) suspicion.details.push_back(KeyHint(session));
  const NegotiationFailure* known = exchange.suspicion.get();
  if (known != nullptr && Rank(suspicion.code) < Rank(known->code)) return;
  const bool is_new = known == nullptr || known->code != suspicion.code;
  exchange.suspicion = std::make_unique<NegotiationFailure>(suspicion);
  if (is_new)
    core.Emit(Diagnosed{session.id, PeerName(session), session.remote, std::move(suspicion)});
}

void NoteRepetition(EngineCore& core, const Session& session, Exchange& exchange) {
  // MM5 was the answer (row 5 is next), and its question MM4 came again, twice.
  if (!PeerIsUnproven(session, exchange) || exchange.duplicates_seen < 2) return;
  NegotiationFailure suspicion;
  suspicion.code = FailureCode::kKeysDiffer;
  suspicion.text = "the peer repeats MM4 although MM5 was sent: it cannot read MM5";
  Suspect(core, session, exchange, std::move(suspicion));
}

void FailSession(EngineCore& core, Session& session, NegotiationFailure failure) {
  if (session.state == Session::State::kClosed) return;
  FailQueued(core, session, failure);
  NoteRenewalFailed(core, session);
  core.Emit(Failed{session.id, std::nullopt, PeerName(session), session.role, session.remote,
                   std::move(failure)});
  session.state = Session::State::kClosed;  // once that has been said
}

void FailExchange(EngineCore& core, Session& session, Exchange& exchange,
                  NegotiationFailure failure) {
  if (exchange.finished) return;
  core.Emit(Failed{session.id, exchange.quick ? std::optional(exchange.quick->child) : std::nullopt,
                   session.peer->name, exchange.role, session.remote, std::move(failure)});
  exchange.Finish();
  if (exchange.quick) core.ReleaseSpi(exchange.OwnSpi());
  exchange.forget_at.reset();
  NoteRenewalFailed(core, session, exchange);
}

void FailQueued(EngineCore& core, Session& session, const NegotiationFailure& failure) {
  if (!session.has_sa()) return;
  for (const QueuedChild& child : std::exchange(session.sa().queued, {})) {
    core.Emit(
        Failed{session.id, child.id, session.peer->name, session.role, session.remote, failure});
  }
}

void TimeOut(EngineCore& core, Session& session, Exchange& exchange) {
  NegotiationFailure failure = Silence(session, exchange);
  if (exchange.suspicion) {
    NegotiationFailure known = *exchange.suspicion;
    known.details.push_back("given up: " + failure.text);
    failure = std::move(known);
  }
  failure.peer_unproven = PeerIsUnproven(session, exchange);
  if (exchange.script->phase1) {
    FailSession(core, session, std::move(failure));
  } else {
    FailExchange(core, session, exchange, std::move(failure));
  }
}

}  // namespace iscsi_ike::ike
