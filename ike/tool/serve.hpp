// serve: the target portal. It answers until a signal ends it.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunServe(const Options& options);

}  // namespace iscsi_ike::ike::tool
