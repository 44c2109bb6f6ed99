// The options of SessionOptions on the command line.
#pragma once

#include <CLI/CLI.hpp>

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

// AddSessionArguments adds what the sub-command `app` (connect, serve or demo) has of them, with
// its own defaults.
void AddSessionArguments(CLI::App& app, SessionOptions& session);

// AddLifetimes adds the two lifetimes alone.
void AddLifetimes(CLI::App& app, SessionOptions& session);

}  // namespace iscsi_ike::ike::tool
