// Phase 2 of Agree.
#include <utility>

#include "ike/core/agree_parts.hpp"
#include "ike/core/offers.hpp"
#include "ike/core/peer_path.hpp"
#include "ike/core/quick_steps.hpp"
#include "ike/core/selectors.hpp"
#include "ike/wire/describe.hpp"
#include "ike/wire/id.hpp"

namespace iscsi_ike::ike {
namespace {

using quick::OfferedEncapsulation;
using quick::OwnOffer;

constexpr Spi kSomeSpi{kFirstUsableSpi};

NegotiationFailure NotReadable(FailureCode code, const ParseError& error) {
  NegotiationFailure failure;
  failure.code = code;
  failure.text = DescribeError(error);
  return failure;
}

// Convey takes two selectors to the other end, as IDci and IDcr.
Result<SelectorPair, NegotiationFailure> Convey(const SelectorPair& selectors, const Session& to) {
  std::vector<std::uint8_t> octets;
  Writer writer(octets);
  PayloadChain chain(writer);
  for (const policy::Selector& selector : {selectors.initiator, selectors.responder}) {
    chain.Begin(PayloadType::kId);
    WriteId(writer, selector);
    chain.End();
  }
  const auto payloads = ParsePayloads(chain.first(), octets);
  if (!payloads) return Failure(NotReadable(FailureCode::kSelectors, payloads.error()));
  return ReadSelectors(to, *payloads, to.role);
}

// Quick is one quick mode.
class Quick {
 public:
  explicit Quick(Talk& talk)
      : talk_(talk),
        asked_(talk.initiator.peer->plan),
        group_(PfsGroup(asked_, talk.initiator.suite.group)) {
    const ChildOffer& child = talk.initiator.peer->child;
    quick_.initiator_selector = DefaultLocalSelector(talk.initiator, child);
    quick_.responder_selector = DefaultRemoteSelector(talk.initiator, child);
    quick_.udp_encapsulated = OfferedEncapsulation(talk.initiator) != UdpEncapsulation::kNone;
    const Session& other = talk.responder;
    talk.agreement.asked = {quick_.initiator_selector, quick_.responder_selector};
    talk.agreement.allowed = {DefaultRemoteSelector(other, other.peer->child),
                              DefaultLocalSelector(other, other.peer->child)};
  }

  void Run() {
    const std::size_t before = talk_.agreement.hindrances.size();
    JudgeOffer();
    JudgeTheSelectors();
    if (talk_.agreement.hindrances.size() != before) return;
    talk_.agreement.child = AgreedChild{quick_.suite, quick_.encapsulation, quick_.udp_encapsulated,
                                        group_,       quick_.lifetime,      *talk_.agreement.asked};
  }

 private:
  void JudgeOffer() {
    std::vector<std::uint8_t> octets;
    Writer writer(octets);
    WritePhase2Offer(writer, asked_, kSomeSpi, OfferedEncapsulation(talk_.initiator), group_);
    const auto offer = ParseSa(octets);
    if (!offer)
      return talk_.Hinder(Role::kResponder, NotReadable(FailureCode::kMalformed, offer.error()));
    const Session& responder = talk_.responder;
    auto choice = ChoosePhase2(*offer, responder.peer->plan, responder.suite.group,
                               group_ ? crypto::Info(*group_).public_size : 0,
                               EncapsulationRuleOf(responder));
    if (!choice) return talk_.Hinder(Role::kResponder, std::move(choice).error());
    quick_.lifetime = choice->lifetime;
    JudgeAnswer(*choice);
  }

  void JudgeAnswer(const Phase2Choice& choice) {
    std::vector<std::uint8_t> octets;
    Writer writer(octets);
    WritePhase2Answer(writer, choice.proposal, kSomeSpi, choice.transform);
    const auto answer = ParseSa(octets);
    if (!answer)
      return talk_.Hinder(Role::kInitiator, NotReadable(FailureCode::kMalformed, answer.error()));
    auto checked =
        CheckPhase2Answer(*answer, asked_, talk_.initiator.suite.group, OwnOffer(talk_.initiator));
    if (!checked) return talk_.Hinder(Role::kInitiator, std::move(checked).error());
    quick_.suite = checked->suite;
    quick_.encapsulation = checked->encapsulation;
    quick_.udp_encapsulated = checked->udp_encapsulated;
  }

  void JudgeTheSelectors() {
    auto offered = Convey({quick_.initiator_selector, quick_.responder_selector}, talk_.responder);
    if (!offered) return talk_.Hinder(Role::kResponder, std::move(offered).error());
    if (auto failure = JudgeSelectors(talk_.responder, *offered, quick_.udp_encapsulated))
      return talk_.Hinder(Role::kResponder, std::move(*failure));
    auto echoed = Convey(*offered, talk_.initiator);
    if (!echoed) return talk_.Hinder(Role::kInitiator, std::move(echoed).error());
    if (auto failure = JudgeEchoedSelectors(talk_.initiator, quick_, *echoed))
      talk_.Hinder(Role::kInitiator, std::move(*failure));
  }

  Talk& talk_;
  const policy::Plan& asked_;
  std::optional<crypto::DhGroup> group_;
  QuickChoice quick_;  // as the initiator has it
};

}  // namespace

void AgreeOnChild(Talk& talk) {
  if (talk.initiator.peer->negotiate_child) Quick(talk).Run();
}

}  // namespace iscsi_ike::ike
