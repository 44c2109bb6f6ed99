// What check prints. The JSON is a contract with scripts, one line:
//   {"agree": bool, "directions": [each of one, two with --both]}
// and of each direction
//   {"agree": bool, "initiator": end, "responder": end, "exchange": null | "main" | "aggressive",
//    "tried_before": [exchange], "same_key": bool,
//    "phase1": null | {"suite", "lifetime": {"seconds", "kilobytes"}},
//    "child": null | {"mode", "udp_encapsulated", "suite", "pfs_group": null | name,
//                     "selectors": {"initiator", "responder"}, "lifetime"},
//    "obstacles": [{"end": "A" | "B", "code", "blame", "text", "details": [text],
//                   "refusals": [as in the other reports]}],
//    "changes": [{"lowers": [text], "edits": [{"end", "record", "member", "from": null | text,
//                                              "to": null | text, "text"}]}]}
// where an end is {"end": "A" | "B", "file", "record": null | name, "address", "address_by",
// "identity": null | text, "word", "fingerprint": null | text, "weak_key": bool}. "phase1" and
// "child" are set where that part was agreed on, whatever else stands in the way. Obstacles stand
// in the order in which a negotiation would meet them, the best change first. Never a key; of a
// weak one not even the fingerprint.
#pragma once

#include <string>
#include <vector>

#include "ike/tool/check_mend.hpp"

namespace iscsi_ike::ike::tool {

// CheckDirection is one direction with all that is told of it.
struct CheckDirection {
  CheckPair pair;
  CheckVerdict verdict;
  std::vector<CheckChange> changes;
};

[[nodiscard]] std::string CheckText(const CheckDirection& direction);
[[nodiscard]] std::string CheckJson(const std::vector<CheckDirection>& directions);

}  // namespace iscsi_ike::ike::tool
