#include <algorithm>

#include "ike/core/peer_identity.hpp"
#include "ike/core/phase1_parts.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/notify.hpp"
#include "ike/wire/opaque.hpp"

namespace iscsi_ike::ike::phase1 {
namespace {

// PeerHash: HASH_R for the initiator's end, HASH_I for the responder's (RFC 2409 section 5).
crypto::Digest PeerHash(StepContext& context, const Cookie& responder_cookie) {
  const Session& s = context.session;
  const KeyAgreement& dh = context.exchange.dh();
  const bool i = IsInitiator(context);
  return ComputePhase1Hash(
      *context.exchange.work().prf,
      {dh.peer_public, dh.own_public, i ? responder_cookie : s.initiator_cookie,
       i ? s.initiator_cookie : responder_cookie, context.exchange.sa_offer, PeerId(context)});
}

void Adopt(StepContext& context, const Phase1Choice& choice) {
  Session& s = context.session;
  s.suite = choice.suite;
  s.lifetime = choice.lifetime;
  s.tell_lifetime = choice.shortened;
  context.exchange.group = choice.suite.group;
}

}  // namespace

Step AbsorbOffer(StepContext& context, const PayloadList& payloads) {
  if (payloads[0].type != PayloadType::kSa || payloads.Count(PayloadType::kSa) != 1) {
    return Drop(FailureCode::kMalformed, "the SA payload is not the first and only one",
                NotifyType::kPayloadMalformed);
  }
  Assign(context.exchange.sa_offer, payloads[0].body);
  return Done{};
}

Step AbsorbKeyExchange(StepContext& context, const PayloadList& payloads) {
  const auto nonce = ParseNonce(payloads.Find(PayloadType::kNonce)->body);
  if (!nonce) return Broken(nonce.error());
  const Octets value = payloads.Find(PayloadType::kKeyExchange)->body;
  const bool reflected =
      std::equal(nonce->begin(), nonce->end(), OwnNonce(context).begin(),
                 OwnNonce(context).end()) ||
      std::equal(value.begin(), value.end(), context.exchange.dh().own_public.begin(),
                 context.exchange.dh().own_public.end());
  if (reflected)
    return Drop(FailureCode::kMalformed, "this end's own nonce or public value came back");
  Assign(PeerNonce(context), *nonce);
  Assign(context.exchange.dh().peer_public, value);
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
  const auto offer = ParseSa(context.exchange.sa_offer);
  if (!offer) return Broken(offer.error());
  const bool aggressive = context.session.mode == policy::ExchangeMode::kAggressive;
  auto choice = ChoosePhase1(*offer, context.session.peer->plan, context.session.mode,
                             aggressive ? context.exchange.dh().peer_public.size() : 0);
  if (!choice) {
    Trouble trouble;
    trouble.failure = std::move(choice).error();
    trouble.notify = trouble.failure.code == FailureCode::kMalformed
                         ? NotifyType::kBadProposalSyntax
                         : NotifyType::kNoProposalChosen;
    return Failure(std::move(trouble));
  }
  Adopt(context, *choice);
  context.core.Decided(context.session, [&] {
    return "phase 1: proposal " + std::to_string(choice->proposal) + " transform " +
           std::to_string(choice->transform.number) + " chosen: " + policy::ToString(choice->suite);
  });
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
  const KeyAgreement& dh = context.exchange.dh();
  const crypto::DhGroupInfo& group = crypto::Info(*context.exchange.group);
  if (crypto::IsAcceptablePeerValue(*context.exchange.group, dh.peer_public)) return Done{};
  return Drop(FailureCode::kBadKeyExchange,
              "KE of " + std::to_string(dh.peer_public.size()) + " octets is no public value of " +
                  std::string(group.name) + " (" + std::to_string(group.public_size) + " octets)",
              NotifyType::kInvalidKeyInformation);
}

Step VerifyHash(StepContext& context, const PayloadList& payloads, const Cookie& responder_cookie) {
  if (!context.exchange.work().prf || !context.session.keys_ready) DeriveOwnSkeyid(context);
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
  context.session.sa().remote_identity = IdentityText(body);
  auto failure = JudgeIdentity(*context.session.peer, body, context.session.remote);
  if (!failure) return Done{};
  Trouble trouble;
  trouble.verdict = Verdict::kRefuse;
  trouble.failure = std::move(*failure);
  trouble.notify = NotifyType::kInvalidIdInformation;
  return Failure(std::move(trouble));
}

}  // namespace iscsi_ike::ike::phase1
