#include "ike/core/peer_problem.hpp"

#include <utility>

namespace iscsi_ike::ike {
namespace {

NegotiationFailure Problem(FailureCode code, std::string text) {
  NegotiationFailure failure;
  failure.code = code;
  failure.text = std::move(text);
  return failure;
}

}  // namespace

std::optional<NegotiationFailure> ProblemWith(const PeerConfig& peer) {
  const policy::Plan& plan = peer.plan;
  if (plan.outcome != policy::Outcome::kPlan || plan.exchanges.empty()) {
    return Problem(FailureCode::kModeRefused,
                   "the plan of '" + peer.name + "' allows no phase-1 exchange");
  }
  if (plan.phase1.empty() || plan.phase2.empty() || plan.encapsulations.empty()) {
    return Problem(FailureCode::kModeRefused, "the plan of '" + peer.name + "' is incomplete");
  }
  if (peer.key.empty())
    return Problem(FailureCode::kNoKey, "'" + peer.name + "' has no pre-shared key");
  return std::nullopt;
}

}  // namespace iscsi_ike::ike
