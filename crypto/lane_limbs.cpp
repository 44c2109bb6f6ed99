#include "crypto/lane_limbs.hpp"

#include <algorithm>

namespace iscsi_ike::crypto {

void PutNumber(std::span<LaneWord> words, std::size_t lane, unsigned bits, Octets number) {
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  std::uint64_t held = 0;  // bits read and not yet written
  unsigned count = 0;
  std::size_t next = number.size();
  for (LaneWord& word : words) {
    while (count < bits && next > 0) {
      held |= std::uint64_t{number[--next]} << count;
      count += 8;
    }
    word.lane[lane] = held & mask;
    held >>= bits;
    count -= std::min(count, bits);
  }
}

void GetNumber(std::span<const LaneWord> words, std::size_t lane, unsigned bits,
               MutableOctets out) {
  std::uint64_t held = 0;
  unsigned count = 0;
  std::size_t next = 0;
  for (std::size_t i = out.size(); i-- > 0;) {
    if (count < 8 && next < words.size()) {
      held |= words[next++].lane[lane] << count;
      count += bits;
    }
    out[i] = static_cast<std::uint8_t>(held & 0xff);
    held >>= 8;
    count -= std::min(count, 8U);
  }
}

}  // namespace iscsi_ike::crypto
