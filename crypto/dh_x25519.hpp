// Diffie-Hellman on Curve25519 (RFC 7748 section 5, RFC 8031): private, public and shared
// values are 32 octets, little-endian. A scalar is clamped when used, not when drawn.
#pragma once

#include "crypto/dh.hpp"

namespace iscsi_ike::crypto {

[[nodiscard]] DhOutcome X25519Generate(Octets private_key, MutableOctets out);

// X25519Agree takes any peer value, non-canonical ones included (RFC 7748 section 5), and refuses
// those that give the all-zero secret (the check of RFC 7748 section 6.1).
[[nodiscard]] DhOutcome X25519Agree(Octets private_key, Octets peer_public, MutableOctets out);

// IsX25519PublicValue: 32 octets that are none of the points of small order, which would give the
// all-zero secret whatever the private key (RFC 7748 section 6.1).
[[nodiscard]] bool IsX25519PublicValue(Octets peer_public);

}  // namespace iscsi_ike::crypto
