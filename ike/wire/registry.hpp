// The assigned numbers of ISAKMP, IKE and the IPsec DOI as enumerations, and their names.
// registry.def holds both, with the sources. Any number may arrive from the network: an enumeration
// is a name for a number, never a promise of range.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace iscsi_ike::ike {

#define ISCSI_IKE_ENUMERATOR(enumerator, number, name) enumerator = number,
#define ISCSI_IKE_ATTRIBUTE_ENUMERATOR(enumerator, number, format, name) enumerator = number,

enum class PayloadType : std::uint8_t {
  kNone = 0,
#define ISCSI_IKE_PAYLOAD_TYPE ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};

// ExchangeType: kMain is "identity protection" in RFC 2408.
enum class ExchangeType : std::uint8_t {
  kNone = 0,
#define ISCSI_IKE_EXCHANGE_TYPE ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};

enum class ProtocolId : std::uint8_t {
  kNone = 0,
#define ISCSI_IKE_PROTOCOL_ID ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};

enum class NotifyType : std::uint16_t {
  kNone = 0,
#define ISCSI_IKE_NOTIFY_TYPE ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};
// IsError: 1 to 16383 are errors, the rest status (RFC 2408 section 3.14.1).
[[nodiscard]] constexpr bool IsError(NotifyType type) {
  return type != NotifyType::kNone && static_cast<std::uint16_t>(type) < 16384;
}

// IdentificationType: type octet of the identification payload, phase 1 and 2.
enum class IdentificationType : std::uint8_t {
#define ISCSI_IKE_IDENTIFICATION_TYPE ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};

enum class LifeType : std::uint16_t {
#define ISCSI_IKE_LIFE_TYPE ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};

// Attribute classes and values of phase 1. Group numbers are crypto::DhGroup.
enum class Phase1Attribute : std::uint16_t {
#define ISCSI_IKE_PHASE1_ATTRIBUTE ISCSI_IKE_ATTRIBUTE_ENUMERATOR
#include "ike/wire/registry.def"
};
enum class Phase1Encryption : std::uint16_t {
#define ISCSI_IKE_PHASE1_ENCRYPTION ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};
enum class Phase1Hash : std::uint16_t {
#define ISCSI_IKE_PHASE1_HASH ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};
enum class Phase1Authentication : std::uint16_t {
#define ISCSI_IKE_PHASE1_AUTHENTICATION ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};

// ESP transform IDs, attribute classes (shared with AH and IPCOMP) and values.
enum class EspTransformId : std::uint8_t {
#define ISCSI_IKE_ESP_TRANSFORM ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};
enum class EspAttribute : std::uint16_t {
#define ISCSI_IKE_ESP_ATTRIBUTE ISCSI_IKE_ATTRIBUTE_ENUMERATOR
#include "ike/wire/registry.def"
};
enum class EncapsulationMode : std::uint16_t {
#define ISCSI_IKE_ENCAPSULATION ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};
enum class EspAuthentication : std::uint16_t {
#define ISCSI_IKE_ESP_AUTHENTICATION ISCSI_IKE_ENUMERATOR
#include "ike/wire/registry.def"
};

#undef ISCSI_IKE_ENUMERATOR
#undef ISCSI_IKE_ATTRIBUTE_ENUMERATOR

// Header flags (RFC 2408 section 3.1).
inline constexpr std::uint8_t kFlagEncryption = 0x01;
inline constexpr std::uint8_t kFlagCommit = 0x02;
inline constexpr std::uint8_t kFlagAuthOnly = 0x04;

inline constexpr std::uint8_t kIsakmpVersion = 0x10;        // major 1, minor 0
inline constexpr std::uint32_t kIpsecDoi = 1;               // RFC 2407 section 4
inline constexpr std::uint32_t kSituationIdentityOnly = 1;  // RFC 2407 section 4.2.1
inline constexpr std::uint8_t kTransformKeyIke = 1;         // RFC 2407 section 4.4.2
inline constexpr std::uint32_t kDefaultLifetimeSeconds =
    28800;  // RFC 2407 section 4.5, phase 1 by practice

// NameOf is the field-standard name ("NO-PROPOSAL-CHOSEN"); empty for a number without one.
[[nodiscard]] std::string_view NameOf(PayloadType type);
[[nodiscard]] std::string_view NameOf(ExchangeType type);
[[nodiscard]] std::string_view NameOf(ProtocolId protocol);
[[nodiscard]] std::string_view NameOf(NotifyType type);
[[nodiscard]] std::string_view NameOf(IdentificationType type);
[[nodiscard]] std::string_view GroupName(std::uint16_t group);  // "modp2048"

[[nodiscard]] bool IsPhase1(ExchangeType type);  // base, main, authentication only, aggressive

// Names of attribute classes ("group") and of their values ("modp2048"); empty when there is none.
[[nodiscard]] std::string_view Phase1AttributeName(std::uint16_t attribute);
[[nodiscard]] std::string_view Phase1ValueName(std::uint16_t attribute, std::uint32_t value);
[[nodiscard]] std::string_view EspAttributeName(std::uint16_t attribute);
[[nodiscard]] std::string_view EspValueName(std::uint16_t attribute, std::uint32_t value);
// TransformName: "KEY_IKE", or "AES-CBC" for ESP 12.
[[nodiscard]] std::string_view TransformName(ProtocolId protocol, std::uint8_t id);

// MustBeBasic: the attribute may only be sent as type/value (RFC 2407 section 4.5, RFC 2409
// Appendix A). False for attributes without a definition.
[[nodiscard]] bool Phase1MustBeBasic(std::uint16_t attribute);
[[nodiscard]] bool EspMustBeBasic(std::uint16_t attribute);

// WithNumber is "NAME (14)", or "unknown (14)" when the name is empty.
[[nodiscard]] std::string WithNumber(std::string_view name, std::uint32_t number);
// Describe is WithNumber of an enumeration: "NO-PROPOSAL-CHOSEN (14)".
[[nodiscard]] std::string Describe(PayloadType type);
[[nodiscard]] std::string Describe(ExchangeType type);
[[nodiscard]] std::string Describe(ProtocolId protocol);
[[nodiscard]] std::string Describe(NotifyType type);

}  // namespace iscsi_ike::ike
