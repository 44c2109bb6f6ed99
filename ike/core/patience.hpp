// Patience: what a session does when time passes: it repeats, gives up, forgets.
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// RunTimers does all that is due at core.now.
void RunTimers(EngineCore& core, Session& session);

// NextDeadline of a session; nullopt: it waits for nothing.
[[nodiscard]] Deadline NextDeadline(const Session& session);

}  // namespace iscsi_ike::ike
