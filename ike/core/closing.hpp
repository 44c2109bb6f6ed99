// Closing: this end gives an SA up, and tells the peer.
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// CloseSession ends an established session, what runs in it, and its children (but for kReplaced,
// whose children another session has).
void CloseSession(EngineCore& core, Session& session, CloseReason reason);

// CloseChild ends one child.
void CloseChild(EngineCore& core, Session& session, ChildId id, CloseReason reason);

// ForgetOthers drops everything that the peer no longer knows of: the older sessions with its
// identity and key at the same address of this end, and their children (INITIAL-CONTACT, RFC 2407
// section 4.6.3.3). Other addresses of a target are other portals, each contacted by itself.
void ForgetOthers(EngineCore& core, Session& session);

}  // namespace iscsi_ike::ike
