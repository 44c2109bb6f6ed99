// Eight numbers side by side, one to each 64-bit lane of a wide register. A number is a run of
// LaneWords: word i holds limb i, 51 or 52 bits of it, of all eight.
#pragma once

#include <cstddef>
#include <cstdint>

namespace iscsi_ike::crypto {

inline constexpr std::size_t kLanes = 8;

struct alignas(64) LaneWord {
  std::uint64_t lane[kLanes];  // NOLINT(modernize-avoid-c-arrays): read as one register
};

// HasLanes: this processor multiplies eight 52-bit limbs at a time (AVX-512F and IFMA), the system
// keeps its wide registers, and the program was built for such machines at all.
[[nodiscard]] bool HasLanes();

}  // namespace iscsi_ike::crypto
