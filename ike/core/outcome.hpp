// How negotiations end, and what is suspected before they do.
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// Suspect remembers the best explanation so far, should the negotiation time out, and tells the
// owner of each new one.
void Suspect(EngineCore& core, const Session& session, Exchange& exchange,
             NegotiationFailure suspicion);

// NoteRepetition: the peer repeated a message that had been answered. In main mode that is how a
// peer looks that cannot read MM5: the keys differ.
void NoteRepetition(EngineCore& core, const Session& session, Exchange& exchange);

// FailSession and FailExchange emit the one Failed event; the session is closed, or the exchange
// over.
void FailSession(EngineCore& core, Session& session, NegotiationFailure failure);
void FailExchange(EngineCore& core, Session& session, Exchange& exchange,
                  NegotiationFailure failure);

// FailQueued: the children that were still waiting for their turn will not come.
void FailQueued(EngineCore& core, Session& session, const NegotiationFailure& failure);

// TimeOut is FailSession or FailExchange with the best suspicion, or with what silence tells.
void TimeOut(EngineCore& core, Session& session, Exchange& exchange);

}  // namespace iscsi_ike::ike
