#include "ike/core/choose_phase1.hpp"

#include <algorithm>
#include <functional>

namespace iscsi_ike::ike {
namespace {

using policy::Phase1Suite;

constexpr std::string_view kSuiteRule = "suite";

std::uint16_t WireGroup(const Phase1Suite& suite) {
  return static_cast<std::uint16_t>(suite.group);
}
std::uint16_t WireHashOf(const Phase1Suite& suite) { return WireHash(suite.hash); }

// Member is one attribute as the offer has it and as a suite of this end has it.
struct Member {
  Phase1Attribute attribute;
  std::uint16_t Phase1Transform::*offered;
  std::uint16_t (*of_suite)(const Phase1Suite&);
};
constexpr Member kMembers[] = {
    {Phase1Attribute::kEncryption, &Phase1Transform::encryption, &WireEncryption},
    {Phase1Attribute::kKeyLength, &Phase1Transform::key_length, &WireKeyLength},
    {Phase1Attribute::kHash, &Phase1Transform::hash, &WireHashOf},
    {Phase1Attribute::kGroup, &Phase1Transform::group, &WireGroup},
};

std::string ValueText(Phase1Attribute attribute, std::uint16_t value) {
  const auto number = ToNumber(attribute);
  if (value == 0) return "absent";
  if (attribute == Phase1Attribute::kKeyLength) return std::to_string(value);
  return WithNumber(Phase1ValueName(number, value), value);
}

// AllowedText lists the values of one attribute over `suites`, each once.
std::string AllowedText(const Member& member, const std::vector<Phase1Suite>& suites) {
  std::vector<std::string> seen;
  for (const Phase1Suite& suite : suites) {
    std::string text = ValueText(member.attribute, member.of_suite(suite));
    if (std::find(seen.begin(), seen.end(), text) == seen.end()) seen.push_back(std::move(text));
  }
  std::string list;
  for (const std::string& text : seen) list += (list.empty() ? "" : ", ") + text;
  return list;
}

std::string SuiteList(const std::vector<Phase1Suite>& suites) {
  std::string list;
  for (const Phase1Suite& suite : suites)
    list += (list.empty() ? "" : ", ") + policy::ToString(suite);
  return list;
}

std::size_t Matches(const Phase1Transform& offered, const Phase1Suite& suite) {
  return static_cast<std::size_t>(
      std::count_if(std::begin(kMembers), std::end(kMembers),
                    [&](const Member& m) { return offered.*m.offered == m.of_suite(suite); }));
}

// Explain adds a refusal for each attribute in which the transform differs from the closest suite.
void Explain(const Phase1Transform& offered, const std::vector<Phase1Suite>& suites, int proposal,
             std::vector<Refusal>& refusals) {
  const auto closest = std::max_element(
      suites.begin(), suites.end(),
      [&](const auto& a, const auto& b) { return Matches(offered, a) < Matches(offered, b); });
  for (const Member& m : kMembers) {
    if (closest == suites.end() || offered.*m.offered == m.of_suite(*closest)) continue;
    const std::string allowed_alone = AllowedText(m, suites);
    const std::string offered_text = ValueText(m.attribute, offered.*m.offered);
    const bool alone_is_fine = std::any_of(suites.begin(), suites.end(), [&](const Phase1Suite& s) {
      return offered.*m.offered == m.of_suite(s);
    });
    refusals.push_back(
        {proposal, offered.number, std::string(Phase1AttributeName(ToNumber(m.attribute))),
         offered_text,
         alone_is_fine ? "only in another combination: " + SuiteList(suites) : allowed_alone,
         std::string(kSuiteRule)});
  }
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

Phase1Choice Chosen(const Phase1Suite& suite, const Phase1Transform& decoded, std::uint8_t proposal,
                    const TransformView& transform) {
  Phase1Choice choice{suite, decoded.lifetime, proposal, transform};
  if (choice.lifetime.seconds == 0) choice.lifetime.seconds = kDefaultLifetimeSeconds;
  return choice;
}

// Consider decides on one transform; nullopt: refused, and explained.
std::optional<Phase1Choice> Consider(const TransformView& transform,
                                     const std::vector<Phase1Suite>& suites, std::uint8_t proposal,
                                     std::vector<Refusal>& refusals) {
  const auto refuse = [&](std::string attribute, std::string offered, std::string allowed,
                          std::string_view rule) {
    refusals.push_back({proposal, transform.number, std::move(attribute), std::move(offered),
                        std::move(allowed), std::string(rule)});
    return std::nullopt;
  };
  const auto decoded = DecodePhase1(transform);
  if (!decoded)
    return refuse("format", "offset " + std::to_string(decoded.error().offset), "",
                  decoded.error().rule);
  if (const auto suite = ToSuite(*decoded)) {
    if (std::find(suites.begin(), suites.end(), *suite) != suites.end()) {
      return Chosen(*suite, *decoded, proposal, transform);
    }
    Explain(*decoded, suites, proposal, refusals);
    return std::nullopt;
  }
  const auto obstacle = FindObstacle(*decoded);
  if (!obstacle)
    return refuse("transform", Describe(ProtocolId::kIsakmp), "KEY_IKE (1)", "unknown transform");
  const auto attribute = static_cast<Phase1Attribute>(obstacle->attribute);
  std::string allowed = "pre-shared key (1)";
  for (const Member& m : kMembers) {
    if (m.attribute == attribute) allowed = AllowedText(m, suites);
  }
  return refuse(obstacle->attribute == 0 ? "transform"
                                         : std::string(Phase1AttributeName(obstacle->attribute)),
                ValueText(attribute, static_cast<std::uint16_t>(obstacle->value)),
                attribute == Phase1Attribute::kAuthentication || allowed != "pre-shared key (1)"
                    ? allowed
                    : "",
                obstacle->rule);
}

Result<Phase1Choice, NegotiationFailure> Search(const SaView& sa,
                                                const std::vector<Phase1Suite>& suites) {
  const auto proposal = TheProposal(sa);
  if (!proposal) return Failure(proposal.error());
  NegotiationFailure failure;
  failure.code = FailureCode::kNoPhase1Proposal;
  for (const TransformView transform : proposal->transforms()) {
    if (auto choice = Consider(transform, suites, proposal->number, failure.refusals))
      return std::move(*choice);
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
  std::vector<Phase1Suite> suites = plan.phase1;
  if (mode == policy::ExchangeMode::kAggressive) {
    // Any group of the plan will do here, as long as the KE payload is of that group.
    std::erase_if(
        suites, [&](const Phase1Suite& s) { return crypto::Info(s.group).public_size != ke_size; });
  }
  if (suites.empty()) suites = plan.phase1;
  auto choice = Search(offer, suites);
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
  auto choice = Search(answer, Phase1Offer(plan, mode));
  if (choice) return choice;
  failure.text = "the responder chose a phase-1 transform that was not offered";
  failure.refusals = choice.error().refusals;
  return Failure(std::move(failure));
}

}  // namespace iscsi_ike::ike
