// X25519 (RFC 7748 section 5), eight scalars at a time.
#pragma once

#include <span>

#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

// X25519Lane: scalar and u-coordinate in, u-coordinate of the product out, each 32 octets,
// little-endian. The scalar is clamped, the top bit of `u` ignored.
struct X25519Lane {
  Octets scalar;
  Octets u;
  MutableOctets out;
};

// X25519InLanes takes 1 to kLanes of them; a call costs the same whatever their number. Only where
// HasLanes().
void X25519InLanes(std::span<const X25519Lane> lanes);

}  // namespace iscsi_ike::crypto
