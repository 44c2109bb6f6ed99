// What the fuzz targets share. A target is one function; a property that does not hold stops the
// run like a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "ike/wire/types.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace iscsi_ike::fuzz {

// Require stops the run when a property of the code does not hold.
inline void Require(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view AsText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline bool Same(ike::Octets a, ike::Octets b) {
  return std::vector<std::uint8_t>(a.begin(), a.end()) ==
         std::vector<std::uint8_t>(b.begin(), b.end());
}

}  // namespace iscsi_ike::fuzz
