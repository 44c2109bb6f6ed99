// replay: a run of connect or serve again, from what it recorded.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

// RunReplay: kOk when the same comes out, kNegotiationFailed when it parts.
ExitCode RunReplay(const Options& options);

}  // namespace iscsi_ike::ike::tool
