// Quick mode (RFC 2409 section 5.5): how one begins. The script is in quick_mode.cpp.
#pragma once

#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {

// BeginQuickMode starts one as initiator in an established session. `renews` is the child that the
// new one is to follow. Errors: kRandom, kLimit.
Result<ChildId, NegotiationFailure> BeginQuickMode(EngineCore& core, Session& session,
                                                   ChildId child, const ChildOffer& offer,
                                                   std::optional<ChildId> renews = {});

// QueueQuickMode keeps an offer until phase 1 is done and not too many quick modes run. Errors:
// kLimit.
Result<ChildId, NegotiationFailure> QueueQuickMode(EngineCore& core, Session& session,
                                                   const ChildOffer& offer);

// RunQueue begins what may now begin.
void RunQueue(EngineCore& core, Session& session);

// ReceiveFirst takes the first message of a quick mode that the peer starts; an exchange stays
// behind only when the message was authentic.
void ReceiveFirstOfQuickMode(EngineCore& core, Session& session, const Received& received);

}  // namespace iscsi_ike::ike
