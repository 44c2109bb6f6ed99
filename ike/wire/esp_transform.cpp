#include "ike/wire/esp_transform.hpp"

#include "ike/wire/attribute.hpp"
#include "ike/wire/lifetime.hpp"

namespace iscsi_ike::ike {
namespace {

using policy::EspAuth;
using policy::EspCipher;

// FieldOf: where the value of a class goes; nullptr for classes that have no field of their own.
std::uint16_t* FieldOf(EspTransform& transform, std::uint16_t attribute) {
  switch (static_cast<EspAttribute>(attribute)) {
    case EspAttribute::kGroup:
      return &transform.group;
    case EspAttribute::kEncapsulation:
      return &transform.encapsulation;
    case EspAttribute::kAuthentication:
      return &transform.auth;
    case EspAttribute::kKeyLength:
      return &transform.key_length;
    default:
      return nullptr;
  }
}

// RFC 4304 section 3: with any other value "SA setup MUST be aborted" (section 2 defines 1 alone).
std::optional<ParseError> TakeEsn(const Attribute& attribute, EspTransform& transform) {
  std::uint64_t value = 0;
  if (!attribute.AsNumber(value) || value != 1) {
    return ParseError{"extended sequence number is not 1", attribute.offset,
                      NotifyType::kAttributesNotSupported};
  }
  transform.esn = true;
  return std::nullopt;
}

// EspDecoder takes the attributes one by one.
struct EspDecoder {
  EspTransform transform;
  NumberFields numbers;
  LifetimeCollector lifetime{kPhase2Lifetime};

  std::optional<ParseError> Take(const Attribute& attribute) {
    // RFC 2407 section 4.5: "Attributes described as basic MUST NOT be encoded as variable."
    if (!attribute.basic && EspMustBeBasic(attribute.type)) {
      return ParseError{"basic attribute sent as variable", attribute.offset,
                        NotifyType::kBadProposalSyntax};
    }
    bool is_lifetime = false;
    if (auto error = lifetime.Take(attribute, is_lifetime)) return error;
    if (is_lifetime) return std::nullopt;
    if (attribute.type == ToNumber(EspAttribute::kExtendedSequenceNumber)) {
      return TakeEsn(attribute, transform);
    }
    if (std::uint16_t* field = FieldOf(transform, attribute.type)) {
      return numbers.Set(attribute, *field);
    }
    if (transform.unsupported_attribute == 0) transform.unsupported_attribute = attribute.type;
    return std::nullopt;
  }

  std::optional<ParseError> Finish(std::size_t end) {
    if (auto error = lifetime.Finish(end)) return error;
    transform.has_lifetime = lifetime.found();
    transform.lifetime = lifetime.lifetime();
    if (lifetime.unknown_type() && transform.unsupported_attribute == 0) {
      transform.unsupported_attribute = ToNumber(EspAttribute::kLifeType);
    }
    return std::nullopt;
  }
};

std::optional<EspCipher> CipherFromId(std::uint8_t id) {
  switch (static_cast<EspTransformId>(id)) {
    case EspTransformId::kNull:
      return EspCipher::kNull;
    case EspTransformId::kTripleDes:
      return EspCipher::kTripleDesCbc;
    case EspTransformId::kAesCbc:
      return EspCipher::kAesCbc;
    case EspTransformId::kAesCtr:
      return EspCipher::kAesCtr;
    case EspTransformId::kAesGcm8:
      return EspCipher::kAesGcm8;
    case EspTransformId::kAesGcm12:
      return EspCipher::kAesGcm12;
    case EspTransformId::kAesGcm16:
      return EspCipher::kAesGcm16;
    default:
      return std::nullopt;
  }
}

std::optional<EspAuth> AuthFromWire(std::uint16_t number) {
  if (number == 0) return EspAuth::kNone;
  switch (static_cast<EspAuthentication>(number)) {
    case EspAuthentication::kHmacSha1:
      return EspAuth::kHmacSha1_96;
    case EspAuthentication::kHmacSha256:
      return EspAuth::kHmacSha256_128;
    case EspAuthentication::kHmacSha384:
      return EspAuth::kHmacSha384_192;
    case EspAuthentication::kHmacSha512:
      return EspAuth::kHmacSha512_256;
    case EspAuthentication::kAesXcbcMac:
      return EspAuth::kAesXcbc96;
    default:
      return std::nullopt;
  }
}

bool HasFixedKey(EspCipher cipher) {
  return cipher == EspCipher::kNull || cipher == EspCipher::kTripleDesCbc;
}

std::optional<Obstacle> FindKeyLengthObstacle(const EspTransform& t, EspCipher cipher) {
  const auto blocked = [&t](std::string_view rule) {
    return Obstacle{ToNumber(EspAttribute::kKeyLength), t.key_length, rule};
  };
  if (HasFixedKey(cipher)) {
    if (t.key_length == 0) return std::nullopt;
    return blocked("key length with a cipher of fixed key (RFC 2407 section 4.5)");
  }
  if (t.key_length == 128 || t.key_length == 192 || t.key_length == 256) return std::nullopt;
  return blocked("AES needs a key length of 128, 192 or 256 (RFC 3602 section 5.3)");
}

std::optional<Obstacle> FindAuthObstacle(const EspTransform& t, EspCipher cipher) {
  const auto blocked = [&t](std::string_view rule) {
    return Obstacle{ToNumber(EspAttribute::kAuthentication), t.auth, rule};
  };
  if (policy::IsAead(cipher)) {
    if (t.auth == 0) return std::nullopt;
    return blocked("integrity algorithm next to AES-GCM (RFC 4106 section 8)");
  }
  // RFC 7146 and RFC 3723 section 2.3.1: integrity always; RFC 2407 section 4.5: NULL must have it.
  if (t.auth == 0) return blocked("no integrity algorithm");
  if (!AuthFromWire(t.auth)) return blocked("integrity algorithm not supported");
  return std::nullopt;
}

}  // namespace

Wire<EspTransform> DecodeEsp(const TransformView& transform) {
  EspDecoder decoder;
  decoder.transform.number = transform.number;
  decoder.transform.id = transform.id;
  AttributeCursor cursor(transform.attributes);
  std::optional<ParseError> error;
  while (const auto attribute = cursor.Next()) {
    error = decoder.Take(*attribute);
    if (error) break;
  }
  if (!error) error = cursor.error();
  if (!error) error = decoder.Finish(transform.attributes.size());
  if (!error) return decoder.transform;
  error->offset += kTransformFixedSize;
  error->payload = PayloadType::kSa;
  return Failure<ParseError>(*error);
}

std::optional<Obstacle> FindObstacle(const EspTransform& t) {
  const auto cipher = CipherFromId(t.id);
  if (!cipher) return Obstacle{0, t.id, "transform not supported"};
  if (t.unsupported_attribute != 0) {
    return Obstacle{t.unsupported_attribute, 0, "attribute not supported"};
  }
  if (auto obstacle = FindKeyLengthObstacle(t, *cipher)) return obstacle;
  return FindAuthObstacle(t, *cipher);
}

std::optional<policy::EspSuite> ToSuite(const EspTransform& t) {
  if (FindObstacle(t)) return std::nullopt;
  policy::EspSuite suite;
  suite.cipher = *CipherFromId(t.id);
  suite.key_bits = suite.cipher == EspCipher::kTripleDesCbc ? std::uint16_t{192} : t.key_length;
  suite.auth = *AuthFromWire(t.auth);
  suite.esn = t.esn;
  return suite;
}

std::uint8_t WireTransformId(EspCipher cipher) {
  switch (cipher) {
    case EspCipher::kNull:
      return ToNumber(EspTransformId::kNull);
    case EspCipher::kTripleDesCbc:
      return ToNumber(EspTransformId::kTripleDes);
    case EspCipher::kAesCbc:
      return ToNumber(EspTransformId::kAesCbc);
    case EspCipher::kAesCtr:
      return ToNumber(EspTransformId::kAesCtr);
    case EspCipher::kAesGcm8:
      return ToNumber(EspTransformId::kAesGcm8);
    case EspCipher::kAesGcm12:
      return ToNumber(EspTransformId::kAesGcm12);
    case EspCipher::kAesGcm16:
      return ToNumber(EspTransformId::kAesGcm16);
  }
  return 0;
}

std::uint16_t WireKeyLength(const policy::EspSuite& suite) {
  return HasFixedKey(suite.cipher) ? std::uint16_t{0} : suite.key_bits;
}

std::uint16_t WireAuthentication(EspAuth auth) {
  switch (auth) {
    case EspAuth::kNone:
      return 0;
    case EspAuth::kHmacSha1_96:
      return ToNumber(EspAuthentication::kHmacSha1);
    case EspAuth::kHmacSha256_128:
      return ToNumber(EspAuthentication::kHmacSha256);
    case EspAuth::kHmacSha384_192:
      return ToNumber(EspAuthentication::kHmacSha384);
    case EspAuth::kHmacSha512_256:
      return ToNumber(EspAuthentication::kHmacSha512);
    case EspAuth::kAesXcbc96:
      return ToNumber(EspAuthentication::kAesXcbcMac);
  }
  return 0;
}

std::uint16_t WireEncapsulation(policy::Encapsulation mode, UdpEncapsulation udp) {
  const bool tunnel = mode == policy::Encapsulation::kTunnel;
  switch (udp) {
    case UdpEncapsulation::kRfc3947:
      return ToNumber(tunnel ? EncapsulationMode::kUdpTunnel : EncapsulationMode::kUdpTransport);
    case UdpEncapsulation::kDraft:
      return ToNumber(tunnel ? EncapsulationMode::kUdpTunnelDraft
                             : EncapsulationMode::kUdpTransportDraft);
    case UdpEncapsulation::kNone:
      break;
  }
  return ToNumber(tunnel ? EncapsulationMode::kTunnel : EncapsulationMode::kTransport);
}

std::optional<policy::Encapsulation> ModeOf(std::uint16_t encapsulation, UdpEncapsulation udp) {
  for (const auto mode : {policy::Encapsulation::kTunnel, policy::Encapsulation::kTransport}) {
    if (WireEncapsulation(mode, udp) == encapsulation) return mode;
  }
  return std::nullopt;
}

void WriteEspTransform(SaWriter& sa, std::uint8_t number, const policy::EspSuite& suite,
                       std::uint16_t encapsulation, std::optional<crypto::DhGroup> pfs_group,
                       const policy::Lifetime& lifetime) {
  Writer& writer = sa.writer();
  const auto attribute = [&writer](EspAttribute type, std::uint32_t value) {
    if (value != 0) WriteAttribute(writer, ToNumber(type), value);
  };
  sa.BeginTransform(number, WireTransformId(suite.cipher));
  attribute(EspAttribute::kKeyLength, WireKeyLength(suite));
  attribute(EspAttribute::kAuthentication, WireAuthentication(suite.auth));
  attribute(EspAttribute::kEncapsulation, encapsulation);
  if (pfs_group) attribute(EspAttribute::kGroup, ToNumber(*pfs_group));
  WriteLifetime(writer, lifetime, kPhase2Lifetime);
  attribute(EspAttribute::kExtendedSequenceNumber, suite.esn ? 1 : 0);
  sa.EndTransform();
}

}  // namespace iscsi_ike::ike
