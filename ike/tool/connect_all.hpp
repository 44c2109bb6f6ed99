// connect --all: negotiate with every portal of the settings, and count what comes of it.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunConnectAll(const Options& options);

}  // namespace iscsi_ike::ike::tool
