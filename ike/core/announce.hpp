// Announcing: the vendor IDs of the first two messages of phase 1.
#pragma once

#include "ike/core/runner.hpp"

namespace iscsi_ike::ike::phase1 {

// SpeaksNat: this end does NAT traversal with the peer; `nat_port` is its port for that, 0: none.
[[nodiscard]] bool SpeaksNat(const PeerConfig& peer, std::uint16_t nat_port);

// WriteVendorIds: an initiator offers all forms of NAT traversal that it speaks, a responder names
// the one that it has chosen; both say what else they can do.
void WriteVendorIds(StepContext& context);

// TakeVendorIds reads the peer's into Session::abilities. Not authenticated, like all of these
// messages: at worst an ability goes unused, or a liveness question unanswered.
void TakeVendorIds(StepContext& context, const PayloadList& payloads);

}  // namespace iscsi_ike::ike::phase1
