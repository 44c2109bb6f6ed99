// Dead peer detection (RFC 3706): a peer that has been silent for a while is asked whether it is
// there. That it does not answer is told to the owner, and ends nothing.
#pragma once

#include <optional>

#include "ike/core/core.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike {

// StartLiveness begins to watch an established session whose peer can be asked.
void StartLiveness(EngineCore& core, Session& session);

// NoteAlive: something authentic came.
void NoteAlive(EngineCore& core, Session& session);

// RunLiveness asks, or asks again, when that is due.
void RunLiveness(EngineCore& core, Session& session);

// TakeLivenessNotify answers R-U-THERE and takes its acknowledgement; authenticated by the caller.
void TakeLivenessNotify(EngineCore& core, Session& session, const NotifyView& notify);

}  // namespace iscsi_ike::ike
