// Limits: how much of itself a serve gives away to those that it does not know yet.
#pragma once

#include "ike/config.hpp"
#include "ike/tool/options.hpp"

namespace CLI {
class App;
}

namespace iscsi_ike::ike::tool {

void AddLimits(CLI::App& app, LimitOptions& limits);

// ApplyLimits leaves alone what was not given.
[[nodiscard]] Status<ToolError> ApplyLimits(const LimitOptions& limits, EngineConfig& config);

}  // namespace iscsi_ike::ike::tool
