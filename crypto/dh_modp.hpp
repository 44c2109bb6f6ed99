// Diffie-Hellman in the MODP groups (RFC 2409 section 6.2, RFC 3526): constant-time exponentiation
// with the Montgomery form of each prime kept.
#pragma once

#include <array>
#include <cstddef>

#include "crypto/dh.hpp"
#include "crypto/dh_groups.hpp"
#include "crypto/openssl_ptr.hpp"

namespace iscsi_ike::crypto {

// IsModpPublicValue: full length and 1 < y < p-1 (RFC 6989 section 2.1; more is not asked of safe
// primes).
[[nodiscard]] bool IsModpPublicValue(DhGroup group, Octets value);

// ModpDh keeps numbers between calls for their memory only. One object per thread.
class ModpDh {
 public:
  // Generate writes g^private_key, Agree peer_public^private_key, both left-padded to `out`, which
  // is Info(group).public_size octets. The exponent has 1 to that many octets; the time depends on
  // its length without leading zero octets. A peer's value must be IsModpPublicValue.
  [[nodiscard]] DhOutcome Generate(DhGroup group, Octets private_key, MutableOctets out);
  [[nodiscard]] DhOutcome Agree(DhGroup group, Octets private_key, Octets peer_public,
                                MutableOctets out);

 private:
  struct Field {
    BignumPtr prime;
    BnMontgomeryPtr montgomery;
  };

  bool Prepare();
  const Field* FieldOf(DhGroup group);
  DhOutcome Raise(const Field& field, Octets private_key, MutableOctets out);

  std::array<Field, kModpGroups>
      fields_;  // made when first asked for, in the order of AllDhGroups()
  BignumPtr base_;
  BignumPtr exponent_;
  BignumPtr result_;
};

}  // namespace iscsi_ike::crypto
