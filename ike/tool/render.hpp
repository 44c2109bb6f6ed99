// render: the configuration of the other end, written out for the program that it runs.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunRender(const Options& options);

}  // namespace iscsi_ike::ike::tool
