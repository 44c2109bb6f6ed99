#include "ike/core/phase1.hpp"

#include <algorithm>

#include "ike/core/closing.hpp"
#include "ike/core/liveness.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/renewal.hpp"
#include "ike/core/send_informational.hpp"
#include "ike/wire/describe.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/lifetime.hpp"
#include "ike/wire/notify.hpp"
#include "ike/wire/opaque.hpp"

namespace iscsi_ike::ike::phase1 {
namespace {

constexpr std::size_t kNonceSize = 32;

bool IsInitiator(const StepContext& context) { return context.exchange.role == Role::kInitiator; }
std::vector<std::uint8_t>& OwnNonce(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said.nonce_i : context.exchange.said.nonce_r;
}
std::vector<std::uint8_t>& PeerNonce(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said.nonce_r : context.exchange.said.nonce_i;
}
std::vector<std::uint8_t>& OwnId(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said.id_i : context.exchange.said.id_r;
}
std::vector<std::uint8_t>& PeerId(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said.id_r : context.exchange.said.id_i;
}

void Assign(std::vector<std::uint8_t>& to, Octets from) { to.assign(from.begin(), from.end()); }

Failure<Trouble> Broken(const ParseError& error) {
  return Drop(FailureCode::kMalformed, DescribeError(error), error.notify);
}

// OwnHash and PeerHash: HASH_I for the initiator's end, HASH_R for the responder's (RFC 2409
// section 5).
crypto::Digest OwnHash(StepContext& context) {
  const Session& s = context.session;
  const KeyAgreement& dh = context.exchange.dh;
  const bool i = IsInitiator(context);
  return ComputePhase1Hash(
      s.suite.hash, s.keys.skeyid,
      {dh.own_public, dh.peer_public, i ? s.initiator_cookie : s.responder_cookie,
       i ? s.responder_cookie : s.initiator_cookie, context.exchange.said.sa_offer,
       OwnId(context)});
}

crypto::Digest PeerHash(StepContext& context, const Cookie& responder_cookie) {
  const Session& s = context.session;
  const KeyAgreement& dh = context.exchange.dh;
  const bool i = IsInitiator(context);
  return ComputePhase1Hash(
      s.suite.hash, s.keys.skeyid,
      {dh.peer_public, dh.own_public, i ? responder_cookie : s.initiator_cookie,
       i ? s.initiator_cookie : responder_cookie, context.exchange.said.sa_offer, PeerId(context)});
}

void DeriveOwnSkeyid(StepContext& context) {
  Session& s = context.session;
  const Transcript& said = context.exchange.said;
  s.keys.skeyid = DeriveSkeyid(s.suite.hash, s.peer->key.Expose(), said.nonce_i, said.nonce_r);
}

// IdentityText is the form that policy::Identity::Parse reads where there is one, a description of
// the octets otherwise.
std::string IdentityText(Octets body) {
  const auto id = ParseId(body);
  if (!id) return "unreadable";
  const auto identity = ToIdentity(*id);
  return identity ? identity->ToString() : Describe(*id);
}

void ShowKeys(StepContext& context) {
  const Session& s = context.session;
  Observer* observer = context.core.observer;
  if (observer == nullptr || !observer->WantsSecrets()) return;
  Phase1Keys keys;
  keys.session = s.id;
  keys.initiator_cookie = s.initiator_cookie;
  keys.responder_cookie = s.responder_cookie;
  keys.suite = s.suite;
  keys.skeyid = s.keys.skeyid.Expose();
  keys.skeyid_d = s.keys.d.Expose();
  keys.skeyid_a = s.keys.a.Expose();
  keys.skeyid_e = s.keys.e.Expose();
  keys.cipher_key = s.cipher_key.Expose();
  keys.initial_iv = context.exchange.iv.current();
  observer->OnPhase1Keys(keys);
}

void Adopt(StepContext& context, const Phase1Choice& choice) {
  Session& s = context.session;
  s.suite = choice.suite;
  s.lifetime = choice.lifetime;
  s.tell_lifetime = choice.shortened;
  context.exchange.dh.group = choice.suite.group;
}

}  // namespace

Step WriteOffer(StepContext& context) {
  const PeerConfig& peer = *context.session.peer;
  context.chain->Begin(PayloadType::kSa);
  const std::size_t body_at = context.chain->body_at();
  SaWriter sa(*context.writer);
  sa.BeginProposal(1, ProtocolId::kIsakmp, {});
  std::uint8_t number = 0;
  for (const policy::Phase1Suite& suite : Phase1Offer(peer.plan, context.session.mode)) {
    WritePhase1Transform(sa, ++number, suite, peer.plan.phase1_lifetime);
  }
  sa.EndProposal();
  context.chain->End();
  Assign(context.exchange.said.sa_offer, context.writer->Since(body_at));
  return Done{};
}

Step WriteAnswer(StepContext& context) {
  const auto offer = ParseSa(context.exchange.said.sa_offer);
  if (!offer) return Broken(offer.error());
  // Chosen anew rather than remembered: the offer is at hand and the choice a pure function of it.
  const auto choice = ChoosePhase1(*offer, context.session.peer->plan, context.session.mode,
                                   context.session.mode == policy::ExchangeMode::kAggressive
                                       ? context.exchange.dh.peer_public.size()
                                       : 0);
  if (!choice) return Refuse(FailureCode::kNoPhase1Proposal, choice.error().text);
  context.chain->Begin(PayloadType::kSa);
  SaWriter sa(*context.writer);
  sa.BeginProposal(choice->proposal, ProtocolId::kIsakmp, {});
  sa.CopyTransform(choice->transform);
  sa.EndProposal();
  context.chain->End();
  return Done{};
}

Step WriteKeyExchange(StepContext& context) {
  if (OwnNonce(context).empty()) {
    if (auto drawn = DrawNonce(context); !drawn) return drawn;
  }
  context.chain->Add(PayloadType::kKeyExchange, context.exchange.dh.own_public);
  context.chain->Add(PayloadType::kNonce, OwnNonce(context));
  return Done{};
}

Step WriteIdentity(StepContext& context) {
  const Session& s = context.session;
  const policy::Identity identity =
      s.peer->plan.identity ? *s.peer->plan.identity : policy::Identity::OfAddress(s.local.address);
  std::vector<std::uint8_t>& body = OwnId(context);
  body.clear();
  Writer writer(body);
  WriteId(writer, identity);
  context.session.local_identity = identity.ToString();
  context.chain->Add(PayloadType::kId, body);
  return Done{};
}

Step WriteHash(StepContext& context) {
  if (context.session.keys.skeyid.empty()) DeriveOwnSkeyid(context);
  context.chain->Add(PayloadType::kHash, OwnHash(context).Expose());
  return Done{};
}

Step AbsorbOffer(StepContext& context, const PayloadList& payloads) {
  if (payloads[0].type != PayloadType::kSa || payloads.Count(PayloadType::kSa) != 1) {
    return Drop(FailureCode::kMalformed, "the SA payload is not the first and only one",
                NotifyType::kPayloadMalformed);
  }
  Assign(context.exchange.said.sa_offer, payloads[0].body);
  return Done{};
}

Step AbsorbKeyExchange(StepContext& context, const PayloadList& payloads) {
  const auto nonce = ParseNonce(payloads.Find(PayloadType::kNonce)->body);
  if (!nonce) return Broken(nonce.error());
  const Octets value = payloads.Find(PayloadType::kKeyExchange)->body;
  const bool reflected =
      std::equal(nonce->begin(), nonce->end(), OwnNonce(context).begin(),
                 OwnNonce(context).end()) ||
      std::equal(value.begin(), value.end(), context.exchange.dh.own_public.begin(),
                 context.exchange.dh.own_public.end());
  if (reflected)
    return Drop(FailureCode::kMalformed, "this end's own nonce or public value came back");
  Assign(PeerNonce(context), *nonce);
  Assign(context.exchange.dh.peer_public, value);
  return Done{};
}

Step AbsorbIdentity(StepContext& context, const PayloadList& payloads) {
  const Octets body = payloads.Find(PayloadType::kId)->body;
  const auto id = ParseId(body);
  if (!id) return Broken(id.error());
  Assign(PeerId(context), body);
  return Done{};
}

Step Choose(StepContext& context) {
  const auto offer = ParseSa(context.exchange.said.sa_offer);
  if (!offer) return Broken(offer.error());
  const bool aggressive = context.session.mode == policy::ExchangeMode::kAggressive;
  auto choice = ChoosePhase1(*offer, context.session.peer->plan, context.session.mode,
                             aggressive ? context.exchange.dh.peer_public.size() : 0);
  if (!choice) {
    Trouble trouble;
    trouble.failure = std::move(choice).error();
    trouble.notify = trouble.failure.code == FailureCode::kMalformed
                         ? NotifyType::kBadProposalSyntax
                         : NotifyType::kNoProposalChosen;
    return Failure(std::move(trouble));
  }
  Adopt(context, *choice);
  context.core.Decided(context.session, "phase 1: proposal " + std::to_string(choice->proposal) +
                                            " transform " +
                                            std::to_string(choice->transform.number) +
                                            " chosen: " + policy::ToString(choice->suite));
  return Done{};
}

Step CheckAnswer(StepContext& context, const PayloadList& payloads) {
  if (payloads[0].type != PayloadType::kSa) {
    return Drop(FailureCode::kMalformed, "the SA payload is not the first");
  }
  const auto answer = ParseSa(payloads.Find(PayloadType::kSa)->body);
  if (!answer) return Broken(answer.error());
  auto choice = CheckPhase1Answer(*answer, context.session.peer->plan, context.session.mode);
  if (!choice) {
    Trouble trouble;
    trouble.failure = std::move(choice).error();
    return Failure(std::move(trouble));
  }
  Adopt(context, *choice);
  return Done{};
}

Step CheckPublicValue(StepContext& context) {
  const KeyAgreement& dh = context.exchange.dh;
  const crypto::DhGroupInfo& group = crypto::Info(*dh.group);
  if (crypto::IsAcceptablePeerValue(*dh.group, dh.peer_public)) return Done{};
  return Drop(FailureCode::kBadKeyExchange,
              "KE of " + std::to_string(dh.peer_public.size()) + " octets is no public value of " +
                  std::string(group.name) + " (" + std::to_string(group.public_size) + " octets)",
              NotifyType::kInvalidKeyInformation);
}

Step VerifyHash(StepContext& context, const PayloadList& payloads, const Cookie& responder_cookie) {
  if (context.session.keys.skeyid.empty() || !context.session.keys_ready) DeriveOwnSkeyid(context);
  const crypto::Digest expected = PeerHash(context, responder_cookie);
  if (crypto::ConstantTimeEqual(expected.Expose(), payloads.Find(PayloadType::kHash)->body))
    return Done{};
  return Drop(FailureCode::kHashMismatch,
              std::string(IsInitiator(context) ? "HASH_R" : "HASH_I") + " of identity " +
                  IdentityText(PeerId(context)) + " does not verify",
              NotifyType::kInvalidHashInformation);
}

void TakeInitialContact(StepContext& context, const PayloadList& payloads) {
  Session& session = context.session;
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kNotify) continue;
    const auto notify = ParseNotify(payload.body);
    session.initial_contact |= notify && notify->type == NotifyType::kInitialContact;
  }
}

Step JudgePeerIdentity(StepContext& context) {
  const Octets body = PeerId(context);
  context.session.remote_identity = IdentityText(body);
  const auto id = ParseId(body);
  if (!id || !HasPhase1Port(*id)) {
    // RFC 2407 section 4.6.2: anything but 0/0 and UDP/500 "MUST be treated as an error and the
    // security association setup MUST be aborted".
    return Refuse(FailureCode::kPeerIdentity,
                  "the identity names a protocol and port other than 0/0 or UDP/500",
                  NotifyType::kInvalidIdInformation);
  }
  const auto& wanted = context.session.peer->peer_identity;
  if (!wanted || wanted->ToString() == context.session.remote_identity) return Done{};
  return Refuse(FailureCode::kPeerIdentity,
                "the peer is " + context.session.remote_identity + " at " +
                    context.session.remote.ToString() + ", and must be " + wanted->ToString(),
                NotifyType::kInvalidIdInformation);
}

Step DrawNonce(StepContext& context) {
  if (context.core.FillNonce(OwnNonce(context), kNonceSize)) return Done{};
  return Refuse(FailureCode::kRandom, "no nonce could be drawn");
}

void Shared(StepContext& context) {
  Session& s = context.session;
  Exchange& e = context.exchange;
  if (s.keys.skeyid.empty()) DeriveOwnSkeyid(context);
  DeriveSkeyidSet(s.suite.hash, e.dh.shared.Expose(), s.initiator_cookie, s.responder_cookie,
                  s.keys);
  s.cipher_key = DeriveCipherKey(s.suite, s.keys.e);
  const bool i = IsInitiator(context);
  const crypto::Digest iv = Phase1Iv(s.suite.hash, i ? e.dh.own_public : e.dh.peer_public,
                                     i ? e.dh.peer_public : e.dh.own_public);
  e.iv.Start(iv.Expose(), crypto::BlockSize(s.suite.cipher));
  e.dh.shared.Clear();
  s.keys_ready = true;
  ShowKeys(context);
}

namespace {

// TellPeer says what a new session has to say under its protection (RFC 2407 section 4.6.3).
void TellPeer(EngineCore& core, Session& session) {
  if (session.role == Role::kResponder) {
    if (!session.tell_lifetime) return;
    std::vector<std::uint8_t> attributes;
    Writer writer(attributes);
    WriteLifetime(writer, session.lifetime, kPhase2Lifetime);
    return SendStatus(core, session, NotifyType::kResponderLifetime, attributes);
  }
  if (session.peer->initial_contact && session.older == SessionId{})
    SendStatus(core, session, NotifyType::kInitialContact);
}

}  // namespace

Step Finish(StepContext& context) {
  Session& s = context.session;
  s.state = Session::State::kEstablished;
  s.keys.skeyid.Clear();
  s.keys.e.Clear();
  context.core.LeaveHalfOpen(s);
  if (!s.at_nat_port) s.nat = NatFinding{};  // the initiator found none
  Phase1Established event;
  event.session = s.id;
  event.peer_name = s.peer->name;
  event.role = s.role;
  event.mode = s.mode;
  event.initiator_cookie = s.initiator_cookie;
  event.responder_cookie = s.responder_cookie;
  event.local = s.local;
  event.remote = s.remote;
  event.suite = s.suite;
  event.lifetime = s.lifetime;
  event.local_identity = s.local_identity;
  event.remote_identity = s.remote_identity;
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
