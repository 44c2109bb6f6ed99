// explain: what a security word comes to, without a network.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunExplain(const Options& options);

}  // namespace iscsi_ike::ike::tool
