// Payloads whose body is one run of octets: key exchange (RFC 2408 section 3.7), hash (3.11) and
// nonce (3.13). They are written with PayloadChain::Add; here is what a received body must be.
#pragma once

#include <cstddef>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

inline constexpr std::size_t kMinNonceSize = 8;  // RFC 2409 section 5: "between 8 and 256 bytes"
inline constexpr std::size_t kMaxNonceSize = 256;

// ParseKeyExchange: exactly `public_size` octets (crypto::DhGroupInfo::public_size), else
// INVALID-KEY-INFORMATION.
[[nodiscard]] Wire<Octets> ParseKeyExchange(Octets body, std::size_t public_size);
// ParseHash: exactly `hash_size` octets, else INVALID-HASH-INFORMATION.
[[nodiscard]] Wire<Octets> ParseHash(Octets body, std::size_t hash_size);
// ParseNonce: 8 to 256 octets, else PAYLOAD-MALFORMED.
[[nodiscard]] Wire<Octets> ParseNonce(Octets body);

}  // namespace iscsi_ike::ike
