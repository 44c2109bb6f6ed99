// Console: the two streams. Results go to standard output, everything about them to standard error.
#pragma once

#include <string_view>

#include "ike/tool/exit_codes.hpp"
#include "policy/plan.hpp"

namespace iscsi_ike::ike::tool {

// Print and PrintError write whole lines and flush.
void Print(std::string_view text);
void PrintError(std::string_view text);

// Complain prints "iscsi-ike: place: rule" and returns the exit code.
ExitCode Complain(const ToolError& error);
// Warn prints "iscsi-ike: warning: text".
void Warn(std::string_view text);
// WarnOf prints the warnings among the reasons of a plan.
void WarnOf(const policy::Plan& plan);
// Refuse tells why a plan allows no negotiation: a line on stderr and, for scripts, the object on
// stdout. Returns kPolicy.
ExitCode Refuse(const policy::Plan& plan, bool json);

}  // namespace iscsi_ike::ike::tool
