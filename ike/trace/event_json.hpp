// Events and outcomes as JSON: the stable contract for scripts. One object each, on one line,
// without a newline. Never a key octet. Every member is always there.
//
// outcome    {"outcome": "established" | "failed", "phase1": null | {...}, "children": [{...}],
//             "failure": null | {...}, "suspicions": [failure...],
//             "notifications": [{"type","text"}...]}
// phase 1    {"exchange","role","suite","identities":{"local","remote"},
//             "cookies":{"initiator","responder"},"endpoints":{"local","remote"},
//             "nat": "none" | "local" | "remote" | "both","lifetime","session","peer"}
// child      {"mode","udp_encapsulated","endpoints":{"local","remote"},
//             "remote_original": null | address,"local_seen_as": null |
//             address,"spi_in","spi_out","suite","pfs_group": null | name,"icv_bits","esn",
//             "selectors":{"local","remote"},"lifetime","role","session","child","message_id"}
// lifetime   {"seconds","kilobytes"}; 0: unbounded
// failure    {"code","blame","text","details":[text...],"refusals":[...]}; details holds the
//             refusals as sentences as well
// refusal    {"proposal","transform","attribute","offered","allowed","rule"}
//
// SPIs, cookies and message IDs are strings "0x..." of full length; identities, selectors and
// endpoints are text as everywhere in the project.
#pragma once

#include <string>
#include <string_view>

#include "ike/events.hpp"
#include "ike/trace/outcome.hpp"

namespace iscsi_ike::ike {

// OutcomeJson is the object above; a non-empty `end` is put in front as "end" (a demo has two).
// An outcome with neither phase 1 nor failure is "failed".
[[nodiscard]] std::string OutcomeJson(const Outcome& outcome, std::string_view end = {});

// EventJson is the outcome of the event's session, this event absorbed, with "event" in front:
// "phase1_established", "child_established", "child_deleted", "session_closed", "failed",
// "diagnosed", "peer_notified". "failed" and "diagnosed" have "remote" as well, "child_deleted" the
// SPI ("spi_out"), "session_closed" a "reason" ("by caller", "by peer", "expired").
[[nodiscard]] std::string EventJson(const Event& event, const Outcome& session);

[[nodiscard]] std::string Phase1Json(const Phase1Established& phase1);
[[nodiscard]] std::string ChildJson(const ChildSummary& child);
[[nodiscard]] std::string FailureJson(const NegotiationFailure& failure);

}  // namespace iscsi_ike::ike
