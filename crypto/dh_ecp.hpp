// Diffie-Hellman on the curves P-256, P-384 and P-521 as RFC 5903 section 7 lays it out: a public
// value is x|y without a prefix octet, the shared secret is x alone (section 9).
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "crypto/dh.hpp"
#include "crypto/openssl_ptr.hpp"

namespace iscsi_ike::crypto {

// IsEcpPublicValue: full length, x and y below p, and on the curve (RFC 6989 section 2.3). The
// curves have cofactor 1 and infinity has no such form, so nothing else is to be checked.
[[nodiscard]] bool IsEcpPublicValue(DhGroup group, Octets value);

// MakeEcpPrivateKey draws candidates of the order's bit length until one lies in [1, n-1]
// (FIPS 186-4 section B.4.2). nullopt: the source failed, or gave 16 unusable candidates.
[[nodiscard]] std::optional<Secret> MakeEcpPrivateKey(DhGroup group, RandomSource& random);

// EcpDh keeps the curves between calls. One object per thread.
class EcpDh {
 public:
  // Generate writes the public value (Info(group).public_size octets), Agree the shared secret
  // (shared_size octets). The scalar is in [1, n-1] and at most private_size octets long.
  [[nodiscard]] DhOutcome Generate(DhGroup group, Octets private_key, MutableOctets out);
  [[nodiscard]] DhOutcome Agree(DhGroup group, Octets private_key, Octets peer_public,
                                MutableOctets out);

 private:
  const EC_GROUP* CurveOf(DhGroup group);
  bool Multiply(const EC_GROUP* curve, const EC_POINT* peer, Octets private_key, MutableOctets xy);

  std::array<EcGroupPtr, 3> curves_;  // groups 19, 20, 21, made when first asked for
};

}  // namespace iscsi_ike::crypto
