// Which configured peer, and with it which key and plan, a responder uses. In main mode only the
// address is known when the key is needed; in aggressive mode the identity comes first (RFC 2409
// section 5.4). Group keys come last.
#pragma once

#include <memory>

#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {

// SelectPeerByAddress picks for a first message: bound to the address before open to any, own key
// before group key, and within that in the order of the configuration. Errors (a Trouble that ends
// the session): kModeRefused, kNoKey.
[[nodiscard]] Result<std::shared_ptr<const PeerConfig>, Trouble> SelectPeerByAddress(
    const EngineConfig& config, const Endpoint& remote, policy::ExchangeMode mode);

// SelectPeerByIdentity picks again, among those that the address allows, once AM1 has told the
// identity: a peer that must be exactly this identity first. Errors: kPeerIdentity when every
// candidate wants another one.
[[nodiscard]] Step SelectPeerByIdentity(StepContext& context);

}  // namespace iscsi_ike::ike
