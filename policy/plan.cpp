// Names of the plan's parts.
#include "policy/plan.hpp"

namespace iscsi_ike::policy {

std::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnspecified:
      return "unspecified";
    case Outcome::kDisabled:
      return "disabled";
    case Outcome::kRejected:
      return "rejected";
    case Outcome::kPlan:
      return "plan";
  }
  return "?";
}

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "?";
}

std::vector<Phase1Suite> AggressiveSuites(const Plan& plan) {
  std::vector<Phase1Suite> suites;
  for (const Phase1Suite& suite : plan.phase1) {
    if (suite.group == plan.phase1.front().group) suites.push_back(suite);
  }
  return suites;
}

}  // namespace iscsi_ike::policy
