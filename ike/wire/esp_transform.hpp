// The ESP transform of quick mode: RFC 2407 sections 4.4.4 and 4.5; AES-CBC RFC 3602 section 5,
// AES-CTR RFC 3686 section 5, AES-GCM RFC 4106 section 8, AES-XCBC RFC 3566 section 6, SHA-2 RFC
// 4868, extended sequence numbers RFC 4304.
#pragma once

#include <cstdint>
#include <optional>

#include "ike/wire/obstacle.hpp"
#include "ike/wire/sa.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

// EspTransform holds attribute values as numbers of the wire; 0 is "absent" (no class assigns it).
struct EspTransform {
  std::uint8_t number = 0;
  std::uint8_t id = 0;
  std::uint16_t key_length = 0;  // bits
  std::uint16_t auth = 0;
  std::uint16_t group = 0;  // PFS group
  std::uint16_t encapsulation = 0;
  bool esn = false;
  policy::Lifetime lifetime;  // 0 where nothing was said; the default is kDefaultLifetimeSeconds
  bool has_lifetime = false;
  std::uint16_t unsupported_attribute = 0;  // first class this project does not use
};

// DecodeEsp reads a transform's attributes; error offsets count from `whole`. Errors:
// PAYLOAD-MALFORMED (list broken), BAD-PROPOSAL-SYNTAX (a basic attribute sent variable, a life
// duration without its type), ATTRIBUTES-NOT-SUPPORTED (conflicting repeats, an extended sequence
// number value other than 1).
[[nodiscard]] Wire<EspTransform> DecodeEsp(const TransformView& transform);

// FindObstacle: the first thing that keeps the transform from being an EspSuite; nullopt: none. Key
// lengths, AEAD without and everything else with an integrity algorithm are judged; encapsulation,
// group and lifetime are the caller's choice.
[[nodiscard]] std::optional<Obstacle> FindObstacle(const EspTransform& transform);
// ToSuite: the suite, when there is no obstacle. Its pfs_group stays unset.
[[nodiscard]] std::optional<policy::EspSuite> ToSuite(const EspTransform& transform);

// Numbers of the wire of a suite's algorithms; 0: the attribute must not be sent.
[[nodiscard]] std::uint8_t WireTransformId(policy::EspCipher cipher);
[[nodiscard]] std::uint16_t WireKeyLength(const policy::EspSuite& suite);
[[nodiscard]] std::uint16_t WireAuthentication(policy::EspAuth auth);

// UdpEncapsulation: whether ESP is to travel in UDP, and with which numbers that is said (RFC 3947
// section 5.1, or its drafts).
enum class UdpEncapsulation : std::uint8_t { kNone, kRfc3947, kDraft };
[[nodiscard]] std::uint16_t WireEncapsulation(policy::Encapsulation mode, UdpEncapsulation udp);
// ModeOf is the inverse; nullopt: the number is none of that form.
[[nodiscard]] std::optional<policy::Encapsulation> ModeOf(std::uint16_t encapsulation,
                                                          UdpEncapsulation udp);

// WriteEspTransform writes one transform into the proposal last begun: key length, authentication,
// encapsulation (a number, so that the UDP forms can be sent), PFS group, lifetime, extended
// sequence numbers.
void WriteEspTransform(SaWriter& sa, std::uint8_t number, const policy::EspSuite& suite,
                       std::uint16_t encapsulation, std::optional<crypto::DhGroup> pfs_group,
                       const policy::Lifetime& lifetime);

}  // namespace iscsi_ike::ike
