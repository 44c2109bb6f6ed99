// Writing the three messages of quick mode.
#include <algorithm>
#include <array>

#include "ike/core/offers.hpp"
#include "ike/core/quick_steps.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/lifetime.hpp"
#include "ike/wire/nat_oa.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike::quick {
namespace {

const crypto::Prf& PrfOf(const StepContext& context) {
  std::optional<crypto::Prf>& prf = context.exchange.work().prf;
  if (!prf) prf.emplace(context.session.suite.hash, context.session.sa().skeyid_a.Expose());
  return *prf;
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

void WriteSelector(StepContext& context, const policy::Selector& selector) {
  context.chain->Begin(PayloadType::kId);
  WriteId(*context.writer, selector);
  context.chain->End();
}

// NeedsOriginalAddresses: transport mode across a translator (RFC 3947 section 5.2); an initiator
// that offers it, a responder that has chosen it.
bool NeedsOriginalAddresses(const StepContext& context) {
  if (context.exchange.role == Role::kResponder) {
    const QuickChoice& quick = *context.exchange.quick;
    return quick.udp_encapsulated && quick.encapsulation == policy::Encapsulation::kTransport;
  }
  if (OfferedEncapsulation(context.session) == UdpEncapsulation::kNone) return false;
  const auto& offered = context.session.peer->plan.encapsulations;
  return std::find(offered.begin(), offered.end(), policy::Encapsulation::kTransport) !=
         offered.end();
}

// WriteOriginalAddresses: the initiator's, then the responder's, each as this end knows it.
void WriteOriginalAddresses(StepContext& context) {
  const Session& session = context.session;
  const PayloadType type = FormOf(session.abilities.nat).nat_oa;
  const bool initiator = context.exchange.role == Role::kInitiator;
  for (const bool own : {initiator, !initiator}) {
    context.chain->Begin(type);
    WriteNatOa(*context.writer, own ? session.local.address : session.remote.address);
    context.chain->End();
  }
}

void WriteNonceKeyAndSelectors(StepContext& context, const std::vector<std::uint8_t>& nonce) {
  const Exchange& e = context.exchange;
  context.chain->Add(PayloadType::kNonce, nonce);
  if (e.group) context.chain->Add(PayloadType::kKeyExchange, e.dh().own_public);
  WriteSelector(context, e.quick->initiator_selector);
  WriteSelector(context, e.quick->responder_selector);
  if (NeedsOriginalAddresses(context)) WriteOriginalAddresses(context);
}

void WriteOffer(StepContext& context) {
  Exchange& e = context.exchange;
  context.chain->Begin(PayloadType::kSa);
  const std::size_t body_at = context.chain->body_at();
  WritePhase2Offer(*context.writer, context.session.peer->plan, e.quick->spi_i,
                   OfferedEncapsulation(context.session), e.group);
  context.chain->End();
  const Octets body = context.writer->Since(body_at);
  e.sa_offer.assign(body.begin(), body.end());
}

// WriteResponderLifetime: the transform comes back as it was offered, so the shorter lifetime is
// told beside it (RFC 2407 sections 4.5.4 and 4.6.3.1).
void WriteResponderLifetime(StepContext& context) {
  const auto spi = SpiOctets(context.exchange.quick->spi_r);
  std::vector<std::uint8_t> attributes;
  Writer attribute_writer(attributes);
  WriteLifetime(attribute_writer, context.exchange.quick->lifetime, kPhase2Lifetime);
  NotifyView notify;
  notify.protocol = ProtocolId::kEsp;
  notify.type = NotifyType::kResponderLifetime;
  notify.spi = spi;
  notify.data = attributes;
  context.chain->Begin(PayloadType::kNotify);
  WriteNotify(*context.writer, notify);
  context.chain->End();
}

}  // namespace

UdpEncapsulation OfferedEncapsulation(const Session& session) {
  const bool translated = session.at_nat_port && session.nat.any();
  return translated ? FormOf(session.abilities.nat).encapsulation : UdpEncapsulation::kNone;
}

EncapsulationRule OwnOffer(const Session& session) {
  const UdpEncapsulation udp = OfferedEncapsulation(session);
  return {udp, udp == UdpEncapsulation::kNone};
}

crypto::Digest Hash1(const StepContext& context, Octets rest) {
  return PrfOf(context).Compute({MessageIdOctets(context.exchange.id), rest});
}
crypto::Digest Hash2(const StepContext& context, Octets rest) {
  return PrfOf(context).Compute(
      {MessageIdOctets(context.exchange.id), context.exchange.said().nonce_i, rest});
}
crypto::Digest Hash3(const StepContext& context) {
  static constexpr std::array<std::uint8_t, 1> kZero{0};
  const Transcript& said = context.exchange.said();
  return PrfOf(context).Compute(
      {kZero, MessageIdOctets(context.exchange.id), said.nonce_i, said.nonce_r});
}

Step WriteFirst(StepContext& context) {
  if (!context.core.FillNonce(context.exchange.said().nonce_i, kNonceSize)) {
    return Refuse(FailureCode::kRandom, "no nonce could be drawn");
  }
  HashScope hash(context);
  WriteOffer(context);
  WriteNonceKeyAndSelectors(context, context.exchange.said().nonce_i);
  hash.Fill(Hash1(context, hash.rest()));
  return Done{};
}

Step WriteSecond(StepContext& context) {
  Exchange& e = context.exchange;
  HashScope hash(context);
  context.chain->Begin(PayloadType::kSa);
  WritePhase2Answer(*context.writer, e.quick->proposal, e.quick->spi_r,
                    TransformView(e.quick->chosen_transform));
  context.chain->End();
  WriteNonceKeyAndSelectors(context, e.said().nonce_r);
  if (e.quick->tell_lifetime) WriteResponderLifetime(context);
  hash.Fill(Hash2(context, hash.rest()));
  return Done{};
}

Step WriteThird(StepContext& context) {
  context.chain->Add(PayloadType::kHash, Hash3(context).Expose());
  return Done{};
}

}  // namespace iscsi_ike::ike::quick
