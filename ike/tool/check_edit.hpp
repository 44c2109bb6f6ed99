// CheckEdit: one change of one member of a description, in the description's own words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ike/tool/check_pair.hpp"

namespace iscsi_ike::ike::tool {

struct CheckEdit {
  std::string member;   // "securityFlags", "esp", "key", "local-ts"
  std::string from;     // empty: nothing was there
  std::string to;       // empty: it is left out
  std::string text;     // the whole in words: "securityFlags 0x27 -> 0x37 (add PFS_ENABLED)"
  bool is_key = false;  // `from` and `to` are empty: keys are not shown
  unsigned size = 1;    // flags, or places of a list, that it touches: a measure among equals
  std::function<void(CheckEntry&)> apply;
};

// CheckView is one end as it is seen when something is to be changed there.
struct CheckView {
  const CheckEnd& end;
  const CheckEntry& entry;
  const PeerConfig& peer;  // what is made of the entry
  const CheckEnd& other_end;
  const CheckEntry& other_entry;
  const PeerConfig& other;
  const Agreement& agreement;
  const CheckPlaces& places;
};

// EditsOf lists what could be changed at this end so that it goes better with the other: its word,
// the suites and the PFS group, the key, the identities, what it is bound to, the selectors, and
// options that make it stricter. Whether a change helps is for who tries it.
[[nodiscard]] std::vector<CheckEdit> EditsOf(const CheckView& view);

// LoweredBy names what of the security that `before` describes is given up in what `after` agrees
// on: "a weaker suite in phase 1", "no PFS". Both are of the same end.
[[nodiscard]] std::vector<std::string> LoweredBy(const CheckEntry& before, const CheckEntry& after,
                                                 const Agreement& agreed);

// StrengthOf what was agreed on, to be compared member by member; more is better.
[[nodiscard]] std::vector<unsigned> StrengthOf(const Agreement& agreed);

}  // namespace iscsi_ike::ike::tool
