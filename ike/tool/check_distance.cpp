#include "ike/tool/check_distance.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace iscsi_ike::ike::tool {

namespace {

// Of a word that says nothing, or switches all off, more is unknown than of one with errors.
constexpr std::size_t kPartsOfNoWord = 16;

std::size_t PartsOfPlan(const PeerConfig* peer) {
  if (peer == nullptr) return 0;
  const policy::Plan& plan = peer->plan;
  if (plan.outcome == policy::Outcome::kPlan) return 0;
  if (plan.outcome != policy::Outcome::kRejected) return kPartsOfNoWord;
  const auto errors =
      std::ranges::count(plan.reasons, policy::Severity::kError, &policy::Reason::severity);
  return static_cast<std::size_t>(errors);
}

// PartsOfRefusals: what is wrong with the transform that comes closest.
std::size_t PartsOfRefusals(const std::vector<Refusal>& refusals) {
  std::map<std::pair<int, int>, std::size_t> of_each;
  for (const Refusal& refusal : refusals) ++of_each[{refusal.proposal, refusal.transform}];
  const auto closest =
      std::ranges::min_element(of_each, {}, [](const auto& transform) { return transform.second; });
  return closest == of_each.end() ? 0 : closest->second;
}

std::size_t PartsOfSelectors(const Agreement& agreement) {
  if (!agreement.asked || !agreement.allowed) return 0;
  return (agreement.asked->initiator == agreement.allowed->initiator ? 0U : 1U) +
         (agreement.asked->responder == agreement.allowed->responder ? 0U : 1U);
}

}  // namespace

CheckDistance DistanceOf(const CheckVerdict& verdict) {
  const Agreement& agreement = verdict.agreement;
  CheckDistance distance;
  distance.hidden = (agreement.initiator_identity.empty() ? 1U : 0U) +
                    (agreement.responder_identity.empty() ? 1U : 0U);
  distance.obstacles = agreement.hindrances.size();
  distance.parts = PartsOfPlan(verdict.initiator.get()) + PartsOfPlan(verdict.responder.get());
  for (const Hindrance& hindrance : agreement.hindrances) {
    distance.parts += PartsOfRefusals(hindrance.failure.refusals);
    if (hindrance.failure.code == FailureCode::kSelectors)
      distance.parts += PartsOfSelectors(agreement);
  }
  return distance;
}

}  // namespace iscsi_ike::ike::tool
