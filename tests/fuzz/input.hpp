// Input: the octets of the fuzzer, taken from the front. Past their end everything is zero or
// empty.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ike/wire/types.hpp"

namespace iscsi_ike::fuzz {

class Input {
 public:
  explicit Input(ike::Octets octets) : rest_(octets) {}

  std::uint8_t Octet() {
    if (rest_.empty()) return 0;
    const std::uint8_t octet = rest_[0];
    rest_ = rest_.subspan(1);
    return octet;
  }
  std::uint32_t Number(int octets) {
    std::uint32_t number = 0;
    for (int i = 0; i < octets; ++i) number = number << 8U | Octet();
    return number;
  }
  // Sized: one octet of length, then as many.
  std::vector<std::uint8_t> Sized() { return Take(Octet()); }
  // Long: two octets of length, then as many.
  std::vector<std::uint8_t> Long() { return Take(Number(2)); }
  std::vector<std::uint8_t> Take(std::size_t wanted) {
    const ike::Octets octets = rest_.first(std::min(wanted, rest_.size()));
    rest_ = rest_.subspan(octets.size());
    return {octets.begin(), octets.end()};
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] ike::Octets rest() const { return rest_; }

 private:
  ike::Octets rest_;
};

// Edit changes octets as the input says: how many edits, then for each what (XOR, cut, insert), an
// offset of two octets and one octet.
inline void Edit(Input& input, std::vector<std::uint8_t>& octets) {
  for (int count = input.Octet() % 8; count > 0; --count) {
    const std::uint8_t what = input.Octet() % 4;
    const std::size_t at = input.Number(2) % (octets.size() + 1);
    const std::uint8_t value = input.Octet();
    const auto where = octets.begin() + static_cast<std::ptrdiff_t>(at);
    if (what == 0) {
      octets.resize(at);
    } else if (what == 1) {
      octets.insert(where, value);
    } else if (at < octets.size()) {
      *where ^= value;
    }
  }
}

}  // namespace iscsi_ike::fuzz
