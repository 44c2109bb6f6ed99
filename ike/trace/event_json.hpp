// Events and outcomes as JSON: the stable contract for scripts. One object each, on one line,
// without a newline. Never a key octet.
//
// phase 1    {"exchange","suite","identities":{"local","remote"},"role","lifetimes","session",
//             "initiator_cookie","responder_cookie","local","remote","peer"}
// child      {"mode","spi_in","spi_out","suite","pfs_group","selectors":{"local","remote"},
//             "lifetimes","role","session","child","message_id"}; pfs_group is null without PFS
// lifetimes  {"seconds","kilobytes"}; 0: unbounded
// selector   {"address","prefix","protocol","port","text"}; 0: any protocol, any port
// failure    {"code","blame","text","details","refusals"}; details: a list of sentences, those of
//             the refusals included
// refusal    {"proposal","transform","attribute","offered","allowed","rule"}
//
// SPIs, cookies and message IDs are strings "0x..." of full length, identities "type:value".
#pragma once

#include <string>
#include <string_view>

#include "ike/events.hpp"
#include "ike/trace/outcome.hpp"

namespace iscsi_ike::ike {

// OutcomeJson = {"outcome": "established|failed", "phase1": {...}, "children": [...], "failure":
// {...}, "suspicions": [failure...], "notifications": [{"type","text"}...]}. "children" is always
// there. A non-empty `end` is put in front as "end" (for both ends of a demo). An outcome with
// neither phase 1 nor failure is "failed".
[[nodiscard]] std::string OutcomeJson(const Outcome& outcome, std::string_view end = {});

// EventJson is the same object for a single event, with "event" in front: "phase1_established",
// "child_established", "child_deleted", "session_closed", "failed", "diagnosed", "peer_notified".
// Only the first two ("established") and "failed" have an "outcome". `phase1`, when known, is the
// event's session.
[[nodiscard]] std::string EventJson(const Event& event, const Phase1Established* phase1 = nullptr);

[[nodiscard]] std::string Phase1Json(const Phase1Established& phase1);
[[nodiscard]] std::string ChildJson(const ChildSummary& child);
[[nodiscard]] std::string FailureJson(const NegotiationFailure& failure);

}  // namespace iscsi_ike::ike
