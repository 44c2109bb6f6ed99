// CheckDistance: how far two ends are from agreeing, to tell whether a change helps at all.
#pragma once

#include <cstddef>
#include <tuple>

#include "ike/tool/check_pair.hpp"

namespace iscsi_ike::ike::tool {

struct CheckDistance {
  std::size_t hidden = 0;  // ends without a plan: what else is in the way is not known
  std::size_t obstacles = 0;
  std::size_t parts = 0;  // errors of the plans; attributes of the closest transform; selectors
  friend bool operator<(const CheckDistance& a, const CheckDistance& b) {
    return std::tie(a.hidden, a.obstacles, a.parts) < std::tie(b.hidden, b.obstacles, b.parts);
  }
};

[[nodiscard]] CheckDistance DistanceOf(const CheckVerdict& verdict);

}  // namespace iscsi_ike::ike::tool
