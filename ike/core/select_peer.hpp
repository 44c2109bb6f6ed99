// Selecting the peer of a session, in the two moments in which the engine does it; the precedence
// is that of ike/select_peer.hpp.
#pragma once

#include <memory>

#include "ike/core/runner.hpp"
#include "ike/select_peer.hpp"

namespace iscsi_ike::ike {

struct SelectedPeer {
  std::shared_ptr<const PeerConfig> peer;
  PeerMatch match = PeerMatch::kAny;
};

// SelectPeerByAddress picks for a first message whose identity, if it tells one, is not read yet;
// `index` is that of the configuration's responders.
// Errors (a Trouble that ends the session): kModeRefused, kNoKey.
[[nodiscard]] Result<SelectedPeer, Trouble> SelectPeerByAddress(const EngineConfig& config,
                                                                const ResponderIndex& index,
                                                                const PeerQuery& query);

// SelectPeerByIdentity picks again once AM1 has told the identity. Errors: kPeerIdentity when every
// candidate wants another one.
[[nodiscard]] Step SelectPeerByIdentity(StepContext& context);

}  // namespace iscsi_ike::ike
