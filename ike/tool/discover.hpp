// discover: which targets an iSNS server shows an initiator, with their portals and the
// negotiations that these lead to.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

ExitCode RunDiscover(const Options& options);

}  // namespace iscsi_ike::ike::tool
