// What discover prints of a directory. The JSON is a contract with scripts:
//   {"server": "host:port", "initiator": name, "registered": bool,
//    "targets": [{"name", "alias", "entity": null | id, "portals": [portal]}],
//    "unassigned": [portal], "problems": [text]}
// and a portal is
//   {"address", "port", "protocol": "tcp" | "udp", "group": null | number, "symbolic_name",
//    "bitmap": null | "0x17",
//    "phase1_proposals": null | {"of": "portal" | "entity", "offers": [{"suite", "lifetime":
//      {"seconds", "kilobytes"}}], "unusable": [text]},
//    "phase2_proposals": null | {"offers": [{"suite", "encapsulation": null | name, "lifetime"}],
//      "unusable": [text]},
//    "warnings": [text], "plan": the object of explain}
// "registered": the node was registered for the time of the query. "unassigned" lead to no target
// that the server told of. A bound of 0 is none.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "ike/tool/isns_query.hpp"

namespace iscsi_ike::ike::tool {

[[nodiscard]] std::size_t CountTargets(const policy::isns::Directory& directory);
// PrintDiscovered gives the text or the object to `print` piece by piece, for a fabric makes some
// tens of MiB of it. `whole` shows each plan as explain does.
using Printer = std::function<void(std::string_view)>;
void PrintDiscoveredText(const Discovered& discovered, bool whole, const Printer& print);
void PrintDiscoveredJson(const Discovered& discovered, const Printer& print);

}  // namespace iscsi_ike::ike::tool
