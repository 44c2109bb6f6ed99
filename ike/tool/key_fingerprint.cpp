#include "ike/tool/key_fingerprint.hpp"

#include "policy/reason.hpp"

namespace iscsi_ike::ike::tool {

bool IsWeakKey(const PeerConfig& peer) {
  return policy::Contains(peer.plan.reasons, policy::ReasonCode::kWeakKey);
}

std::string KeyFingerprint(const PeerConfig& peer) {
  if (IsWeakKey(peer)) return "withheld: the key is weak, and guesses could be tried on it";
  return crypto::Fingerprint(peer.key.Expose());
}

void AddFingerprint(const PeerConfig& peer, NegotiationFailure& failure) {
  if (failure.code != FailureCode::kKeysDiffer && failure.code != FailureCode::kHashMismatch &&
      failure.code != FailureCode::kTimeout)
    return;
  failure.details.push_back("fingerprint of the key of this end: " + KeyFingerprint(peer));
}

}  // namespace iscsi_ike::ike::tool
