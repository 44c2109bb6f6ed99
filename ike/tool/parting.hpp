// How long a command waits between its last message and its Deletes. Peers that work on several
// messages at once take a Delete that follows QM3 on its heels before QM3, and never have the SA.
#pragma once

#include "ike/time.hpp"

namespace iscsi_ike::ike::tool {

inline constexpr Duration kParting{200};

}  // namespace iscsi_ike::ike::tool
