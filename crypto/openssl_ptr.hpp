// Owners of OpenSSL objects, and how numbers are set. Numbers, points and contexts are cleared when
// freed: any may be secret.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>

#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

template <auto Free>
struct OpensslDelete {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BignumPtr = std::unique_ptr<BIGNUM, OpensslDelete<BN_clear_free>>;
using BnContextPtr = std::unique_ptr<BN_CTX, OpensslDelete<BN_CTX_free>>;
using BnMontgomeryPtr = std::unique_ptr<BN_MONT_CTX, OpensslDelete<BN_MONT_CTX_free>>;
using EcGroupPtr = std::unique_ptr<EC_GROUP, OpensslDelete<EC_GROUP_free>>;
using EcPointPtr = std::unique_ptr<EC_POINT, OpensslDelete<EC_POINT_clear_free>>;
using CipherPtr = std::unique_ptr<EVP_CIPHER, OpensslDelete<EVP_CIPHER_free>>;
using CipherContextPtr = std::unique_ptr<EVP_CIPHER_CTX, OpensslDelete<EVP_CIPHER_CTX_free>>;

// Assign sets a number from octets, big-endian. False: no memory.
[[nodiscard]] inline bool Assign(BIGNUM* number, Octets octets) {
  return BN_bin2bn(octets.data(), static_cast<int>(octets.size()), number) != nullptr;
}

}  // namespace iscsi_ike::crypto
