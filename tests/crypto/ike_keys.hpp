// The key formulas of RFC 2409 (sections 5, 5.4, 5.5 and Appendix B), written with Prf alone: an
// independent copy for tests of crypto, which knows nothing of the exchange.
#pragma once

#include <optional>

#include "crypto/hash.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

// PhaseOne: what both ends know after the key exchange. Octets are bodies without generic headers.
struct PhaseOne {
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::kSha1;
  Bytes psk;
  Bytes cky_i, cky_r;
  Bytes ni, nr;
  Bytes ke_i, ke_r;
  Bytes gxy;
};

struct Keys {
  Bytes skeyid, d, a, e;
};

[[nodiscard]] Bytes ToBytes(const crypto::Digest& digest);
[[nodiscard]] Bytes PrfOf(crypto::HashAlgorithm hash, const Bytes& key,
                          std::initializer_list<crypto::Octets> parts);

// SkeyidStep is SKEYID_d, _a and _e for 0, 1 and 2: prf(SKEYID, previous | g^xy | CKY-I | CKY-R |
// n).
[[nodiscard]] Bytes SkeyidStep(crypto::HashAlgorithm hash, const Bytes& skeyid,
                               const Bytes& previous, const Bytes& gxy, const Bytes& cky_i,
                               const Bytes& cky_r, std::uint8_t n);
[[nodiscard]] Keys DeriveKeys(const PhaseOne& phase);

// HASH_I and HASH_R; `sai` is the initiator's SA, `id` the identity of the end that sends it.
[[nodiscard]] Bytes HashI(const PhaseOne& phase, const Bytes& skeyid, const Bytes& sai,
                          const Bytes& id);
[[nodiscard]] Bytes HashR(const PhaseOne& phase, const Bytes& skeyid, const Bytes& sai,
                          const Bytes& id);

// CipherKey is SKEYID_e cut to size, or its expansion when it is too short (Appendix B).
[[nodiscard]] Bytes CipherKey(crypto::HashAlgorithm hash, const Bytes& skeyid_e, std::size_t size);

// PhaseOneIv = hash(g^xi | g^xr), LaterIv = hash(last block | M-ID), each cut to a block (Appendix
// B).
[[nodiscard]] Bytes PhaseOneIv(const PhaseOne& phase, std::size_t block_size);
[[nodiscard]] Bytes LaterIv(crypto::HashAlgorithm hash, const Bytes& block,
                            const Bytes& message_id);

// Keymat from a seed: [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b (section 5.5).
[[nodiscard]] Bytes Keymat(crypto::HashAlgorithm hash, const Bytes& skeyid_d, const Bytes& seed,
                           std::size_t size);

}  // namespace iscsi_ike::test
