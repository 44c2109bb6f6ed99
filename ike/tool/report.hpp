// Reports: what connect, demo and serve print of an outcome. The JSON is a contract with scripts.
//
// One negotiation (connect; each end of demo; each line of serve, which has "event" in front):
//   {"outcome": "established" | "failed",
//    "phase1": null | {"exchange", "role", "suite", "identities": {"local", "remote"},
//                      "cookies": {"initiator", "responder"}, "endpoints": {"local", "remote"},
//                      "lifetime": {"seconds", "kilobytes"}},
//    "children": [{"mode", "spi_in", "spi_out", "suite", "pfs_group": null | name, "icv_bits",
//                  "esn", "selectors": {"local", "remote"}, "lifetime": {"seconds", "kilobytes"}}],
//    "failure": null | {"code", "blame", "text", "details": [text], "refusals":
//                       [{"proposal", "transform", "attribute", "offered", "allowed", "rule"}]},
//    "suspicions": [as "failure"]}
// SPIs and cookies are "0x" and all their digits. A lifetime of 0 is unbounded. Lines of serve that
// end no negotiation have null for "outcome".
#pragma once

#include <string>

#include "ike/tool/exit_codes.hpp"
#include "ike/trace/outcome.hpp"
#include "policy/plan.hpp"

namespace iscsi_ike::ike::tool {

class JsonText;

// WriteOutcome writes the object above.
void WriteOutcome(JsonText& json, const Outcome& outcome);
[[nodiscard]] std::string OutcomeLine(const Outcome& outcome);
// PolicyFailureLine is the object for a plan that allows no negotiation: blame "policy", the code
// of the deciding reason.
[[nodiscard]] std::string PolicyFailureLine(const policy::Plan& plan);
// EventLine is the object for one event of serve. `phase1`: of the event's session, when known.
[[nodiscard]] std::string EventLine(const Event& event, const Phase1Established* phase1);

// ExitCodeOf: kOk for an established outcome, kTimeout when time is to blame, else
// kNegotiationFailed.
[[nodiscard]] ExitCode ExitCodeOf(const Outcome& outcome);

}  // namespace iscsi_ike::ike::tool
