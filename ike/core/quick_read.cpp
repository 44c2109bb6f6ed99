// Reading and judging the three messages of quick mode.
#include "ike/core/choose_phase2.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/quick_steps.hpp"
#include "ike/core/selectors.hpp"
#include "ike/wire/describe.hpp"
#include "ike/wire/lifetime.hpp"
#include "ike/wire/nat_oa.hpp"
#include "ike/wire/notify.hpp"
#include "ike/wire/opaque.hpp"

namespace iscsi_ike::ike::quick {
namespace {

void Assign(std::vector<std::uint8_t>& to, Octets from) { to.assign(from.begin(), from.end()); }

Step Verify(const StepContext& context, const PayloadList& payloads,
            const crypto::Digest& expected) {
  const bool fine = payloads[0].type == PayloadType::kHash &&
                    crypto::ConstantTimeEqual(expected.Expose(), payloads[0].body);
  if (fine) return Done{};
  return Drop(FailureCode::kHashMismatch, "quick mode: the HASH of " +
                                              std::string(context.exchange.current().name) +
                                              " does not verify");
}

// Absorb reads nonce and KE of either side; `nonce` is the peer's place in the transcript.
Step AbsorbNonceAndKey(StepContext& context, const PayloadList& payloads,
                       std::vector<std::uint8_t>& nonce) {
  const auto body = ParseNonce(payloads.Find(PayloadType::kNonce)->body);
  if (!body) return Drop(FailureCode::kMalformed, DescribeError(body.error()), body.error().notify);
  Assign(nonce, *body);
  const Payload* key = payloads.Find(PayloadType::kKeyExchange);
  Assign(context.exchange.dh().peer_public, key == nullptr ? Octets{} : key->body);
  return Done{};
}

Failure<Trouble> Refused(NegotiationFailure failure, NotifyType notify) {
  Trouble trouble;
  trouble.verdict = Verdict::kRefuse;
  trouble.failure = std::move(failure);
  trouble.notify = notify;
  return Failure(std::move(trouble));
}

Result<SaView, Trouble> TheSa(const PayloadList& payloads) {
  if (payloads.Count(PayloadType::kSa) != 1 || payloads[1].type != PayloadType::kSa) {
    return Refuse(FailureCode::kNoPhase2Proposal,
                  "phase 1 is fine; quick mode wants exactly one SA payload, right behind HASH",
                  NotifyType::kNoProposalChosen);
  }
  const auto sa = ParseSa(payloads[1].body);
  if (!sa) return Refuse(FailureCode::kMalformed, DescribeError(sa.error()), sa.error().notify);
  return *sa;
}

Step CheckPublicValue(const StepContext& context) {
  const KeyAgreement& dh = context.exchange.dh();
  const auto group = context.exchange.group;
  if (!group || crypto::IsAcceptablePeerValue(*group, dh.peer_public)) return Done{};
  return Refuse(FailureCode::kBadKeyExchange,
                "quick mode: KE of " + std::to_string(dh.peer_public.size()) +
                    " octets is no public value of " + std::string(crypto::Info(*group).name),
                NotifyType::kInvalidKeyInformation);
}

// CheckPfsAgreement: "PFS: KE payload and group attribute come together or not at all" (RFC 2409
// section 5.5).
Step CheckPfsAgreement(const StepContext& context, const Phase2Choice& choice) {
  if (choice.pfs_group.has_value() == !context.exchange.dh().peer_public.empty()) return Done{};
  return Refuse(
      FailureCode::kPfsMismatch,
      choice.pfs_group
          ? "phase 1 is fine; the chosen transform names a PFS group but there is no KE payload"
          : "phase 1 is fine; there is a KE payload but the chosen transform names no PFS group",
      NotifyType::kNoProposalChosen);
}

void Adopt(StepContext& context, const Phase2Choice& choice) {
  QuickChoice& quick = *context.exchange.quick;
  quick.suite = choice.suite;
  quick.encapsulation = choice.encapsulation;
  quick.udp_encapsulated = choice.udp_encapsulated;
  quick.lifetime = choice.lifetime;
  quick.tell_lifetime = choice.shortened;
  quick.proposal = choice.proposal;
  Assign(quick.chosen_transform, choice.transform.whole);
  context.exchange.group = choice.pfs_group;
}

Step AcceptOffer(StepContext& context, const PayloadList& payloads) {
  const Session& session = context.session;
  const auto sa = TheSa(payloads);
  if (!sa) return Failure(sa.error());
  auto choice =
      ChoosePhase2(*sa, session.peer->plan, session.suite.group,
                   context.exchange.dh().peer_public.size(), EncapsulationRuleOf(session));
  if (!choice) return Refused(std::move(choice).error(), NotifyType::kNoProposalChosen);
  if (auto agreed = CheckPfsAgreement(context, *choice); !agreed) return agreed;
  context.exchange.quick->spi_i = choice->spi;
  Adopt(context, *choice);
  return CheckPublicValue(context);
}

Step AcceptSelectors(StepContext& context, const PayloadList& payloads) {
  auto selectors = ReadSelectors(context.session, payloads, Role::kResponder);
  if (!selectors) return Refused(std::move(selectors).error(), NotifyType::kInvalidIdInformation);
  if (auto failure =
          JudgeSelectors(context.session, *selectors, context.exchange.quick->udp_encapsulated)) {
    return Refused(std::move(*failure), NotifyType::kInvalidIdInformation);
  }
  context.exchange.quick->initiator_selector = selectors->initiator;
  context.exchange.quick->responder_selector = selectors->responder;
  return Done{};
}

// TakeOriginalAddresses reads NAT-OAi and NAT-OAr (RFC 3947 section 5.2). They mend checksums and
// decide nothing, so one that cannot be read is passed over.
void TakeOriginalAddresses(StepContext& context, const PayloadList& payloads) {
  std::vector<policy::IpAddress> addresses;
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kNatOa && payload.type != PayloadType::kNatOaDraft) continue;
    if (const auto address = ParseNatOa(payload.body)) addresses.push_back(*address);
  }
  QuickChoice& quick = *context.exchange.quick;
  quick.peer_original.reset();
  quick.own_as_seen.reset();
  if (addresses.size() != 2) return;
  const bool initiator = context.exchange.role == Role::kInitiator;
  quick.peer_original = addresses[initiator ? 1 : 0];
  quick.own_as_seen = addresses[initiator ? 0 : 1];
}

// TakeResponderLifetime: the responder may say that it will end the SA earlier (RFC 2407
// section 4.6.3.1).
void TakeResponderLifetime(StepContext& context, const PayloadList& payloads) {
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kNotify) continue;
    const auto notify = ParseNotify(payload.body);
    if (!notify || notify->type != NotifyType::kResponderLifetime) continue;
    const auto lifetime = ParseLifetime(notify->data, kPhase2Lifetime);
    if (!lifetime) continue;
    policy::Lifetime& ours = context.exchange.quick->lifetime;
    ours = policy::Shorter(ours, *lifetime);
    context.core.Decided(context.session,
                         [] { return "phase 2: RESPONDER-LIFETIME shortens the SA"; });
  }
}

Step AcceptEchoedSelectors(StepContext& context, const PayloadList& payloads) {
  auto echoed = ReadSelectors(context.session, payloads, Role::kInitiator);
  if (!echoed) return Refused(std::move(echoed).error(), NotifyType::kInvalidIdInformation);
  if (auto failure = JudgeEchoedSelectors(context.session, *context.exchange.quick, *echoed))
    return Refused(std::move(*failure), NotifyType::kInvalidIdInformation);
  return Done{};
}

}  // namespace

Step AbsorbFirst(StepContext& context, const PayloadList& payloads) {
  TakeOriginalAddresses(context, payloads);
  return AbsorbNonceAndKey(context, payloads, context.exchange.said().nonce_i);
}

Step AbsorbSecond(StepContext& context, const PayloadList& payloads) {
  TakeOriginalAddresses(context, payloads);
  return AbsorbNonceAndKey(context, payloads, context.exchange.said().nonce_r);
}

Step AbsorbThird(StepContext& /*context*/, const PayloadList& /*payloads*/) { return Done{}; }

Step AcceptFirst(StepContext& context, const PayloadList& payloads) {
  if (auto verified = Verify(context, payloads, Hash1(context, payloads.AfterFirst())); !verified)
    return verified;
  context.session.sa().used_ids.Put(context.exchange.id);
  if (auto accepted = AcceptOffer(context, payloads); !accepted) return accepted;
  if (auto accepted = AcceptSelectors(context, payloads); !accepted) return accepted;
  const auto spi = context.core.MakeSpi();
  if (!spi) return Refuse(FailureCode::kRandom, "no SPI could be drawn");
  context.exchange.quick->spi_r = *spi;  // the exchange gives it back if it fails
  if (!context.core.FillNonce(context.exchange.said().nonce_r, kNonceSize))
    return Refuse(FailureCode::kRandom, "no nonce could be drawn");
  context.core.Decided(context.session, [&] {
    const QuickChoice& quick = *context.exchange.quick;
    return "phase 2: proposal " + std::to_string(quick.proposal) +
           " chosen: " + policy::ToString(quick.suite) + ", " +
           std::string(policy::Name(quick.encapsulation)) + " mode";
  });
  return Done{};
}

Step AcceptSecond(StepContext& context, const PayloadList& payloads) {
  if (auto verified = Verify(context, payloads, Hash2(context, payloads.AfterFirst())); !verified)
    return verified;
  const auto sa = TheSa(payloads);
  if (!sa) return Failure(sa.error());
  auto choice = CheckPhase2Answer(*sa, context.session.peer->plan, context.session.suite.group,
                                  OwnOffer(context.session));
  if (!choice) return Refused(std::move(choice).error(), NotifyType::kBadProposalSyntax);
  if (auto agreed = CheckPfsAgreement(context, *choice); !agreed) return agreed;
  context.exchange.quick->spi_r = choice->spi;
  Adopt(context, *choice);
  TakeResponderLifetime(context, payloads);
  if (auto echoed = AcceptEchoedSelectors(context, payloads); !echoed) return echoed;
  return CheckPublicValue(context);
}

Step AcceptThird(StepContext& context, const PayloadList& payloads) {
  return Verify(context, payloads, Hash3(context));
}

}  // namespace iscsi_ike::ike::quick
