// Reports: what connect, demo and serve print of an outcome. The JSON is a contract with scripts.
//
// One negotiation (connect; each end of demo; each line of serve):
//   {"outcome": "established" | "failed",
//    "phase1": null | {"exchange", "role", "suite", "identities": {"local", "remote"},
//                      "cookies": {"initiator", "responder"}, "endpoints": {"local", "remote"},
//                      "nat": "none" | "local" | "remote" | "both",
//                      "lifetime": {"seconds", "kilobytes"}},
//    "children": [{"mode", "udp_encapsulated", "endpoints": {"local", "remote"},
//                  "remote_original": null | address, "local_seen_as": null | address, "spi_in",
//                  "spi_out", "suite", "pfs_group": null | name, "icv_bits", "esn", "selectors":
//                  {"local", "remote"}, "lifetime": {"seconds", "kilobytes"}}],
//    "failure": null | {"code", "blame", "text", "details": [text], "refusals":
//                       [{"proposal", "transform", "attribute", "offered", "allowed", "rule"}]},
//    "suspicions": [as "failure"]}
// SPIs and cookies are "0x" and all their digits. A lifetime of 0 is unbounded. Each line of serve
// begins with "event" and "session" (null: none) and then has all of these; "outcome" is null where
// no negotiation ends. Behind them stand "record", the name of the one whose key is used (null:
// none, or serve has only one), and, by event, "listening", "policy" and "records": [{"name",
// "local": null | address, "policy"}], "match", "remote", "spi_in", "spi_out", "reason", "replaced"
// or "notification"; of "isns": "state": "registered" | "failed" | "deregistered", "server": "host:
// port", "node", "entity": null | name, "portals": number, "text": null | why, "retry_after": null
// | seconds.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ike/tool/exit_codes.hpp"
#include "ike/tool/policy_no.hpp"
#include "ike/trace/outcome.hpp"
#include "policy/plan.hpp"

namespace iscsi_ike::ike::tool {

class JsonText;
struct IsnsNews;

// WriteFailureMembers writes "code", "blame", "text", "details" and "refusals" of the object above.
void WriteFailureMembers(JsonText& json, const NegotiationFailure& failure);

// WriteOutcome writes the object above; WriteOutcomeMembers its members, into another.
void WriteOutcome(JsonText& json, const Outcome& outcome);
void WriteOutcomeMembers(JsonText& json, const Outcome& outcome);
// WritePolicyMembers writes those of a negotiation that policy allows not to begin.
void WritePolicyMembers(JsonText& json, const PolicyNo& no,
                        std::span<const policy::Reason> reasons);
[[nodiscard]] std::string OutcomeLine(const Outcome& outcome);
// PolicyFailureLine is the object for a plan that allows no negotiation: blame "policy", the code
// of the deciding reason.
[[nodiscard]] std::string PolicyFailureLine(const policy::Plan& plan);
// OutcomeReport is OutcomeText, with this end to blame when a signal ended the negotiation.
[[nodiscard]] std::string OutcomeReport(const Outcome& outcome);
// ReadyLine is the object that serve begins with.
// RecordSummary is one of several records that serve answers for.
struct RecordSummary {
  std::string name;
  std::string local;  // the address of its portal; empty: any
  std::string policy;
};
[[nodiscard]] std::string ReadyLine(std::span<const Endpoint> listening, std::string_view policy,
                                    std::span<const RecordSummary> records);
// EventLine is the object for one event of serve. `phase1`: of the event's session, when known.
// `record`: whose key is used; empty: none, or there is only one.
[[nodiscard]] std::string EventLine(const Event& event, const Phase1Established* phase1,
                                    std::string_view record);

// IsnsEventLine is the object for what becomes of serve's registration.
[[nodiscard]] std::string IsnsEventLine(const IsnsNews& news);

[[nodiscard]] SessionId SessionOf(const Event& event);

// ExitCodeOf: kOk for an established outcome, kTimeout when time is to blame, else
// kNegotiationFailed.
[[nodiscard]] ExitCode ExitCodeOf(const Outcome& outcome);

}  // namespace iscsi_ike::ike::tool
