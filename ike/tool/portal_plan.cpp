#include "ike/tool/portal_plan.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "ike/tool/policy_no.hpp"
#include "policy/suites.hpp"

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

template <class Suite>
void AddOnce(std::vector<Suite>& suites, const Suite& suite) {
  const bool known = std::find(suites.begin(), suites.end(), suite) != suites.end();
  if (!known && suites.size() < policy::kMostSuites) suites.push_back(suite);
}

void ApplyPhase1(const Stored<StoredPhase1Offer>& stored, policy::TranslateRequest& request) {
  if (stored.offers.empty()) return;
  request.suites.phase1.clear();
  for (const StoredPhase1Offer& offer : stored.offers) {
    AddOnce(request.suites.phase1, offer.suite);
    request.phase1_lifetime = policy::Shorter(request.phase1_lifetime, offer.lifetime);
  }
}

// ApplyModes: an order is for words without preference; one that the word prefers must be there.
void ApplyModes(const std::vector<policy::Encapsulation>& modes, policy::TranslateRequest& request,
                std::vector<std::string>& warnings) {
  const bool tunnel = request.word.Has(SecurityFlag::kTunnelPreferred);
  const bool transport = request.word.Has(SecurityFlag::kTransportPreferred);
  if (modes.empty()) return;
  if (tunnel == transport) {
    request.encapsulations = modes;
    return;
  }
  const auto preferred =
      tunnel ? policy::Encapsulation::kTunnel : policy::Encapsulation::kTransport;
  if (std::find(modes.begin(), modes.end(), preferred) == modes.end())
    warnings.push_back("the bitmap prefers " + std::string(Name(preferred)) +
                       " mode, which is not among the phase-2 proposals");
}

// ApplyGroup: all suites of one quick mode have one group (RFC 2409 section 5.5), and the flag says
// whether there is one.
void ApplyGroup(std::optional<crypto::DhGroup> group, policy::TranslateRequest& request,
                std::vector<std::string>& warnings) {
  const bool pfs = request.word.Has(SecurityFlag::kPfs);
  if (pfs && group) request.pfs_group = group;
  if (!pfs && group)
    warnings.emplace_back(
        "the phase-2 proposals have a PFS group, and the bitmap does not enable PFS");
  if (pfs && !group)
    warnings.emplace_back("the bitmap enables PFS, and the first phase-2 proposal has no group");
}

void ApplyPhase2(const Stored<StoredEspOffer>& stored, policy::TranslateRequest& request,
                 std::vector<std::string>& warnings) {
  if (stored.offers.empty()) return;
  const auto group = stored.offers.front().suite.pfs_group;
  const auto has_group = [group](const auto& offer) { return offer.suite.pfs_group == group; };
  if (!std::all_of(stored.offers.begin(), stored.offers.end(), has_group))
    warnings.emplace_back("phase-2 proposals of another PFS group than the first are left out");
  std::vector<policy::Encapsulation> modes;
  request.suites.phase2.clear();
  for (const StoredEspOffer& offer : stored.offers) {
    if (!has_group(offer)) continue;
    policy::EspSuite suite = offer.suite;
    suite.pfs_group.reset();
    AddOnce(request.suites.phase2, suite);
    if (offer.mode) AddOnce(modes, *offer.mode);
    request.phase2_lifetime = policy::Shorter(request.phase2_lifetime, offer.lifetime);
  }
  ApplyModes(modes, request, warnings);
  ApplyGroup(group, request, warnings);
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

std::string ModesText(const policy::Plan& plan) {
  const auto list = [](const auto& modes) {
    std::string text;
    for (const auto mode : modes) text += (text.empty() ? "" : " or ") + std::string(Name(mode));
    return text;
  };
  return list(plan.exchanges) + " mode, " + list(plan.encapsulations);
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

void ApplyPublished(const policy::isns::Portal& portal, const Published& published,
                    policy::TranslateRequest& request, std::vector<std::string>& warnings) {
  if (portal.bitmap) request.word = *portal.bitmap;
  if (!request.word.IsValid() || !request.word.Has(SecurityFlag::kIkeIpsec)) return;
  if (published.phase1) ApplyPhase1(*published.phase1, request);
  if (published.phase2) ApplyPhase2(*published.phase2, request, warnings);
  if (published.phase1 || published.phase2) request.suites.name = "iSNS";
}

PortalPlan PlanFor(const policy::isns::Directory& directory, const policy::isns::Portal& portal) {
  PortalPlan result;
  result.published = ReadPublished(directory, portal);
  policy::TranslateRequest request;
  request.key_binding = policy::KeyBinding::kPeerAddress;
  ApplyPublished(portal, result.published, request, result.published.warnings);
  result.word = request.word;
  result.plan = policy::Translate(request);
  return result;
}

std::string PlanLine(const policy::Plan& plan) {
  if (plan.outcome != policy::Outcome::kPlan) {
    const PolicyNo no = WhyNot(plan);
    return no.code + ": " + no.text;
  }
  return ModesText(plan) + (plan.pfs ? ", PFS" : ", no PFS") + "; phase 1 " +
         policy::ToString(std::span(plan.phase1)) + "; phase 2 " +
         policy::ToString(std::span(plan.phase2));
}

}  // namespace iscsi_ike::ike::tool
