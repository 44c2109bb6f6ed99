// OpensslDh: Diffie-Hellman as programs commonly ask OpenSSL for it, to compare ours with. The EVP
// interface alone: a key pair from EVP_PKEY_keygen, a secret from EVP_PKEY_derive, nothing kept
// between two operations but the parameters.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "crypto/suite.hpp"

struct evp_pkey_st;

namespace iscsi_ike::bench {

class OpensslDh {
 public:
  explicit OpensslDh(crypto::DhGroup group);

  // Generate makes a key pair, and gives the public value as KE carries it. False: OpenSSL refused.
  // MODP private keys are as long as ours; by itself it draws much longer ones for group 2.
  [[nodiscard]] bool Generate();
  // Agree derives g^xy with the peer's value, read from its octets as a daemon does.
  // `validate_peer`: what EVP_PKEY_derive_set_peer does: for MODP an exponentiation as long as the
  // prime, for curves the check that the point is on the curve and of the right order.
  [[nodiscard]] bool Agree(bool validate_peer);

  [[nodiscard]] bool ok() const { return own_ != nullptr && !peer_value_.empty(); }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;

  [[nodiscard]] Key MakeParameters() const;
  [[nodiscard]] Key MakeKeyPair() const;
  [[nodiscard]] static std::vector<std::uint8_t> PublicValue(const Key& key);

  const crypto::DhGroupInfo& info_;
  Key parameters_;
  Key own_;
  std::vector<std::uint8_t> peer_value_;
};

}  // namespace iscsi_ike::bench
