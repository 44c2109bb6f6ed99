// What --config gives, into Sources.
#pragma once

#include "ike/tool/settings.hpp"
#include "policy/config_json.hpp"

namespace iscsi_ike::ike::tool {

// LoadConfig reads the file of --config, which is given, unless that has been done. Warns when
// others can read it.
[[nodiscard]] Checked<std::shared_ptr<const policy::Config>> LoadConfig(
    const PolicyOptions& options);

// ReadConfig does nothing without --config. It chooses one record: that of --record, else the only
// one, else the only one bound to `peer`; and one portal: the one at `peer`, else the only one.
[[nodiscard]] Status<ToolError> ReadConfig(const PolicyOptions& options,
                                           const std::optional<policy::IpAddress>& peer,
                                           Sources& sources);
// TakeOne is ReadConfig of a file that is loaded.
[[nodiscard]] Status<ToolError> TakeOne(const policy::Config& config, const PolicyOptions& options,
                                        const std::optional<policy::IpAddress>& peer,
                                        Sources& sources);

// Take puts what a record and a portal (null: none) come to into `sources`. The word is the
// record's, else the portal's, else the default (ResolveWord tells which); the key the record's,
// else the portal's, else the group key, else none.
void Take(const policy::Config& config, const policy::PresharedKey* record,
          const policy::TargetPortal* portal, Sources& sources);

// NamesOf tells records as --record takes them: 0 "hba 1", 1.
[[nodiscard]] std::string NamesOf(const policy::Config& config);
// RecordName: its name, if no other has the same, else "record 2".
[[nodiscard]] std::string RecordName(const policy::Config& config, std::size_t index);

// PlaceOf the file in errors: its name, or "standard input".
[[nodiscard]] std::string PlaceOf(const PolicyOptions& options);

}  // namespace iscsi_ike::ike::tool
