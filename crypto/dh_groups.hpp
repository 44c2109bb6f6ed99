// The numbers of the groups: primes of RFC 2409 section 6.2 and RFC 3526, all with generator 2, and
// the curves of RFC 5903 section 3.
#pragma once

#include "crypto/secret.hpp"
#include "crypto/suite.hpp"

namespace iscsi_ike::crypto {

// ModpPrime is the prime, big-endian, of a MODP group; empty for the others.
[[nodiscard]] Octets ModpPrime(DhGroup group);

// ModpIndexOf counts the MODP groups from 0, for tables of kModpGroups elements.
inline constexpr std::size_t kModpGroups = 7;
[[nodiscard]] std::size_t ModpIndexOf(DhGroup group);

// EcpCurve: y^2 = x^3 - 3x + b over the field of p, with a base point of order n. Big-endian, each
// as long as a coordinate; all empty for groups of another kind.
struct EcpCurve {
  Octets prime;
  Octets b;
  Octets order;
};
[[nodiscard]] EcpCurve EcpNumbers(DhGroup group);

}  // namespace iscsi_ike::crypto
