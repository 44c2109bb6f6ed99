// KeyedHash: a fast hash for tables and for telling messages apart. No cryptography.
#pragma once

#include <cstdint>
#include <cstring>

#include "crypto/secret.hpp"

namespace iscsi_ike::ike {

// Where a peer chooses the keys of a table, their hash depends on a secret drawn at the start.
class KeyedHash {
 public:
  explicit KeyedHash(std::uint64_t secret) : state_(secret ^ 0x9e3779b97f4a7c15ULL) {}
  KeyedHash& Mix(std::uint64_t value) {
    state_ = (state_ ^ value) * 0xff51afd7ed558ccdULL;
    state_ ^= state_ >> 32U;
    return *this;
  }
  KeyedHash& Mix(crypto::Octets octets) {
    for (; octets.size() >= 8; octets = octets.subspan(8)) {
      std::uint64_t word = 0;
      std::memcpy(&word, octets.data(), 8);
      Mix(word);
    }
    std::uint64_t rest = octets.size() << 56U;
    if (!octets.empty()) std::memcpy(&rest, octets.data(), octets.size());
    return Mix(rest);
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_;
};

}  // namespace iscsi_ike::ike
