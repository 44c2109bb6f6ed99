#include "ike/tool/portal_plan.hpp"

#include <string_view>
#include <utility>

#include "ike/tool/policy_no.hpp"
#include "ike/tool/settings.hpp"
#include "policy/follow_published.hpp"
#include "policy/isns/requests.hpp"

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

// First bounds what one portal can make us keep.
template <class Offer>
std::vector<Offer> First(const std::vector<Offer>& offers, const std::string& what,
                         std::vector<std::string>& notes) {
  if (offers.size() <= kMostPublishedOffers) return offers;
  notes.push_back(what + ": of " + std::to_string(offers.size()) + " the first " +
                  std::to_string(kMostPublishedOffers) + " count");
  return {offers.begin(), offers.begin() + kMostPublishedOffers};
}

void WarnOfPhase2(SecurityFlags word, std::vector<std::string>& warnings) {
  if (policy::isns::Phase2Counts(word)) return;
  if (!word.IsValid() || !word.Has(SecurityFlag::kIkeIpsec)) {
    warnings.emplace_back(
        "phase-2 proposals are published, and the bitmap does not enable IKE/IPsec");
  } else {
    warnings.emplace_back(
        "phase-2 proposals are published without MAIN_MODE_ENABLED, which RFC 4171 section 6.3.11 "
        "does not foresee; they are taken all the same");
  }
}

void ReadPhase1(policy::isns::Octets proposals, Published& published) {
  if (proposals.empty()) return;
  published.phase1 = Take(ReadStoredPhase1(proposals), "phase-1 proposals", published.warnings);
}

void ReadPhase2(const policy::isns::Portal& portal, Published& published) {
  if (portal.phase2_proposals.empty()) return;
  WarnOfPhase2(portal.bitmap.value_or(SecurityFlags()), published.warnings);
  published.phase2 =
      Take(ReadStoredEsp(portal.phase2_proposals), "phase-2 proposals", published.warnings);
}

}  // namespace

Published ReadPublished(const policy::isns::Directory& directory,
                        const policy::isns::Portal& portal) {
  Published published;
  const policy::isns::Octets phase1 = directory.Phase1ProposalsOf(portal);
  published.phase1_of_entity = !phase1.empty() && portal.phase1_proposals.empty();
  ReadPhase1(phase1, published);
  ReadPhase2(portal, published);
  return published;
}

policy::PublishedProposals ProposalsOf(const Published& published) {
  policy::PublishedProposals proposals;
  proposals.notes = published.warnings;
  if (published.phase1)
    proposals.phase1 = First(published.phase1->offers, "phase-1 proposals", proposals.notes);
  if (published.phase2)
    proposals.phase2 = First(published.phase2->offers, "phase-2 proposals", proposals.notes);
  return proposals;
}

policy::PublishedProposals PublishedReader::Read(const policy::isns::Portal& portal) {
  if (!portal.entity || !portal.phase1_proposals.empty())
    return ProposalsOf(ReadPublished(directory_, portal));
  policy::PublishedProposals proposals = OfEntity(*portal.entity);
  Published own;
  ReadPhase2(portal, own);
  policy::PublishedProposals rest = ProposalsOf(own);
  proposals.phase2 = std::move(rest.phase2);
  proposals.notes.insert(proposals.notes.end(), rest.notes.begin(), rest.notes.end());
  return proposals;
}

const policy::PublishedProposals& PublishedReader::OfEntity(policy::isns::Index entity) {
  const auto found = entities_.find(entity);
  if (found != entities_.end()) return found->second;
  Published published;
  ReadPhase1(directory_.entities[entity].phase1_proposals, published);
  return entities_.emplace(entity, ProposalsOf(published)).first->second;
}

PortalPlan PlanFor(const policy::isns::Directory& directory, const policy::isns::Portal& portal) {
  PortalPlan result;
  result.published = ReadPublished(directory, portal);
  policy::TranslateRequest request;
  request.key_binding = policy::KeyBinding::kPeerAddress;
  if (portal.bitmap) request.word = *portal.bitmap;
  const policy::PublishedProposals proposals = ProposalsOf(result.published);
  result.published.warnings = proposals.notes;
  FollowPublished(proposals, request, result.published.warnings);
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
