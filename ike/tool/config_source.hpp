// What --config gives, into Sources.
#pragma once

#include "ike/tool/settings.hpp"
#include "policy/config_json.hpp"

namespace iscsi_ike::ike::tool {

// LoadConfig reads the file of --config, which is given, unless that has been done. Warns when
// others can read it.
[[nodiscard]] Checked<std::shared_ptr<const policy::Config>> LoadConfig(
    const PolicyOptions& options);

// ReadConfig does nothing without --config. It chooses one record: that of --entry, else the only
// one, else the only one bound to `peer`; and one portal: the one at `peer`, else the only one.
[[nodiscard]] Status<ToolError> ReadConfig(const PolicyOptions& options,
                                           const std::optional<policy::IpAddress>& peer,
                                           Sources& sources);
// TakeOne is ReadConfig of a file that is loaded.
[[nodiscard]] Status<ToolError> TakeOne(const policy::Config& config, const PolicyOptions& options,
                                        const std::optional<policy::IpAddress>& peer,
                                        Sources& sources);

// PlaceOf the file in errors: its name, or "standard input".
[[nodiscard]] std::string PlaceOf(const PolicyOptions& options);

}  // namespace iscsi_ike::ike::tool
