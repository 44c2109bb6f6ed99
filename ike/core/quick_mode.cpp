// Quick mode (RFC 2409 section 5.5):
//
//   QM1  I -> R  HDR*, HASH(1), SA, Ni [, KE ] [, IDci, IDcr ]
//   QM2  R -> I  HDR*, HASH(2), SA, Nr [, KE ] [, IDci, IDcr ]
//   QM3  I -> R  HDR*, HASH(3)
//
// HASH(1) = prf(SKEYID_a, M-ID | everything behind it)
// HASH(2) = prf(SKEYID_a, M-ID | Ni_b | everything behind it)
// HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b)
#include "ike/core/quick_mode.hpp"

#include <algorithm>
#include <array>

#include "ike/core/choose_phase2.hpp"
#include "ike/core/selectors.hpp"
#include "ike/wire/describe.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/lifetime.hpp"
#include "ike/wire/notify.hpp"
#include "ike/wire/opaque.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kNonceSize = 32;

void Assign(std::vector<std::uint8_t>& to, Octets from) { to.assign(from.begin(), from.end()); }

crypto::Prf PrfOf(const StepContext& context) {
  return {context.session.suite.hash, context.session.keys.a.Expose()};
}

crypto::Digest Hash1(const StepContext& context, Octets rest) {
  return PrfOf(context).Compute({MessageIdOctets(context.exchange.id), rest});
}
crypto::Digest Hash2(const StepContext& context, Octets rest) {
  return PrfOf(context).Compute(
      {MessageIdOctets(context.exchange.id), context.exchange.said.nonce_i, rest});
}
crypto::Digest Hash3(const StepContext& context) {
  static constexpr std::array<std::uint8_t, 1> kZero{0};
  const Transcript& said = context.exchange.said;
  return PrfOf(context).Compute(
      {kZero, MessageIdOctets(context.exchange.id), said.nonce_i, said.nonce_r});
}

Step Verify(const StepContext& context, const PayloadList& payloads,
            const crypto::Digest& expected) {
  const bool fine = payloads[0].type == PayloadType::kHash &&
                    crypto::ConstantTimeEqual(expected.Expose(), payloads[0].body);
  if (fine) return Done{};
  return Drop(FailureCode::kHashMismatch, "quick mode: the HASH of " +
                                              std::string(context.exchange.current().name) +
                                              " does not verify");
}

// HashScope reserves the HASH payload in front and fills it in when the rest is written.
class HashScope {
 public:
  explicit HashScope(StepContext& context) : context_(context) {
    context.chain->Begin(PayloadType::kHash);
    hash_at_ = context.chain->body_at();
    context.writer->Zero(crypto::HashSize(context.session.suite.hash));
    context.chain->End();
    rest_at_ = context.writer->Mark();
  }
  [[nodiscard]] Octets rest() const { return context_.writer->Since(rest_at_); }
  void Fill(const crypto::Digest& hash) { context_.writer->Patch(hash_at_, hash.Expose()); }

 private:
  StepContext& context_;
  std::size_t hash_at_ = 0;
  std::size_t rest_at_ = 0;
};

std::array<std::uint8_t, 4> SpiOctets(Spi spi) { return MessageIdOctets(MessageId{ToNumber(spi)}); }

void WriteSelector(StepContext& context, const policy::Selector& selector) {
  context.chain->Begin(PayloadType::kId);
  WriteId(*context.writer, selector);
  context.chain->End();
}

void WriteNonceKeyAndSelectors(StepContext& context, const std::vector<std::uint8_t>& nonce) {
  const Exchange& e = context.exchange;
  context.chain->Add(PayloadType::kNonce, nonce);
  if (e.dh.group) context.chain->Add(PayloadType::kKeyExchange, e.dh.own_public);
  WriteSelector(context, e.quick->initiator_selector);
  WriteSelector(context, e.quick->responder_selector);
}

void WriteOffer(StepContext& context) {
  const policy::Plan& plan = context.session.peer->plan;
  Exchange& e = context.exchange;
  context.chain->Begin(PayloadType::kSa);
  const std::size_t body_at = context.chain->body_at();
  SaWriter sa(*context.writer);
  sa.BeginProposal(1, ProtocolId::kEsp, SpiOctets(e.quick->spi_i));
  std::uint8_t number = 0;
  // The preferred encapsulation in every suite before the next: each offer reads as an order of
  // preference.
  for (const policy::Encapsulation encapsulation : plan.encapsulations) {
    for (const policy::EspSuite& suite : plan.phase2) {
      WriteEspTransform(sa, ++number, suite, static_cast<std::uint16_t>(encapsulation), e.dh.group,
                        plan.phase2_lifetime);
    }
  }
  sa.EndProposal();
  context.chain->End();
  Assign(e.said.sa_offer, context.writer->Since(body_at));
}

Step WriteFirst(StepContext& context) {
  if (!context.core.FillNonce(context.exchange.said.nonce_i, kNonceSize)) {
    return Refuse(FailureCode::kRandom, "no nonce could be drawn");
  }
  HashScope hash(context);
  WriteOffer(context);
  WriteNonceKeyAndSelectors(context, context.exchange.said.nonce_i);
  hash.Fill(Hash1(context, hash.rest()));
  return Done{};
}

Step WriteSecond(StepContext& context) {
  Exchange& e = context.exchange;
  HashScope hash(context);
  context.chain->Begin(PayloadType::kSa);
  SaWriter sa(*context.writer);
  sa.BeginProposal(e.quick->proposal, ProtocolId::kEsp, SpiOctets(e.quick->spi_r));
  sa.CopyTransform(TransformView(e.quick->chosen_transform));
  sa.EndProposal();
  context.chain->End();
  WriteNonceKeyAndSelectors(context, e.said.nonce_r);
  hash.Fill(Hash2(context, hash.rest()));
  return Done{};
}

Step WriteThird(StepContext& context) {
  context.chain->Add(PayloadType::kHash, Hash3(context).Expose());
  return Done{};
}

// Absorb reads nonce and KE of either side; `nonce` is the peer's place in the transcript.
Step AbsorbNonceAndKey(StepContext& context, const PayloadList& payloads,
                       std::vector<std::uint8_t>& nonce) {
  const auto body = ParseNonce(payloads.Find(PayloadType::kNonce)->body);
  if (!body) return Drop(FailureCode::kMalformed, DescribeError(body.error()), body.error().notify);
  Assign(nonce, *body);
  const Payload* key = payloads.Find(PayloadType::kKeyExchange);
  Assign(context.exchange.dh.peer_public, key == nullptr ? Octets{} : key->body);
  return Done{};
}

Step AbsorbFirst(StepContext& context, const PayloadList& payloads) {
  return AbsorbNonceAndKey(context, payloads, context.exchange.said.nonce_i);
}
Step AbsorbSecond(StepContext& context, const PayloadList& payloads) {
  return AbsorbNonceAndKey(context, payloads, context.exchange.said.nonce_r);
}
Step AbsorbNothing(StepContext&, const PayloadList&) { return Done{}; }

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
  const KeyAgreement& dh = context.exchange.dh;
  if (!dh.group || crypto::IsAcceptablePeerValue(*dh.group, dh.peer_public)) return Done{};
  return Refuse(FailureCode::kBadKeyExchange,
                "quick mode: KE of " + std::to_string(dh.peer_public.size()) +
                    " octets is no public value of " + std::string(crypto::Info(*dh.group).name),
                NotifyType::kInvalidKeyInformation);
}

// CheckPfsAgreement: "PFS: KE payload and group attribute come together or not at all" (RFC 2409
// section 5.5).
Step CheckPfsAgreement(const StepContext& context, const Phase2Choice& choice) {
  if (choice.pfs_group.has_value() == !context.exchange.dh.peer_public.empty()) return Done{};
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
  quick.lifetime = choice.lifetime;
  quick.proposal = choice.proposal;
  Assign(quick.chosen_transform, choice.transform.whole);
  context.exchange.dh.group = choice.pfs_group;
}

Step AcceptOffer(StepContext& context, const PayloadList& payloads) {
  const Session& session = context.session;
  const auto sa = TheSa(payloads);
  if (!sa) return Failure(sa.error());
  auto choice = ChoosePhase2(*sa, session.peer->plan, session.suite.group,
                             context.exchange.dh.peer_public.size());
  if (!choice) return Refused(std::move(choice).error(), NotifyType::kNoProposalChosen);
  if (auto agreed = CheckPfsAgreement(context, *choice); !agreed) return agreed;
  context.exchange.quick->spi_i = choice->spi;
  Adopt(context, *choice);
  return CheckPublicValue(context);
}

Step AcceptSelectors(StepContext& context, const PayloadList& payloads) {
  auto selectors = ReadSelectors(context.session, payloads, Role::kResponder);
  if (!selectors) return Refused(std::move(selectors).error(), NotifyType::kInvalidIdInformation);
  if (auto failure = JudgeSelectors(context.session, *selectors)) {
    return Refused(std::move(*failure), NotifyType::kInvalidIdInformation);
  }
  context.exchange.quick->initiator_selector = selectors->initiator;
  context.exchange.quick->responder_selector = selectors->responder;
  return Done{};
}

Step AcceptFirst(StepContext& context, const PayloadList& payloads) {
  if (auto verified = Verify(context, payloads, Hash1(context, payloads.AfterFirst())); !verified)
    return verified;
  context.session.used_ids.push_back(context.exchange.id);
  if (auto accepted = AcceptOffer(context, payloads); !accepted) return accepted;
  if (auto accepted = AcceptSelectors(context, payloads); !accepted) return accepted;
  const auto spi = context.core.MakeSpi();
  if (!spi || !context.core.FillNonce(context.exchange.said.nonce_r, kNonceSize)) {
    return Refuse(FailureCode::kRandom, "no SPI or nonce could be drawn");
  }
  context.exchange.quick->spi_r = *spi;
  context.core.Decided(context.session,
                       "phase 2: proposal " + std::to_string(context.exchange.quick->proposal) +
                           " chosen: " + policy::ToString(context.exchange.quick->suite) + ", " +
                           std::string(policy::Name(context.exchange.quick->encapsulation)) +
                           " mode");
  return Done{};
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
    const auto shorter = [](std::uint32_t a, std::uint32_t b) {
      return a == 0 || (b != 0 && b < a) ? b : a;
    };
    ours = {shorter(ours.seconds, lifetime->seconds), shorter(ours.kilobytes, lifetime->kilobytes)};
    context.core.Decided(context.session, "phase 2: RESPONDER-LIFETIME shortens the SA");
  }
}

Step AcceptEchoedSelectors(StepContext& context, const PayloadList& payloads) {
  const QuickChoice& quick = *context.exchange.quick;
  if (payloads.Count(PayloadType::kId) == 0) return Done{};
  auto echoed = ReadSelectors(context.session, payloads, Role::kInitiator);
  if (!echoed) return Refused(std::move(echoed).error(), NotifyType::kInvalidIdInformation);
  if (echoed->initiator == quick.initiator_selector &&
      echoed->responder == quick.responder_selector)
    return Done{};
  auto refused =
      Refuse(FailureCode::kSelectors, "phase 1 is fine; the responder changed the selectors",
             NotifyType::kInvalidIdInformation);
  refused.error.failure.details = {"offered: IDci " + policy::ToString(quick.initiator_selector) +
                                       ", IDcr " + policy::ToString(quick.responder_selector),
                                   "answered: IDci " + policy::ToString(echoed->initiator) +
                                       ", IDcr " + policy::ToString(echoed->responder)};
  return refused;
}

Step AcceptSecond(StepContext& context, const PayloadList& payloads) {
  if (auto verified = Verify(context, payloads, Hash2(context, payloads.AfterFirst())); !verified)
    return verified;
  const auto sa = TheSa(payloads);
  if (!sa) return Failure(sa.error());
  auto choice = CheckPhase2Answer(*sa, context.session.peer->plan, context.session.suite.group);
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

DirectionKeys KeysOf(const StepContext& context, Spi spi) {
  const Exchange& e = context.exchange;
  KeymatParts parts =
      DeriveKeymat(context.session.suite.hash, context.session.keys.d, e.quick->suite,
                   {e.dh.shared.Expose(), spi, e.said.nonce_i, e.said.nonce_r});
  return {spi, std::move(parts.encryption), std::move(parts.integrity)};
}

Step Finish(StepContext& context) {
  Session& session = context.session;
  const Exchange& e = context.exchange;
  const QuickChoice& quick = *e.quick;
  const bool initiator = e.role == Role::kInitiator;
  ChildSa sa;
  sa.session = session.id;
  sa.child = quick.child;
  sa.role = e.role;
  sa.message_id = e.id;
  sa.encapsulation = quick.encapsulation;
  sa.suite = quick.suite;
  sa.pfs_group = e.dh.group;
  sa.lifetime = quick.lifetime;
  sa.local = initiator ? quick.initiator_selector : quick.responder_selector;
  sa.remote = initiator ? quick.responder_selector : quick.initiator_selector;
  sa.local_endpoint = session.local;
  sa.remote_endpoint = session.remote;
  sa.inbound = KeysOf(context, initiator ? quick.spi_i : quick.spi_r);
  sa.outbound = KeysOf(context, initiator ? quick.spi_r : quick.spi_i);
  session.children.push_back({quick.child, sa.inbound.spi, sa.outbound.spi});
  session.give_up_at.reset();
  if (context.core.observer != nullptr && context.core.observer->WantsSecrets())
    context.core.observer->OnChildKeys(sa);
  context.core.Emit(ChildEstablished{std::move(sa)});
  return Done{};
}

constexpr PayloadSet kOffer{PayloadType::kHash, PayloadType::kSa, PayloadType::kNonce};
constexpr PayloadSet kOfferOptions{PayloadType::kKeyExchange, PayloadType::kId, PayloadType::kNatOa,
                                   PayloadType::kNatOaDraft};
constexpr PayloadSet kHash{PayloadType::kHash};
constexpr Role I = Role::kInitiator;
constexpr Role R = Role::kResponder;
constexpr Protection kSealed = Protection::kEncrypted;

// QM2 is repeated by its writer too: QM3 may be lost, and nobody else has a reason to speak.
// clang-format off
constexpr std::array<Row, 3> kRows{{
    // name, writer, protection, required, optional, to_open, to_write,
    //     write, absorb, accept, retransmit
    {"QM1", I, kSealed, kOffer, kOfferOptions, Gate::kNothing, Gate::kOwnPublic,
     &WriteFirst, &AbsorbFirst, &AcceptFirst, true},
    {"QM2", R, kSealed, kOffer, kOfferOptions, Gate::kNothing, Gate::kOwnPublic,
     &WriteSecond, &AbsorbSecond, &AcceptSecond, true},
    {"QM3", I, kSealed, kHash, {}, Gate::kNothing, Gate::kNothing,
     &WriteThird, &AbsorbNothing, &AcceptThird, false},
}};

const Script kScript{"quick mode", ExchangeType::kQuick, false, kRows,
                     nullptr, Gate::kSharedSecret, &Finish};
// clang-format on

Exchange& AddExchange(EngineCore& core, Session& session, Role role, MessageId id) {
  auto exchange = std::make_unique<Exchange>(kScript, role, id);
  exchange->quick = std::make_unique<QuickChoice>();
  exchange->quick->child = core.MakeChildId();
  StartPhase2Iv(session, *exchange);
  session.exchanges.push_back(std::move(exchange));
  return *session.exchanges.back();
}

}  // namespace

const Script& QuickModeScript() { return kScript; }

Result<ChildId, NegotiationFailure> BeginQuickMode(EngineCore& core, Session& session,
                                                   const ChildOffer& offer) {
  const auto id = core.MakeMessageId(session);
  const auto spi = core.MakeSpi();
  if (!id || !spi)
    return Failure(
        Refuse(FailureCode::kRandom, "no message ID or SPI could be drawn").error.failure);
  session.used_ids.push_back(*id);
  Exchange& exchange = AddExchange(core, session, Role::kInitiator, *id);
  exchange.quick->offer = offer;
  exchange.quick->spi_i = *spi;
  exchange.quick->initiator_selector = DefaultLocalSelector(session, offer);
  exchange.quick->responder_selector = DefaultRemoteSelector(session, offer);
  exchange.dh.group = PfsGroup(session.peer->plan, session.suite.group);
  const ChildId child = exchange.quick->child;
  StartExchange(core, session, exchange);
  return child;
}

void ReceiveFirstOfQuickMode(EngineCore& core, Session& session, const Header& header,
                             Octets datagram) {
  if (session.IsUsed(header.id))
    return core.Dropped(session.remote, "message ID already used: a replay");
  Exchange& exchange = AddExchange(core, session, Role::kResponder, header.id);
  ReceiveMessage(core, session, exchange, header, datagram);
  // Not authentic: leave no trace of it. (An authentic one that was refused is finished.)
  if (exchange.row == 0 && !exchange.finished) exchange.finished = true;
}

}  // namespace iscsi_ike::ike
