#include "ike/tool/key_fingerprint.hpp"

#include "policy/key_strength.hpp"

namespace iscsi_ike::ike::tool {

std::string KeyFingerprint(const PeerConfig& peer) {
  const std::string shown = policy::ShownFingerprint(peer.key.Expose(), peer.plan.reasons);
  return shown.empty() ? "withheld: the key is weak, and guesses could be tried on it" : shown;
}

void AddFingerprint(const PeerConfig& peer, NegotiationFailure& failure) {
  if (failure.code != FailureCode::kKeysDiffer && failure.code != FailureCode::kHashMismatch &&
      failure.code != FailureCode::kTimeout)
    return;
  failure.details.push_back("fingerprint of the key of this end: " + KeyFingerprint(peer));
}

}  // namespace iscsi_ike::ike::tool
