#include "crypto/short_hash.hpp"

#include <sodium.h>

#include <bit>

namespace iscsi_ike::crypto {

std::uint64_t ShortHash(const ShortHashKey& key, Octets octets) {
  static_assert(crypto_shorthash_KEYBYTES == sizeof(ShortHashKey));
  std::array<std::uint8_t, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), octets.data(), octets.size(), key.data());
  return std::bit_cast<std::uint64_t>(hash);
}

}  // namespace iscsi_ike::crypto
