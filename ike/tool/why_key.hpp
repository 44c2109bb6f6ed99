// why-key: which key serve would use for a first message, and why, without a network.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunWhyKey(const Options& options);

}  // namespace iscsi_ike::ike::tool
