// Events and outcomes for people: a headline, then indented lines. Never a key octet.
#pragma once

#include <string>

#include "ike/events.hpp"
#include "ike/trace/outcome.hpp"

namespace iscsi_ike::ike {

// NatName: "none", "local", "remote" or "both", whichever end is behind a translator.
[[nodiscard]] std::string_view NatName(const Phase1Established& phase1);

// Each returns one or more lines, every one with its newline.
[[nodiscard]] std::string Phase1Text(const Phase1Established& phase1);
[[nodiscard]] std::string ChildText(const ChildSummary& child);
[[nodiscard]] std::string FailureText(const NegotiationFailure& failure);
[[nodiscard]] std::string OutcomeText(const Outcome& outcome);
[[nodiscard]] std::string EventText(const Event& event);

}  // namespace iscsi_ike::ike
