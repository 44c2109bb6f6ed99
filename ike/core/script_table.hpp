// What the tables of the three exchanges have in common, so that their rows stay short.
#pragma once

#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {

inline constexpr Role I = Role::kInitiator;
inline constexpr Role R = Role::kResponder;
inline constexpr Protection kClear = Protection::kClear;
inline constexpr Protection kSealed = Protection::kEncrypted;

// AbsorbNothing is for rows whose accept reads all there is.
inline Step AbsorbNothing(StepContext&, const PayloadList&) { return Done{}; }

}  // namespace iscsi_ike::ike
