// Numbers in octets. The caller has made sure that the octets are there.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/secret.hpp"

namespace iscsi_ike::policy {

// BigEndianAt reads `size` octets, at most 8, the most significant first; LittleEndianAt last.
[[nodiscard]] inline std::uint64_t BigEndianAt(crypto::Octets octets, std::size_t at,
                                               std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8U | octets[at + i];
  return number;
}
[[nodiscard]] inline std::uint64_t LittleEndianAt(crypto::Octets octets, std::size_t at,
                                                  std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;) number = number << 8U | octets[at + i];
  return number;
}

}  // namespace iscsi_ike::policy
