#include "ike/tool/portal_plans.hpp"

#include <utility>

namespace iscsi_ike::ike::tool {

namespace {

template <class Offer>
std::size_t SizeOf(const std::optional<Stored<Offer>>& stored) {
  return stored ? stored->offers.size() + stored->unusable.size() : 0;
}

}  // namespace

const PortalPlan& PortalPlans::Of(policy::isns::Index portal) {
  const auto found = plans_.find(portal);
  if (found != plans_.end()) return found->second;
  if (kept_ > most_) {
    plans_.clear();
    kept_ = 0;
  }
  ++planned_;
  PortalPlan plan = PlanFor(directory_, directory_.portals[portal]);
  kept_ += 1 + SizeOf(plan.published.phase1) + SizeOf(plan.published.phase2);
  return plans_.emplace(portal, std::move(plan)).first->second;
}

}  // namespace iscsi_ike::ike::tool
