// The phase-1 transform KEY_IKE: RFC 2409 section 4 and Appendix A; AES RFC 3602 section 5, SHA-2
// RFC 4868 section 4.
#pragma once

#include <cstdint>
#include <optional>

#include "ike/wire/obstacle.hpp"
#include "ike/wire/sa.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

// Phase1Transform holds attribute values as numbers of the wire; 0 is "absent" (no class assigns
// it).
struct Phase1Transform {
  std::uint8_t number = 0;
  std::uint8_t id =
      0;  // anything but kTransformKeyIke: ignore the transform (RFC 2408 section 5.6)
  std::uint16_t encryption = 0;
  std::uint16_t key_length = 0;  // bits
  std::uint16_t hash = 0;
  std::uint16_t auth = 0;
  std::uint16_t group = 0;
  std::uint16_t prf = 0;
  policy::Lifetime lifetime;  // 0 where nothing was said
  bool has_lifetime = false;
  std::uint16_t unsupported_attribute = 0;  // first class this project does not use
};

// DecodePhase1 reads a transform's attributes; with a foreign transform ID it reads none. Error
// offsets count from `whole`. Errors:
// PAYLOAD-MALFORMED (list broken), BAD-PROPOSAL-SYNTAX (a basic attribute sent variable, a life
// duration without its type, one of encryption, hash, authentication, group missing),
// ATTRIBUTES-NOT-SUPPORTED (conflicting repeats).
[[nodiscard]] Wire<Phase1Transform> DecodePhase1(const TransformView& transform);

// FindObstacle: the first thing that keeps the transform from being a Phase1Suite with a pre-shared
// key; nullopt: none.
[[nodiscard]] std::optional<Obstacle> FindObstacle(const Phase1Transform& transform);
// ToSuite: the suite, when there is no obstacle.
[[nodiscard]] std::optional<policy::Phase1Suite> ToSuite(const Phase1Transform& transform);

// Numbers of the wire of a suite's algorithms. WireKeyLength is 0 for 3DES: it must not be sent.
[[nodiscard]] std::uint16_t WireEncryption(const policy::Phase1Suite& suite);
[[nodiscard]] std::uint16_t WireKeyLength(const policy::Phase1Suite& suite);
[[nodiscard]] std::uint16_t WireHash(crypto::HashAlgorithm hash);
[[nodiscard]] std::optional<crypto::HashAlgorithm> HashFromWire(std::uint16_t number);
[[nodiscard]] std::optional<crypto::CipherAlgorithm> CipherFromWire(std::uint16_t number);

// WritePhase1Transform writes one transform into the proposal last begun: encryption, key length,
// hash, group, authentication (pre-shared key), lifetime. Some peers want the key length right
// after the cipher.
void WritePhase1Transform(SaWriter& sa, std::uint8_t number, const policy::Phase1Suite& suite,
                          const policy::Lifetime& lifetime);

}  // namespace iscsi_ike::ike
