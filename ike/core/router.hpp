// The router finds the session and the exchange that a datagram belongs to, or decides that it
// belongs to none.
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// Route takes one received datagram as far as it goes and returns the session that it touched, or
// nullptr.
Session* Route(EngineCore& core, const Endpoint& local, const Endpoint& remote, Octets datagram);

// RouteParked takes up the messages that the session has parked.
void RouteParked(EngineCore& core, Session& session);

}  // namespace iscsi_ike::ike
