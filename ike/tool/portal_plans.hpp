// PortalPlans: the plans of a directory's portals, each worked out once however many targets the
// portal leads to, as long as they are not too many to keep.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "ike/tool/portal_plan.hpp"
#include "policy/isns/directory.hpp"

namespace iscsi_ike::ike::tool {

class PortalPlans {
 public:
  // The directory outlives the plans. `most`: proposals that are kept, some 50 octets each; a
  // server may give one entity's to each of its portals.
  explicit PortalPlans(const policy::isns::Directory& directory,
                       std::size_t most = std::size_t{1} << 20)
      : directory_(directory), most_(most) {}

  // Of is valid until the next call.
  [[nodiscard]] const PortalPlan& Of(policy::isns::Index portal);
  // planned counts how often a plan was worked out.
  [[nodiscard]] std::size_t planned() const { return planned_; }

 private:
  const policy::isns::Directory& directory_;
  std::size_t most_;
  std::size_t kept_ = 0;
  std::size_t planned_ = 0;
  std::unordered_map<policy::isns::Index, PortalPlan> plans_;
};

}  // namespace iscsi_ike::ike::tool
