#include "ike/core/peer_path.hpp"

namespace iscsi_ike::ike {

bool MayMove(const EngineCore& core, const Session& session, const Received& received) {
  if (session.abilities.nat == VendorId::kUnknown || received.local.port != core.config.nat_port)
    return false;
  // The third message of aggressive mode may be in clear; its HASH_I authenticates it.
  const bool verifiable =
      received.header.encrypted() || received.header.next == PayloadType::kFragment ||
      (session.mode == policy::ExchangeMode::kAggressive && session.role == Role::kResponder);
  const bool translated = session.nat.remote || received.remote.address == session.remote.address;
  return verifiable && translated;
}

bool IsOnFirstPath(const Session& session, const Received& received) {
  const ExchangeType exchange = received.header.exchange;
  return session.phase1() != nullptr && received.remote == session.first_remote &&
         (exchange == ExchangeType::kMain || exchange == ExchangeType::kAggressive);
}

EncapsulationRule EncapsulationRuleOf(const Session& session) {
  if (session.abilities.nat == VendorId::kUnknown || !session.at_nat_port) return {};
  return {FormOf(session.abilities.nat).encapsulation, !session.nat.any()};
}

void NotePath(EngineCore& core, Session& session, const Received& received) {
  if (session.remote == received.remote && session.local == received.local) return;
  // Nobody comes back from the NAT traversal port (RFC 3947 section 4). The message with which the
  // translator was found, and its repetitions, still came the old way.
  if (session.at_nat_port && received.local.port != core.config.nat_port) return;
  session.local = received.local;
  session.remote = received.remote;
  session.at_nat_port = session.local.port == core.config.nat_port;
  core.Decided(session, [&] { return "the peer is now at " + session.remote.ToString(); });
  if (session.state == Session::State::kEstablished)
    core.Emit(PeerMoved{session.id, session.local, session.remote});
}

void NoteReturn(EngineCore& core, Session& session, const Received& received) {
  if (session.role != Role::kResponder || session.source_verified) return;
  session.source_verified = true;
  ++core.counters.sources_verified;
  if (session.mode != policy::ExchangeMode::kAggressive) return;
  core.aggressive_credit.GiveBack();
  Exchange* phase1 = session.phase1();
  const bool is_am3 = received.header.exchange == ExchangeType::kAggressive;
  if (is_am3 || phase1 == nullptr || !phase1->answered || phase1->retransmit.due()) return;
  phase1->retransmit.Start(core.now, session.peer->retransmit);
  core.Send(session, phase1->last_sent);
}

void ArmKeepalive(EngineCore& core, Session& session) {
  const Duration interval = session.peer->nat_keepalive;
  if (!session.nat.local || interval <= Duration::zero()) return;
  session.sa().keepalive_at = core.now + interval;
}

void RunKeepalive(EngineCore& core, Session& session) {
  if (!session.sa().keepalive_at.IsDue(core.now)) return;
  core.TransmitUnmarked(session.local, session.remote, {kNatKeepaliveOctet});
  ArmKeepalive(core, session);
}

}  // namespace iscsi_ike::ike
