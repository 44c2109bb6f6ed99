// Quick mode (RFC 2409 section 5.5): how one begins. The script is in quick_mode.cpp.
#pragma once

#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {

// BeginQuickMode starts one as initiator in an established session. Errors: kRandom,
// kLimit.
Result<ChildId, NegotiationFailure> BeginQuickMode(EngineCore& core, Session& session,
                                                   const ChildOffer& offer);

// ReceiveFirst takes the first message of a quick mode that the peer starts; an exchange stays
// behind only when the message was authentic.
void ReceiveFirstOfQuickMode(EngineCore& core, Session& session, const Received& received);

}  // namespace iscsi_ike::ike
