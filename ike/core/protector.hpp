// Protection of ISAKMP messages: CBC over everything behind the header, zero padding to the block
// (RFC 2409 Appendix B).
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/cbc.hpp"
#include "ike/core/iv_chain.hpp"
#include "ike/core/keymat.hpp"
#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {

// ProtectionKey: what a session's messages are sealed with.
struct ProtectionKey {
  crypto::CbcCipher& cipher;
  crypto::CipherAlgorithm algorithm;
  const CipherKey& key;
};

// Seal pads and encrypts a whole message in place, sets the E flag and the length, and moves the
// chain on. False: the cryptographic library refused.
[[nodiscard]] bool Seal(const ProtectionKey& key, IvChain& chain,
                        std::vector<std::uint8_t>& message);

// Open decrypts the payloads of `message` (header included, exactly header.length octets) into
// `clear` and stages the chain. False: not a positive multiple of the block size, or the library
// refused.
[[nodiscard]] bool Open(const ProtectionKey& key, IvChain& chain, Octets message,
                        std::vector<std::uint8_t>& clear);

// Phase1Iv = hash(g^xi | g^xr), Phase2Iv = hash(last phase-1 ciphertext block | message ID); the
// chain takes what it needs.
[[nodiscard]] crypto::Digest Phase1Iv(crypto::HashAlgorithm hash, Octets public_i, Octets public_r);
[[nodiscard]] crypto::Digest Phase2Iv(crypto::HashAlgorithm hash, Octets last_block, MessageId id);

// MessageIdOctets is the message ID as HASH(1) to HASH(3) and Phase2Iv take it: 4 octets,
// big-endian.
[[nodiscard]] std::array<std::uint8_t, 4> MessageIdOctets(MessageId id);

}  // namespace iscsi_ike::ike
