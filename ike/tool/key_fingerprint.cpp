#include "ike/tool/key_fingerprint.hpp"

#include "policy/key_strength.hpp"
#include "policy/reason.hpp"

namespace iscsi_ike::ike::tool {

namespace {

bool MayBeOfKeys(const NegotiationFailure& failure) {
  return failure.code == FailureCode::kKeysDiffer || failure.code == FailureCode::kHashMismatch ||
         failure.code == FailureCode::kTimeout;
}

void Add(const std::string& fingerprint, NegotiationFailure& failure) {
  failure.details.push_back("fingerprint of the key of this end: " + fingerprint);
}

}  // namespace

std::string KeyFingerprint(const PeerConfig& peer) {
  const std::string shown = policy::ShownFingerprint(peer.key.Expose(), peer.plan.reasons);
  return shown.empty() ? "withheld: the key is weak, and guesses could be tried on it" : shown;
}

std::optional<std::string> FewFingerprints::Of(const PeerConfig& peer) {
  // A weak key has none, and that takes no time.
  if (policy::Contains(peer.plan.reasons, policy::ReasonCode::kWeakKey))
    return KeyFingerprint(peer);
  for (const Made& one : made_)
    if (crypto::ConstantTimeEqual(one.key.Expose(), peer.key.Expose())) return one.text;
  if (made_.size() == kMostKeys) return std::nullopt;
  made_.push_back({peer.key.Clone(), KeyFingerprint(peer)});
  return made_.back().text;
}

void AddFingerprint(const PeerConfig& peer, NegotiationFailure& failure) {
  if (MayBeOfKeys(failure)) Add(KeyFingerprint(peer), failure);
}

void AddFingerprint(const PeerConfig& peer, FewFingerprints& few, NegotiationFailure& failure) {
  if (!MayBeOfKeys(failure)) return;
  const auto made = few.Of(peer);
  Add(made ? *made
           : "left out: those of the first " + std::to_string(FewFingerprints::kMostKeys) +
                 " keys are told",
      failure);
}

}  // namespace iscsi_ike::ike::tool
