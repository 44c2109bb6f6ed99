// ReadConfig: what --config gives, into Sources.
#pragma once

#include "ike/tool/settings.hpp"

namespace iscsi_ike::ike::tool {

// ReadConfig does nothing without --config. It chooses one record: that of --record, else the only
// one, else the only one bound to `peer`; and one portal: the one at `peer`, else the only one. The
// word is the record's, else the portal's, else the default (ResolveWord tells which); the key the
// record's, else the portal's, else the group key, else none.
[[nodiscard]] Status<ToolError> ReadConfig(const PolicyOptions& options,
                                           const std::optional<policy::IpAddress>& peer,
                                           Sources& sources);

}  // namespace iscsi_ike::ike::tool
