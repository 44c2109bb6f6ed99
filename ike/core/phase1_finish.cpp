#include "ike/core/closing.hpp"
#include "ike/core/liveness.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/phase1_parts.hpp"
#include "ike/core/renewal.hpp"
#include "ike/core/send_informational.hpp"
#include "ike/wire/lifetime.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike::phase1 {
namespace {

void ShowKeys(const StepContext& context, const SkeyidSet& set) {
  const Session& s = context.session;
  Observer* observer = context.core.observer;
  if (observer == nullptr || !observer->WantsSecrets()) return;
  Phase1Keys keys;
  keys.session = s.id;
  keys.initiator_cookie = s.initiator_cookie;
  keys.responder_cookie = s.responder_cookie;
  keys.suite = s.suite;
  keys.skeyid = set.skeyid.Expose();
  keys.skeyid_d = set.d.Expose();
  keys.skeyid_a = set.a.Expose();
  keys.skeyid_e = set.e.Expose();
  keys.cipher_key = s.sa().cipher_key.Expose();
  keys.initial_iv = context.exchange.iv.current();
  observer->OnPhase1Keys(keys);
}

// TellPeer says what a new session has to say under its protection (RFC 2407 section 4.6.3).
void TellPeer(EngineCore& core, Session& session) {
  if (session.role == Role::kResponder) {
    if (!session.tell_lifetime) return;
    std::vector<std::uint8_t> attributes;
    Writer writer(attributes);
    WriteLifetime(writer, session.lifetime, kPhase2Lifetime);
    return SendStatus(core, session, NotifyType::kResponderLifetime, attributes);
  }
  if (session.peer->initial_contact && core.IsFirstOf(session))
    SendStatus(core, session, NotifyType::kInitialContact);
}

}  // namespace

void DeriveOwnSkeyid(StepContext& context) {
  Session& s = context.session;
  const Transcript& said = context.exchange.said();
  Work& work = context.exchange.work();
  work.skeyid = DeriveSkeyid(s.suite.hash, s.peer->key.Expose(), said.nonce_i, said.nonce_r);
  work.prf.emplace(s.suite.hash, work.skeyid.Expose());
}

void Shared(StepContext& context) {
  Session& s = context.session;
  Exchange& e = context.exchange;
  if (!e.work().prf) DeriveOwnSkeyid(context);
  SkeyidSet set = DeriveSkeyidSet(*e.work().prf, e.work().skeyid, e.dh().shared.Expose(),
                                  s.initiator_cookie, s.responder_cookie);
  s.sa().cipher_key = DeriveCipherKey(s.suite, set.e);
  const bool i = IsInitiator(context);
  const crypto::Digest iv = Phase1Iv(s.suite.hash, i ? e.dh().own_public : e.dh().peer_public,
                                     i ? e.dh().peer_public : e.dh().own_public);
  e.iv.Start(iv.Expose(), crypto::BlockSize(s.suite.cipher));
  e.dh().shared.Clear();
  s.keys_ready = true;
  ShowKeys(context, set);
  s.sa().skeyid_d = std::move(set.d);
  s.sa().skeyid_a = std::move(set.a);
}

Step Finish(StepContext& context) {
  Session& s = context.session;
  s.state = Session::State::kEstablished;
  context.core.LeaveHalfOpen(s);
  if (!s.at_nat_port) s.nat = NatFinding{};  // the initiator found none
  Phase1Established event;
  event.session = s.id;
  event.peer_name = s.peer->name;
  event.match = s.match;
  event.role = s.role;
  event.mode = s.mode;
  event.initiator_cookie = s.initiator_cookie;
  event.responder_cookie = s.responder_cookie;
  event.local = s.local;
  event.remote = s.remote;
  event.suite = s.suite;
  event.lifetime = s.lifetime;
  event.local_identity = s.sa().local_identity;
  event.remote_identity = s.sa().remote_identity;
  event.nat_local = s.nat.local;
  event.nat_remote = s.nat.remote;
  context.core.Emit(std::move(event));
  ArmKeepalive(context.core, s);
  StartLiveness(context.core, s);
  StartLease(context.core, s);
  context.core.LinkPeer(s);
  TellPeer(context.core, s);
  if (s.initial_contact) ForgetOthers(context.core, s);
  Succeed(context.core, s);
  return Done{};
}

}  // namespace iscsi_ike::ike::phase1
