#include "ike/tool/policy_no.hpp"

namespace iscsi_ike::ike::tool {

PolicyNo WhyNot(const policy::Plan& plan) {
  if (plan.outcome == policy::Outcome::kRejected)
    for (const policy::Reason& reason : plan.reasons)
      if (reason.severity == policy::Severity::kError)
        return {std::string(reason.code), reason.text};
  switch (plan.outcome) {
    case policy::Outcome::kUnspecified:
      return {"WORD_NOT_VALID",
              "the word says nothing (VALID is not set): nothing to negotiate, and no leave to "
              "speak in the clear"};
    case policy::Outcome::kDisabled:
      return {"IPSEC_DISABLED", "the word switches IKE/IPsec off: nothing to negotiate"};
    case policy::Outcome::kRejected:
    case policy::Outcome::kPlan:
      break;
  }
  return {"REJECTED", "the settings cannot be used"};
}

}  // namespace iscsi_ike::ike::tool
