// ShortHash: a keyed hash of 64 bits for tables whose keys others choose (SipHash-2-4). Who does
// not know the key cannot make two inputs fall together on purpose. It proves nothing to anybody
// else.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

using ShortHashKey = std::array<std::uint8_t, 16>;

[[nodiscard]] std::uint64_t ShortHash(const ShortHashKey& key, Octets octets);

}  // namespace iscsi_ike::crypto
