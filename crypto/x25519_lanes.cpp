#include "crypto/x25519_lanes.hpp"

#include <algorithm>
#include <array>

#include "crypto/lane_limbs.hpp"
#include "crypto/x25519_kernel.hpp"

namespace iscsi_ike::crypto {
namespace {

constexpr std::size_t kNumberSize = 32;
using Number = std::array<std::uint8_t, kNumberSize>;

// Reversed: little-endian octets as PutNumber takes them.
Number Reversed(Octets octets) {
  Number number{};
  std::reverse_copy(octets.begin(), octets.end(), number.begin());
  return number;
}

struct LadderWork {
  std::array<LaneWord, kFieldLimbs> u{};
  std::array<LaneWord, kLadderBits> bits{};
  Number number{};
  ~LadderWork() {
    Wipe({reinterpret_cast<std::uint8_t*>(this), sizeof(*this)});  // NOLINT(*-reinterpret-cast)
  }
};

}  // namespace

void X25519InLanes(std::span<const X25519Lane> lanes) {
  LadderWork work;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    work.number = Reversed(lanes[i].u);
    work.number.front() &= 0x7f;
    PutNumber(work.u, i, kFieldLimbBits, work.number);
    work.number = Reversed(lanes[i].scalar);
    work.number.front() = static_cast<std::uint8_t>((work.number.front() & 0x7f) | 0x40);
    work.number.back() &= 0xf8;
    PutNumber(work.bits, i, 1, work.number);
  }
  std::reverse(work.bits.begin(), work.bits.end());
  LadderInLanes(work.u.data(), work.bits.data());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    GetNumber(work.u, i, kFieldLimbBits, work.number);
    std::reverse_copy(work.number.begin(), work.number.end(), lanes[i].out.begin());
  }
}

}  // namespace iscsi_ike::crypto
