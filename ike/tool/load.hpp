// load: a login storm of many HBAs against one portal.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

[[nodiscard]] ExitCode RunLoad(const Options& options);

}  // namespace iscsi_ike::ike::tool
