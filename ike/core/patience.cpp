#include "ike/core/patience.hpp"

#include <algorithm>

#include "ike/core/liveness.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/renewal.hpp"
#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {
namespace {

void Repeat(EngineCore& core, Session& session, const Exchange& exchange) {
  if (core.observer != nullptr) {
    MessageTrace trace;
    trace.now = core.now;
    trace.session = session.id;
    trace.role = exchange.role;
    trace.name = exchange.script->rows[exchange.row - 1U].name;
    trace.local = session.local;
    trace.remote = session.remote;
    if (const auto header = ParseHeader(exchange.last_sent)) trace.header = *header;
    trace.datagram_size = exchange.last_sent.size();
    trace.retransmission = true;
    core.observer->OnMessage(trace);
  }
  core.Send(session, exchange.last_sent);
}

// NextRepetition arms the timer of the next repetition. Whoever may not be where he says hears AM2
// again only when he asks for it, until the session's time is over.
enum class Repetition : std::uint8_t { kNow, kNoMore, kInVain };
Repetition NextRepetition(const EngineCore& core, const Session& session, Exchange& exchange) {
  const bool doubtful =
      session.role == Role::kResponder && exchange.script->phase1 && !session.source_verified;
  RetransmitPolicy policy = session.peer->retransmit;
  if (doubtful) policy.tries = 0;
  if (exchange.retransmit.Next(core.now, policy)) return Repetition::kNow;
  return doubtful ? Repetition::kNoMore : Repetition::kInVain;
}

void RunTimersOf(EngineCore& core, Session& session, Exchange& exchange) {
  if (exchange.finished) {
    if (exchange.forget_at.IsDue(core.now)) exchange.forget_at.reset();
    return;
  }
  if (exchange.give_up_at.IsDue(core.now)) return TimeOut(core, session, exchange);
  if (!exchange.retransmit.IsDue(core.now)) return;
  const Repetition next = NextRepetition(core, session, exchange);
  if (next == Repetition::kNow) Repeat(core, session, exchange);
  if (next == Repetition::kInVain) TimeOut(core, session, exchange);
}

void GiveUp(EngineCore& core, Session& session) {
  session.give_up_at.reset();
  for (const auto& exchange : session.exchanges) {
    const bool own_time = exchange->give_up_at && *exchange->give_up_at > core.now;
    if (!exchange->finished && !own_time) TimeOut(core, session, *exchange);
    if (session.state == Session::State::kClosed) return;
  }
}

}  // namespace

void RunTimers(EngineCore& core, Session& session) {
  // What is never complete goes with its time.
  std::erase_if(session.fragments,
                [&](const Reassembly& one) { return one.expires_at().IsDue(core.now); });
  if (session.give_up_at.IsDue(core.now)) GiveUp(core, session);
  for (const auto& exchange : session.exchanges) {
    if (session.state == Session::State::kClosed) return;
    RunTimersOf(core, session, *exchange);
  }
  if (session.state != Session::State::kEstablished) return;
  RunLeases(core, session);
  if (session.state == Session::State::kClosed) return;
  RunKeepalive(core, session);
  RunLiveness(core, session);
}

Deadline NextDeadline(const Session& session) {
  Deadline next = session.give_up_at;
  if (session.has_sa()) {
    next.Advance(NextLease(session));
    next.Advance(session.sa().keepalive_at);
    next.Advance(session.sa().liveness.due);
  }
  for (const Reassembly& one : session.fragments) next.Advance(one.expires_at());
  for (const auto& exchange : session.exchanges) {
    next.Advance(exchange->finished ? exchange->forget_at : exchange->retransmit.due());
    if (!exchange->finished) next.Advance(exchange->give_up_at);
  }
  return next;
}

}  // namespace iscsi_ike::ike
