// What is to be said before a serve begins: of records that cannot be served, and of keys that are
// missing or never used.
#pragma once

#include <optional>

#include "ike/tool/served.hpp"

namespace iscsi_ike::ike::tool {

// JudgePlans warns of what the plans warn of, and of each record that has no plan at any portal. If
// nothing has a plan it tells all the reasons (and the object, for scripts) and gives kPolicy.
[[nodiscard]] std::optional<ExitCode> JudgePlans(const std::vector<Served>& served, bool json);

// DemandKeys: an error that names the record which has a plan and nowhere a key.
[[nodiscard]] Status<ToolError> DemandKeys(const std::vector<Served>& served);

// RivalNote tells why a responder is never used in a mode: "'b' is never used in main mode: ...".
[[nodiscard]] std::optional<std::string> RivalNote(const EngineConfig& config, std::size_t index,
                                                   policy::ExchangeMode mode);

// CheckRivals: a record that could never be chosen, since an earlier one has the same peer address
// and the same identity of the peer, is an error that names both; one that could never be chosen in
// main mode is warned of. Where only one peer is served, records for any are bound to it too: that
// is no error.
[[nodiscard]] Status<ToolError> CheckRivals(const EngineConfig& config, bool one_peer);

}  // namespace iscsi_ike::ike::tool
