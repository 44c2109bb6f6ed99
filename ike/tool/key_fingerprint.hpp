// KeyFingerprint: what two administrators compare to see whether their keys are the same.
#pragma once

#include <string>

#include "ike/config.hpp"
#include "ike/errors.hpp"

namespace iscsi_ike::ike::tool {

// IsWeakKey: the plan's reasons say that the key looks guessable (WEAK_KEY).
[[nodiscard]] bool IsWeakKey(const PeerConfig& peer);

// KeyFingerprint is crypto::Fingerprint of the peer's key; for a weak key only the word why not,
// since guesses can be tried on a fingerprint.
[[nodiscard]] std::string KeyFingerprint(const PeerConfig& peer);

// AddFingerprint puts it into a failure that two keys which differ may have caused.
void AddFingerprint(const PeerConfig& peer, NegotiationFailure& failure);

}  // namespace iscsi_ike::ike::tool
