// NAT detection (RFC 3947 section 3.2): each end sends a hash of where it believes the other end
// and itself to be, and compares what it receives with where the message came from.
#pragma once

#include "ike/core/runner.hpp"

namespace iscsi_ike::ike::phase1 {

// WriteNatDetection writes the two NAT-D payloads when both ends speak NAT traversal: the peer's
// end first. NatTraversal::kForce lies about this end's, so that both find a translator.
void WriteNatDetection(StepContext& context);

// TakeNatDetection reads the peer's payloads into Session::nat. An initiator that finds a
// translator goes on at the NAT traversal ports (section 4).
void TakeNatDetection(StepContext& context, const PayloadList& payloads);

}  // namespace iscsi_ike::ike::phase1
