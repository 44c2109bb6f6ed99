// Room for one more session: where a bound is reached, one whose phase 1 is not done gives way.
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// MakeRoom lets half-open sessions give way until there is room for one more within
// EngineConfig::max_sessions and, where that one is `half_open` too, within max_half_open. False:
// there is none to give way. An established session never does.
[[nodiscard]] bool MakeRoom(EngineCore& core, bool half_open);

}  // namespace iscsi_ike::ike
