// PolicyNo: why a plan allows no negotiation, in one line.
#pragma once

#include <string>

#include "policy/plan.hpp"

namespace iscsi_ike::ike::tool {

struct PolicyNo {
  std::string code;  // of the reason that decided: the first error, WORD_NOT_VALID, IPSEC_DISABLED
  std::string text;
};

// WhyNot: `plan.outcome` is not kPlan.
[[nodiscard]] PolicyNo WhyNot(const policy::Plan& plan);

}  // namespace iscsi_ike::ike::tool
