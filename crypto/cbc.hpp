// CBC encryption in place: AES with the processor's instructions where it has them; else with one
// OpenSSL context per cipher, kept and keyed anew for each message.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "crypto/secret.hpp"
#include "crypto/suite.hpp"

namespace iscsi_ike::crypto {

// AesInstructions: kNever is for comparison.
enum class AesInstructions : std::uint8_t { kWhereThereAre, kNever };

// CbcCipher serves every session of one engine; it keeps no key between calls that a caller could
// reach.
class CbcCipher {
 public:
  explicit CbcCipher(AesInstructions use = AesInstructions::kWhereThereAre);
  ~CbcCipher();
  CbcCipher(CbcCipher&&) noexcept;
  CbcCipher& operator=(CbcCipher&&) noexcept;

  // Encrypt and Decrypt work in place on a multiple of the block size. `key` is 24 octets (3DES,
  // EDE k1 k2 k3) or 16/24/32 (AES); `iv` is one block. False: a size is wrong or the library
  // refused (out of memory, no legacy provider); the data are then undefined.
  [[nodiscard]] bool Encrypt(CipherAlgorithm cipher, Octets key, Octets iv, MutableOctets data);
  [[nodiscard]] bool Decrypt(CipherAlgorithm cipher, Octets key, Octets iv, MutableOctets data);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::crypto
