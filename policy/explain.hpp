// A plan in words for an administrator, and as JSON for a script.
#pragma once

#include <string>

#include "policy/plan.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::policy {

// ExplainText decodes the word flag by flag, then gives outcome, exchanges, encapsulations, suites,
// lifetimes and reasons, one a line. Ends with a line end.
[[nodiscard]] std::string ExplainText(SecurityFlags word, const Plan& plan);

// ExplainJson is one object, a stable contract:
//   {"word": "0x27", "flags": ["VALID", ...], "reserved": "0x0",
//    "outcome": "unspecified|disabled|rejected|plan",
//    "exchanges": ["main", "aggressive"], "pfs": false, "pfs_group": null,
//    "encapsulation": ["tunnel", "transport"], "identity": "ipv4:192.0.2.1" or null,
//    "phase1": ["aes128-sha256-modp2048", ...], "phase2": ["aes128-sha1-esn", ...],
//    "lifetimes": {"phase1": {"seconds": n, "kilobytes": n}, "phase2": {...}},
//    "reasons": [{"code": "...", "severity": "note|warning|error", "text": "..."}]}
// Lists are in order of preference, and empty unless the outcome is "plan". `pretty` breaks lines.
[[nodiscard]] std::string ExplainJson(SecurityFlags word, const Plan& plan, bool pretty = false);

}  // namespace iscsi_ike::policy
