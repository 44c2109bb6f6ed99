// explain --all: what the settings of each portal come to, one line each, and how many of each kind
// there are.
#pragma once

#include "ike/tool/options.hpp"
#include "ike/tool/settings.hpp"

namespace iscsi_ike::ike::tool {

// ExplainAll prints a line for each portal of the config, in its order, then the counts. With
// --json each line is an object:
//   {"portal": "192.0.2.10:3260", "name": symbolic name, "record": name or null,
//    "plan": as ExplainJson has it, or null, "error": null or what the config lacks for it}
// kPolicy when a portal's settings are rejected or its record cannot be told.
[[nodiscard]] Checked<ExitCode> ExplainAll(const Options& options, Role role);

}  // namespace iscsi_ike::ike::tool
