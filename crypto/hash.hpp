// Hash and HMAC as plain values: no allocation, copyable mid-states, wiped when they die.
//
// Hasher is the running state of one hash. Prf is HMAC keyed once (RFC 2104): the states after the
// inner and the outer pad are kept, so that each further message costs two fewer compressions,
// which is what the exchange does most.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "crypto/secret.hpp"
#include "crypto/suite.hpp"

namespace iscsi_ike::crypto {

// Hasher computes one digest. Copying it forks the state.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  Hasher(const Hasher&) = default;
  Hasher& operator=(const Hasher&) = default;
  ~Hasher();
  void Update(Octets data);
  // Finish writes HashSize() octets; the state is spent.
  void Finish(MutableOctets out);
  [[nodiscard]] HashAlgorithm algorithm() const { return algorithm_; }

 private:
  static constexpr std::size_t kStateSize =
      216;  // the largest OpenSSL context, checked in the source
  alignas(8) std::array<std::uint8_t, kStateSize> state_;
  HashAlgorithm algorithm_;
};

// Digest is a hash or prf output of 1 to 64 octets.
using Digest = InlineSecret<kMaxHashSize>;

// Hash of the concatenation of `parts`.
[[nodiscard]] Digest HashOf(HashAlgorithm algorithm, std::initializer_list<Octets> parts);

// Prf is HMAC with one key (RFC 2409 section 4: prf = HMAC of the negotiated hash).
class Prf {
 public:
  // The key may have any length, zero included; longer than the block it is hashed first, as HMAC
  // says.
  Prf(HashAlgorithm algorithm, Octets key);
  Prf(const Prf&) = default;
  Prf& operator=(const Prf&) = default;

  // Compute = prf(key, parts[0] | parts[1] | ...).
  [[nodiscard]] Digest Compute(std::initializer_list<Octets> parts) const;

  // Begin/Finish for input that arrives in pieces: `Hasher h = prf.Begin(); h.Update(...);
  // prf.Finish(h)`.
  [[nodiscard]] Hasher Begin() const { return inner_; }
  [[nodiscard]] Digest Finish(Hasher& inner) const;
  [[nodiscard]] HashAlgorithm algorithm() const { return inner_.algorithm(); }

 private:
  Hasher inner_;
  Hasher outer_;
};

// ExpandKey fills `out` with K1 | K2 | ... where K1 = prf(first) and Kn = prf(K(n-1) | rest): the
// expansion of RFC 2409 Appendix B (first = one zero octet, rest empty) and, with first = rest =
// seed, that of KEYMAT (section 5.5).
void ExpandKey(const Prf& prf, std::initializer_list<Octets> first,
               std::initializer_list<Octets> rest, MutableOctets out);

}  // namespace iscsi_ike::crypto
