// What --config and its like give, into Sources.
#pragma once

#include "ike/tool/settings.hpp"
#include "policy/config.hpp"

namespace iscsi_ike::ike::tool {

// LoadConfig reads all sources of settings as one (config_inputs.hpp, MergeConfigs), unless that
// has been done. Warns when others can read them.
[[nodiscard]] Checked<std::shared_ptr<const policy::Config>> LoadConfig(
    const PolicyOptions& options);

// ReadConfig does nothing without one of them. It chooses one record: that of --entry, else the
// only one, else the only one bound to `peer`; and one portal: the one at `peer`, else the only
// one.
[[nodiscard]] Status<ToolError> ReadConfig(const PolicyOptions& options,
                                           const std::optional<policy::IpAddress>& peer,
                                           Sources& sources);
// TakeOne is ReadConfig of a file that is loaded.
[[nodiscard]] Status<ToolError> TakeOne(const policy::Config& config, const PolicyOptions& options,
                                        const std::optional<policy::IpAddress>& peer,
                                        Sources& sources);

}  // namespace iscsi_ike::ike::tool
