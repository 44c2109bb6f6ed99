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

}  // namespace iscsi_ike::ike::tool
