#include "ike/wire/registry.hpp"

#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {
namespace {

enum class Format : std::uint8_t { kBasic, kVariable };

#define ISCSI_IKE_CASE(enumerator, number, name) \
  case number:                                   \
    return name;
#define ISCSI_IKE_PLAIN_CASE(number, name) \
  case number:                             \
    return name;
#define ISCSI_IKE_ATTRIBUTE_CASE(enumerator, number, format, name) \
  case number:                                                     \
    return name;
#define ISCSI_IKE_FORMAT_CASE(enumerator, number, format, name) \
  case number:                                                  \
    return Format::format == Format::kBasic;

std::string_view LifeTypeName(std::uint32_t value) {
  switch (value) {
#define ISCSI_IKE_LIFE_TYPE ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view Phase1EncryptionName(std::uint32_t value) {
  switch (value) {
#define ISCSI_IKE_PHASE1_ENCRYPTION ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view Phase1HashName(std::uint32_t value) {
  switch (value) {
#define ISCSI_IKE_PHASE1_HASH ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view Phase1AuthenticationName(std::uint32_t value) {
  switch (value) {
#define ISCSI_IKE_PHASE1_AUTHENTICATION ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view GroupTypeName(std::uint32_t value) {
  switch (value) {
#define ISCSI_IKE_GROUP_TYPE ISCSI_IKE_PLAIN_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view EncapsulationName(std::uint32_t value) {
  switch (value) {
#define ISCSI_IKE_ENCAPSULATION ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view EspAuthenticationName(std::uint32_t value) {
  switch (value) {
#define ISCSI_IKE_ESP_AUTHENTICATION ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view AhTransformName(std::uint8_t id) {
  switch (id) {
#define ISCSI_IKE_AH_TRANSFORM ISCSI_IKE_PLAIN_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view EspTransformName(std::uint8_t id) {
  switch (id) {
#define ISCSI_IKE_ESP_TRANSFORM ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view IpcompTransformName(std::uint8_t id) {
  switch (id) {
#define ISCSI_IKE_IPCOMP_TRANSFORM ISCSI_IKE_PLAIN_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

// Group names fit 16 bits; a larger value has none.
std::string_view GroupNameOf(std::uint32_t value) {
  return value <= 0xffff ? GroupName(static_cast<std::uint16_t>(value)) : std::string_view();
}

}  // namespace

bool IsPhase1(ExchangeType type) {
  return type == ExchangeType::kBase || type == ExchangeType::kMain ||
         type == ExchangeType::kAuthOnly || type == ExchangeType::kAggressive;
}

std::string_view NameOf(PayloadType type) {
  switch (ToNumber(type)) {
#define ISCSI_IKE_PAYLOAD_TYPE ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view NameOf(ExchangeType type) {
  switch (ToNumber(type)) {
#define ISCSI_IKE_EXCHANGE_TYPE ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view NameOf(ProtocolId protocol) {
  switch (ToNumber(protocol)) {
#define ISCSI_IKE_PROTOCOL_ID ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view NameOf(NotifyType type) {
  switch (ToNumber(type)) {
#define ISCSI_IKE_NOTIFY_TYPE ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view NameOf(IdentificationType type) {
  switch (ToNumber(type)) {
#define ISCSI_IKE_IDENTIFICATION_TYPE ISCSI_IKE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view GroupName(std::uint16_t group) {
  switch (group) {
#define ISCSI_IKE_GROUP ISCSI_IKE_PLAIN_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view Phase1AttributeName(std::uint16_t attribute) {
  switch (attribute) {
#define ISCSI_IKE_PHASE1_ATTRIBUTE ISCSI_IKE_ATTRIBUTE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

std::string_view EspAttributeName(std::uint16_t attribute) {
  switch (attribute) {
#define ISCSI_IKE_ESP_ATTRIBUTE ISCSI_IKE_ATTRIBUTE_CASE
#include "ike/wire/registry.def"
    default:
      return {};
  }
}

bool Phase1MustBeBasic(std::uint16_t attribute) {
  switch (attribute) {
#define ISCSI_IKE_PHASE1_ATTRIBUTE ISCSI_IKE_FORMAT_CASE
#include "ike/wire/registry.def"
    default:
      return false;
  }
}

bool EspMustBeBasic(std::uint16_t attribute) {
  switch (attribute) {
#define ISCSI_IKE_ESP_ATTRIBUTE ISCSI_IKE_FORMAT_CASE
#include "ike/wire/registry.def"
    default:
      return false;
  }
}

std::string_view Phase1ValueName(std::uint16_t attribute, std::uint32_t value) {
  switch (static_cast<Phase1Attribute>(attribute)) {
    case Phase1Attribute::kEncryption:
      return Phase1EncryptionName(value);
    case Phase1Attribute::kHash:
      return Phase1HashName(value);
    case Phase1Attribute::kAuthentication:
      return Phase1AuthenticationName(value);
    case Phase1Attribute::kGroup:
      return GroupNameOf(value);
    case Phase1Attribute::kGroupType:
      return GroupTypeName(value);
    case Phase1Attribute::kLifeType:
      return LifeTypeName(value);
    default:
      return {};
  }
}

std::string_view EspValueName(std::uint16_t attribute, std::uint32_t value) {
  switch (static_cast<EspAttribute>(attribute)) {
    case EspAttribute::kLifeType:
      return LifeTypeName(value);
    case EspAttribute::kGroup:
      return GroupNameOf(value);
    case EspAttribute::kEncapsulation:
      return EncapsulationName(value);
    case EspAttribute::kAuthentication:
      return EspAuthenticationName(value);
    default:
      return {};
  }
}

std::string_view TransformName(ProtocolId protocol, std::uint8_t id) {
  switch (protocol) {
    case ProtocolId::kIsakmp:
      return id == kTransformKeyIke ? "KEY_IKE" : std::string_view();
    case ProtocolId::kAh:
      return AhTransformName(id);
    case ProtocolId::kEsp:
      return EspTransformName(id);
    case ProtocolId::kIpcomp:
      return IpcompTransformName(id);
    default:
      return {};
  }
}

std::string WithNumber(std::string_view name, std::uint32_t number) {
  std::string text(name.empty() ? "unknown" : name);
  text += " (";
  text += std::to_string(number);
  text += ")";
  return text;
}

std::string Describe(PayloadType type) { return WithNumber(NameOf(type), ToNumber(type)); }
std::string Describe(ExchangeType type) { return WithNumber(NameOf(type), ToNumber(type)); }
std::string Describe(ProtocolId protocol) {
  return WithNumber(NameOf(protocol), ToNumber(protocol));
}
std::string Describe(NotifyType type) { return WithNumber(NameOf(type), ToNumber(type)); }

}  // namespace iscsi_ike::ike
