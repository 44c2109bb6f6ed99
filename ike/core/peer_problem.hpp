// What keeps a configured peer from being used at all, found before a secret or a datagram is spent
// on it.
#pragma once

#include <optional>

#include "ike/config.hpp"
#include "ike/errors.hpp"

namespace iscsi_ike::ike {

// ProblemWith: kModeRefused for a plan that is none or is incomplete, kNoKey for an empty
// pre-shared key.
[[nodiscard]] std::optional<NegotiationFailure> ProblemWith(const PeerConfig& peer);

}  // namespace iscsi_ike::ike
