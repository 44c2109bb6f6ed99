// From the options of a plan to the sources of its settings: what the record, the portal, the
// config and the caller say.
#pragma once

#include "ike/capi/iscsi_ike.h"
#include "policy/settings.hpp"

namespace iscsi_ike::capi {

// ReadSources: errors stand at the member of the options.
[[nodiscard]] policy::Parsed<policy::Sources> ReadSources(const iscsi_ike_plan_options& options);

}  // namespace iscsi_ike::capi
