#include "ike/tool/portal_plan.hpp"

#include <string_view>

#include "ike/tool/policy_no.hpp"
#include "ike/tool/settings.hpp"
#include "policy/follow_published.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::SecurityFlag;
using policy::SecurityFlags;

template <class Offer>
std::optional<Stored<Offer>> Take(Wire<Stored<Offer>> read, const std::string& what,
                                  std::vector<std::string>& warnings) {
  if (!read) {
    warnings.push_back(what + ": octet " + std::to_string(read.error().offset) + ": " +
                       std::string(read.error().rule));
    return std::nullopt;
  }
  if (read->offers.empty()) warnings.push_back(what + ": none of them can be used here");
  return *std::move(read);
}

// WarnOfPhase2: section 6.3.11 lets tag 29 count only with VALID, IKE_IPSEC and MAIN_MODE.
void WarnOfPhase2(SecurityFlags word, std::vector<std::string>& warnings) {
  if (!word.IsValid() || !word.Has(SecurityFlag::kIkeIpsec)) {
    warnings.emplace_back(
        "phase-2 proposals are published, and the bitmap does not enable IKE/IPsec");
  } else if (!word.Has(SecurityFlag::kMainMode)) {
    warnings.emplace_back(
        "phase-2 proposals are published without MAIN_MODE_ENABLED, which RFC 4171 section 6.3.11 "
        "does not foresee; they are taken all the same");
  }
}

}  // namespace

Published ReadPublished(const policy::isns::Directory& directory,
                        const policy::isns::Portal& portal) {
  Published published;
  const policy::isns::Octets phase1 = directory.Phase1ProposalsOf(portal);
  if (!phase1.empty()) {
    published.phase1_of_entity = portal.phase1_proposals.empty();
    published.phase1 = Take(ReadStoredPhase1(phase1), "phase-1 proposals", published.warnings);
  }
  if (!portal.phase2_proposals.empty()) {
    WarnOfPhase2(portal.bitmap.value_or(SecurityFlags()), published.warnings);
    published.phase2 =
        Take(ReadStoredEsp(portal.phase2_proposals), "phase-2 proposals", published.warnings);
  }
  return published;
}

policy::PublishedProposals ProposalsOf(const Published& published) {
  policy::PublishedProposals proposals;
  if (published.phase1) proposals.phase1 = published.phase1->offers;
  if (published.phase2) proposals.phase2 = published.phase2->offers;
  proposals.notes = published.warnings;
  return proposals;
}

PortalPlan PlanFor(const policy::isns::Directory& directory, const policy::isns::Portal& portal) {
  PortalPlan result;
  result.published = ReadPublished(directory, portal);
  policy::TranslateRequest request;
  request.key_binding = policy::KeyBinding::kPeerAddress;
  if (portal.bitmap) request.word = *portal.bitmap;
  FollowPublished(ProposalsOf(result.published), request, result.published.warnings);
  result.word = request.word;
  result.plan = policy::Translate(request);
  return result;
}

std::string PlanLine(const policy::Plan& plan) {
  if (plan.outcome != policy::Outcome::kPlan) {
    const PolicyNo no = WhyNot(plan);
    return no.code + ": " + no.text;
  }
  return PlanLine(plan, Role::kInitiator);
}

}  // namespace iscsi_ike::ike::tool
