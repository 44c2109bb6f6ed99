// Receiving the informational exchange (RFC 2409 section 5.7).
#pragma once

#include "ike/core/core.hpp"
#include "ike/core/received.hpp"

namespace iscsi_ike::ike {

// ReceiveInformational: in clear it is at most a suspicion; protected and verified it may end what
// it names. A notification is never answered with one, but for R-U-THERE.
void ReceiveInformational(EngineCore& core, Session& session, const Received& received);

}  // namespace iscsi_ike::ike
