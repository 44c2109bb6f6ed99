// Obstacle: why a well-formed transform cannot be a suite of this project.
#pragma once

#include <cstdint>
#include <string_view>

namespace iscsi_ike::ike {

// Obstacle names the attribute class (0: the transform ID itself), the value as offered (0: absent)
// and the rule, static text. The names of both numbers are in registry.hpp.
struct Obstacle {
  std::uint16_t attribute = 0;
  std::uint32_t value = 0;
  std::string_view rule;
};

}  // namespace iscsi_ike::ike
