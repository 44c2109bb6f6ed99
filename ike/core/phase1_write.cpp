#include "ike/core/offers.hpp"
#include "ike/core/peer_identity.hpp"
#include "ike/core/phase1_parts.hpp"
#include "ike/wire/id.hpp"

namespace iscsi_ike::ike::phase1 {
namespace {

constexpr std::size_t kNonceSize = 32;

// OwnHash: HASH_I for the initiator's end, HASH_R for the responder's (RFC 2409 section 5).
crypto::Digest OwnHash(StepContext& context) {
  const Session& s = context.session;
  const KeyAgreement& dh = context.exchange.dh();
  const bool i = IsInitiator(context);
  return ComputePhase1Hash(
      *context.exchange.work().prf,
      {dh.own_public, dh.peer_public, i ? s.initiator_cookie : s.responder_cookie,
       i ? s.responder_cookie : s.initiator_cookie, context.exchange.sa_offer, OwnId(context)});
}

}  // namespace

Step WriteOffer(StepContext& context) {
  context.chain->Begin(PayloadType::kSa);
  const std::size_t body_at = context.chain->body_at();
  WritePhase1Offer(*context.writer, context.session.peer->plan, context.session.mode);
  context.chain->End();
  Assign(context.exchange.sa_offer, context.writer->Since(body_at));
  return Done{};
}

Step WriteAnswer(StepContext& context) {
  const auto offer = ParseSa(context.exchange.sa_offer);
  if (!offer) return Broken(offer.error());
  // Chosen anew rather than remembered: the offer is at hand and the choice a pure function of it.
  const auto choice = ChoosePhase1(*offer, context.session.peer->plan, context.session.mode,
                                   context.session.mode == policy::ExchangeMode::kAggressive
                                       ? context.exchange.dh().peer_public.size()
                                       : 0);
  if (!choice) return Refuse(FailureCode::kNoPhase1Proposal, choice.error().text);
  context.chain->Begin(PayloadType::kSa);
  WritePhase1Answer(*context.writer, *choice);
  context.chain->End();
  return Done{};
}

Step WriteKeyExchange(StepContext& context) {
  if (OwnNonce(context).empty()) {
    if (auto drawn = DrawNonce(context); !drawn) return drawn;
  }
  context.chain->Add(PayloadType::kKeyExchange, context.exchange.dh().own_public);
  context.chain->Add(PayloadType::kNonce, OwnNonce(context));
  return Done{};
}

Step WriteIdentity(StepContext& context) {
  const Session& s = context.session;
  const policy::Identity identity = OwnIdentity(*s.peer, s.local.address);
  context.chain->Begin(PayloadType::kId);
  WriteId(*context.writer, identity);
  Assign(OwnId(context), context.writer->Since(context.chain->body_at()));
  context.chain->End();
  context.session.sa().local_identity = identity.ToString();
  return Done{};
}

Step WriteHash(StepContext& context) {
  if (!context.exchange.work().prf) DeriveOwnSkeyid(context);
  context.chain->Add(PayloadType::kHash, OwnHash(context).Expose());
  return Done{};
}

Step DrawNonce(StepContext& context) {
  if (context.core.FillNonce(OwnNonce(context), kNonceSize)) return Done{};
  return Refuse(FailureCode::kRandom, "no nonce could be drawn");
}

}  // namespace iscsi_ike::ike::phase1
