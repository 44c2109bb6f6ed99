// demo: both ends in one process over loopback UDP, with everything shown.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunDemo(const Options& options);

}  // namespace iscsi_ike::ike::tool
