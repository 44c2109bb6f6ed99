// check: would two descriptions agree?
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

[[nodiscard]] ExitCode RunCheck(const Options& options);

}  // namespace iscsi_ike::ike::tool
