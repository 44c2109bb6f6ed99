// connect: the initiator against one target portal.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunConnect(const Options& options);

}  // namespace iscsi_ike::ike::tool
