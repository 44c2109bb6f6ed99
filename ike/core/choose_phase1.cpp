#include "ike/core/choose_phase1.hpp"

#include <algorithm>
#include <span>

#include "ike/core/explain_choice.hpp"

namespace iscsi_ike::ike {
namespace {

using policy::Phase1Suite;

constexpr std::string_view kSuiteRule = "suite";

std::string ValueText(Phase1Attribute attribute, std::uint16_t value) {
  if (value == 0) return "absent";
  if (attribute == Phase1Attribute::kKeyLength) return std::to_string(value);
  return WithNumber(Phase1ValueName(ToNumber(attribute), value), value);
}
template <Phase1Attribute attribute>
std::string Text(std::uint16_t value) {
  return ValueText(attribute, value);
}

using Phase1Member = Member<Phase1Transform, Phase1Suite>;
constexpr Phase1Member kPhase1Members[] = {
    {"encryption", [](const Phase1Transform& t) { return t.encryption; }, &WireEncryption,
     &Text<Phase1Attribute::kEncryption>},
    {"key length", [](const Phase1Transform& t) { return t.key_length; }, &WireKeyLength,
     &Text<Phase1Attribute::kKeyLength>},
    {"hash", [](const Phase1Transform& t) { return t.hash; },
     [](const Phase1Suite& s) { return WireHash(s.hash); }, &Text<Phase1Attribute::kHash>},
    {"group", [](const Phase1Transform& t) { return t.group; },
     [](const Phase1Suite& s) { return static_cast<std::uint16_t>(s.group); },
     &Text<Phase1Attribute::kGroup>},
};

std::string SuiteList(std::span<const Phase1Suite> suites) {
  return Join(suites, [](const Phase1Suite& s) { return policy::ToString(s); });
}

NegotiationFailure NotAnOffer(std::string text) {
  NegotiationFailure failure;
  failure.code = FailureCode::kMalformed;
  failure.text = std::move(text);
  return failure;
}

// TheProposal: phase 1 has exactly one proposal, for ISAKMP (RFC 2409 section 5: "there MUST NOT be
// multiple Proposal payloads"). The first is taken, others are ignored, as peers exist that send
// several.
Result<ProposalView, NegotiationFailure> TheProposal(const SaView& sa) {
  for (const ProposalView proposal : sa.proposals()) {
    if (proposal.protocol != ProtocolId::kIsakmp) {
      return Failure(NotAnOffer("proposal " + std::to_string(proposal.number) +
                                " of phase 1 is for " + Describe(proposal.protocol) +
                                ", not ISAKMP (1)"));
    }
    return proposal;
  }
  return Failure(NotAnOffer("the SA payload holds no proposal"));
}

// ObstacleOffered: an attribute that this end does not know at all is there, whatever its value.
std::string ObstacleOffered(const Phase1Transform& decoded, const Obstacle& obstacle) {
  if (obstacle.attribute == decoded.unsupported_attribute && obstacle.attribute != 0)
    return "present";
  return ValueText(static_cast<Phase1Attribute>(obstacle.attribute),
                   static_cast<std::uint16_t>(obstacle.value));
}

std::string ObstacleAllowed(const Phase1Transform& decoded, const Obstacle& obstacle,
                            std::span<const Phase1Suite> suites) {
  if (obstacle.attribute == decoded.unsupported_attribute && obstacle.attribute != 0)
    return "absent";
  if (obstacle.attribute == ToNumber(Phase1Attribute::kAuthentication)) return "pre-shared key (1)";
  for (const Phase1Member& m : kPhase1Members) {
    if (m.name != Phase1AttributeName(obstacle.attribute)) continue;
    return Join(suites, [&](const Phase1Suite& s) { return m.text(m.of_suite(s)); });
  }
  return {};
}

// Explain says why a readable transform was not taken.
void Explain(const Phase1Transform& decoded, std::span<const Phase1Suite> suites,
             const Refuser& refuse) {
  const auto obstacle = FindObstacle(decoded);
  if (!obstacle) return ExplainDifferences(kPhase1Members, decoded, suites, refuse, kSuiteRule);
  if (obstacle->attribute == 0)
    return refuse("transform", std::to_string(decoded.id), "KEY_IKE (1)", obstacle->rule);
  refuse(Phase1AttributeName(obstacle->attribute), ObstacleOffered(decoded, *obstacle),
         ObstacleAllowed(decoded, *obstacle, suites), obstacle->rule);
}

// Consider decides on one transform; nullopt: refused, and explained.
std::optional<Phase1Choice> Consider(const TransformView& transform,
                                     std::span<const Phase1Suite> suites, std::uint8_t proposal,
                                     std::vector<Refusal>& refusals) {
  const Refuser refuse{proposal, transform.number, refusals};
  const auto decoded = DecodePhase1(transform);
  if (!decoded) {
    refuse("format", "offset " + std::to_string(decoded.error().offset), "", decoded.error().rule);
    return std::nullopt;
  }
  const auto suite = ToSuite(*decoded);
  if (!suite || std::find(suites.begin(), suites.end(), *suite) == suites.end()) {
    if (!refuse.full()) Explain(*decoded, suites, refuse);
    return std::nullopt;
  }
  return Phase1Choice{
      .suite = *suite, .lifetime = decoded->lifetime, .proposal = proposal, .transform = transform};
}

Result<Phase1Choice, NegotiationFailure> Search(const SaView& sa, const policy::Lifetime& own,
                                                std::span<const Phase1Suite> suites) {
  const auto proposal = TheProposal(sa);
  if (!proposal) return Failure(proposal.error());
  NegotiationFailure failure;
  failure.code = FailureCode::kNoPhase1Proposal;
  for (const TransformView transform : proposal->transforms()) {
    auto choice = Consider(transform, suites, proposal->number, failure.refusals);
    if (!choice) continue;
    if (choice->lifetime.seconds == 0) choice->lifetime.seconds = kDefaultLifetimeSeconds;
    const policy::Lifetime offered = choice->lifetime;
    choice->lifetime = policy::Shorter(offered, own);
    choice->shortened = choice->lifetime != offered;
    return *choice;
  }
  failure.details.push_back("this end would take: " + SuiteList(suites));
  return Failure(std::move(failure));
}

}  // namespace

std::vector<Phase1Suite> Phase1Offer(const policy::Plan& plan, policy::ExchangeMode mode) {
  std::vector<Phase1Suite> suites = plan.phase1;
  if (mode == policy::ExchangeMode::kAggressive && !suites.empty()) {
    std::erase_if(
        suites, [group = suites.front().group](const Phase1Suite& s) { return s.group != group; });
  }
  return suites;
}

Result<Phase1Choice, NegotiationFailure> ChoosePhase1(const SaView& offer, const policy::Plan& plan,
                                                      policy::ExchangeMode mode,
                                                      std::size_t ke_size) {
  std::vector<Phase1Suite> fitting;
  if (mode == policy::ExchangeMode::kAggressive) {
    // Any group of the plan will do here, as long as the KE payload is of that group.
    std::copy_if(
        plan.phase1.begin(), plan.phase1.end(), std::back_inserter(fitting),
        [&](const Phase1Suite& s) { return crypto::Info(s.group).public_size == ke_size; });
  }
  const std::span<const Phase1Suite> suites(fitting.empty() ? plan.phase1 : fitting);
  auto choice = Search(offer, plan.phase1_lifetime, suites);
  if (choice && mode == policy::ExchangeMode::kAggressive &&
      crypto::Info(choice->suite.group).public_size != ke_size) {
    NegotiationFailure failure;
    failure.code = FailureCode::kNoPhase1Proposal;
    failure.text = "the KE payload of the offer has " + std::to_string(ke_size) +
                   " octets, which no group of this policy has";
    return Failure(std::move(failure));
  }
  if (!choice && choice.error().code == FailureCode::kNoPhase1Proposal) {
    NegotiationFailure failure = std::move(choice).error();
    failure.text = "none of the offered phase-1 transforms is acceptable";
    return Failure(std::move(failure));
  }
  return choice;
}

Result<Phase1Choice, NegotiationFailure> CheckPhase1Answer(const SaView& answer,
                                                           const policy::Plan& plan,
                                                           policy::ExchangeMode mode) {
  NegotiationFailure failure;
  failure.code = FailureCode::kAnswerChanged;
  const auto proposal = TheProposal(answer);
  if (!proposal) return Failure(proposal.error());
  if (answer.proposal_count != 1 || proposal->transform_count != 1) {
    failure.text = "the responder answered with " + std::to_string(answer.proposal_count) +
                   " proposals and " + std::to_string(proposal->transform_count) +
                   " transforms instead of one each";
    return Failure(std::move(failure));
  }
  auto choice = Search(answer, plan.phase1_lifetime, Phase1Offer(plan, mode));
  if (choice) {
    choice->lifetime = plan.phase1_lifetime;
    if (choice->lifetime.seconds == 0) choice->lifetime.seconds = kDefaultLifetimeSeconds;
    return choice;
  }
  failure.text = "the responder chose a phase-1 transform that was not offered";
  failure.refusals = choice.error().refusals;
  return Failure(std::move(failure));
}

}  // namespace iscsi_ike::ike
