// What must hold of a session between two calls so that the engine can go on with it, whatever
// comes: of one that is read from an archive nobody has seen to that. Each says what is wrong, in
// one clause; empty: nothing is.
#pragma once

#include <string>

#include "ike/core/session.hpp"

namespace iscsi_ike::ike {

// Repetitions without a pause, which one call then does all at once.
inline constexpr unsigned kMostAtOnce = 1000;

// FaultOf a session, its exchanges apart.
[[nodiscard]] std::string FaultOf(const Session& session);
// FaultOf the exchange at `index`; those before it have no fault.
[[nodiscard]] std::string FaultOf(const Session& session, std::size_t index);
// FaultOfPhase1: whether its exchange is there as long as it must be, and no longer.
[[nodiscard]] std::string FaultOfPhase1(const Session& session);

}  // namespace iscsi_ike::ike
