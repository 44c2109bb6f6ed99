// What is told of a check, in text and in JSON alike.
#pragma once

#include <string>
#include <vector>

#include "ike/tool/check_report.hpp"

namespace iscsi_ike::ike::tool {

// EndStory is what is told of one end.
struct EndStory {
  const CheckEnd& end;
  const CheckEntry& entry;
  const PeerConfig* peer;  // null: there is no entry at all
  const Endpoint& place;
  const std::string& by;
  const std::string& identity;
};
[[nodiscard]] EndStory StoryOf(const CheckDirection& direction, Role role);

// FileOf an end: its name, or "standard input".
[[nodiscard]] std::string FileOf(const CheckEnd& end);

// FailureOf a hindrance, in words: what is not the first does not say that phase 1 is fine. Its
// details begin with what keeps the closest record from being used, and end with the reason for
// which there is no plan.
[[nodiscard]] NegotiationFailure FailureOf(const CheckDirection& direction,
                                           const Hindrance& hindrance);

// EntryOf an edit: the one that is changed.
[[nodiscard]] const CheckEntry& EntryOf(const CheckDirection& direction, const CheckChange& change,
                                        const PlacedEdit& placed);

// EditText: "in B, 'hba 1': securityFlags 0x27 -> 0x37 (add PFS_ENABLED)". The record is named
// where the end has several.
[[nodiscard]] std::string EditText(const CheckDirection& direction, const CheckChange& change,
                                   const PlacedEdit& placed);

}  // namespace iscsi_ike::ike::tool
