// KeyFingerprint: what two administrators compare to see whether their keys are the same.
#pragma once

#include <string>

#include "ike/config.hpp"
#include "ike/errors.hpp"

namespace iscsi_ike::ike::tool {

// KeyFingerprint is policy::ShownFingerprint of the peer's key, or the word why there is none.
[[nodiscard]] std::string KeyFingerprint(const PeerConfig& peer);

// AddFingerprint puts it into a failure that two keys which differ may have caused.
void AddFingerprint(const PeerConfig& peer, NegotiationFailure& failure);

}  // namespace iscsi_ike::ike::tool
