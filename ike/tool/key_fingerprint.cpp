#include "ike/tool/key_fingerprint.hpp"

#include "policy/reason.hpp"

namespace iscsi_ike::ike::tool {

std::string KeyFingerprint(const PeerConfig& peer) {
  if (policy::Contains(peer.plan.reasons, policy::ReasonCode::kWeakKey))
    return "withheld: the key is weak, and guesses could be tried on it";
  return crypto::Fingerprint(peer.key.Expose());
}

}  // namespace iscsi_ike::ike::tool
