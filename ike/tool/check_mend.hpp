// Mending: the smallest change to either end, or to both, after which the two would agree. Every
// change is tried: it is made in the description, which is then translated and judged again.
#pragma once

#include <string>
#include <vector>

#include "ike/tool/check_edit.hpp"

namespace iscsi_ike::ike::tool {

// PlacedEdit is an edit and where it is made.
struct PlacedEdit {
  Role role = Role::kInitiator;
  CheckEdit edit;
};

// CheckChange is a set of edits that makes the two agree.
struct CheckChange {
  std::vector<PlacedEdit> edits;
  std::vector<std::string> lowered;  // what of the security before is given up
  CheckVerdict verdict;              // with the edits made
};

// At most so many members are changed.
inline constexpr std::size_t kMostCheckEdits = 4;

// MendingsOf gives the change of the fewest members, and behind it those for who can change only
// one of the ends, where they are others. Among changes of the same size those that keep the
// strength of what is configured come before those that lower it, then it goes by how much is
// touched, then by the strength of what is agreed on. Empty: `failed` agrees, or nothing within the
// bound helps. More than one edit is searched for step by step: after each, less stands in the way
// than before.
[[nodiscard]] std::vector<CheckChange> MendingsOf(const CheckPair& pair,
                                                  const CheckVerdict& failed);

}  // namespace iscsi_ike::ike::tool
