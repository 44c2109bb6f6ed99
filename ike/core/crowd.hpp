// Crowd: how many half-open sessions each address holds, so that who holds more than his share
// gives way before others do. Addresses are told apart by a hash.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace iscsi_ike::ike {

class Crowd {
 public:
  // `most`: half-open sessions there may be. A sixteenth of them is an address's share.
  explicit Crowd(std::size_t most) : share_(std::max<std::size_t>(1, most / 16)) {}

  void Enter(std::uint64_t hash) {
    held_.resize(kAddresses);
    if (++held_[hash % kAddresses] == share_ + 1) ++over_;
  }
  void Leave(std::uint64_t hash) {
    if (held_[hash % kAddresses]-- == share_ + 1) --over_;
  }
  // IsOverShare: the address holds more than its share. HasAny: some address does.
  [[nodiscard]] bool IsOverShare(std::uint64_t hash) const {
    return held_[hash % kAddresses] > share_;
  }
  [[nodiscard]] bool HasAny() const { return over_ > 0; }

 private:
  static constexpr std::size_t kAddresses = 512;

  std::size_t share_;
  std::size_t over_ = 0;
  std::vector<std::uint32_t> held_;  // none before the first
};

}  // namespace iscsi_ike::ike
