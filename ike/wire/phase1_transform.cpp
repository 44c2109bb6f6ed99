#include "ike/wire/phase1_transform.hpp"

#include "ike/wire/attribute.hpp"
#include "ike/wire/lifetime.hpp"

namespace iscsi_ike::ike {
namespace {

using crypto::CipherAlgorithm;
using crypto::HashAlgorithm;

// FieldOf: where the value of a class goes; nullptr for classes that have no field.
std::uint16_t* FieldOf(Phase1Transform& transform, std::uint16_t attribute) {
  switch (static_cast<Phase1Attribute>(attribute)) {
    case Phase1Attribute::kEncryption:
      return &transform.encryption;
    case Phase1Attribute::kKeyLength:
      return &transform.key_length;
    case Phase1Attribute::kHash:
      return &transform.hash;
    case Phase1Attribute::kAuthentication:
      return &transform.auth;
    case Phase1Attribute::kGroup:
      return &transform.group;
    case Phase1Attribute::kPrf:
      return &transform.prf;
    default:
      return nullptr;
  }
}

// Phase1Decoder takes the attributes one by one.
struct Phase1Decoder {
  Phase1Transform transform;
  NumberFields numbers;
  LifetimeCollector lifetime{kPhase1Lifetime};

  std::optional<ParseError> Take(const Attribute& attribute) {
    // RFC 2409 Appendix A: "Attributes described as basic MUST NOT be encoded as variable."
    if (!attribute.basic && Phase1MustBeBasic(attribute.type)) {
      return ParseError{"basic attribute sent as variable", attribute.offset,
                        NotifyType::kBadProposalSyntax};
    }
    bool is_lifetime = false;
    if (auto error = lifetime.Take(attribute, is_lifetime)) return error;
    if (is_lifetime) return std::nullopt;
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
      transform.unsupported_attribute = ToNumber(Phase1Attribute::kLifeType);
    }
    // RFC 2409 section 4: these four "are used by IKE and are negotiated as part of the ISAKMP SA".
    if (transform.encryption == 0 || transform.hash == 0 || transform.auth == 0 ||
        transform.group == 0) {
      return ParseError{"encryption, hash, authentication or group missing", end,
                        NotifyType::kBadProposalSyntax};
    }
    return std::nullopt;
  }
};

bool IsAesKeyLength(std::uint16_t bits) { return bits == 128 || bits == 192 || bits == 256; }

Obstacle Blocked(Phase1Attribute attribute, std::uint32_t value, std::string_view rule) {
  return Obstacle{ToNumber(attribute), value, rule};
}

std::optional<Obstacle> FindCipherObstacle(const Phase1Transform& t) {
  const auto cipher = CipherFromWire(t.encryption);
  if (!cipher) return Blocked(Phase1Attribute::kEncryption, t.encryption, "cipher not supported");
  if (*cipher == CipherAlgorithm::kAesCbc && !IsAesKeyLength(t.key_length)) {
    return Blocked(Phase1Attribute::kKeyLength, t.key_length,
                   "AES needs a key length of 128, 192 or 256 (RFC 3602 section 5.3)");
  }
  // RFC 2409 Appendix A: key length "MUST NOT be used when the specified Encryption Algorithm uses
  // a fixed length key."
  if (*cipher == CipherAlgorithm::kTripleDesCbc && t.key_length != 0) {
    return Blocked(Phase1Attribute::kKeyLength, t.key_length,
                   "key length with a cipher of fixed key (RFC 2409 Appendix A)");
  }
  return std::nullopt;
}

}  // namespace

Wire<Phase1Transform> DecodePhase1(const TransformView& transform) {
  Phase1Decoder decoder;
  decoder.transform.number = transform.number;
  decoder.transform.id = transform.id;
  if (transform.id != kTransformKeyIke) return decoder.transform;
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

std::optional<Obstacle> FindObstacle(const Phase1Transform& t) {
  if (t.id != kTransformKeyIke) return Obstacle{0, t.id, "transform is not KEY_IKE"};
  if (t.unsupported_attribute != 0) {
    return Obstacle{t.unsupported_attribute, 0, "attribute not supported"};
  }
  if (auto obstacle = FindCipherObstacle(t)) return obstacle;
  const auto hash = HashFromWire(t.hash);
  if (!hash || *hash == HashAlgorithm::kMd5) {
    return Blocked(Phase1Attribute::kHash, t.hash, "hash not supported");
  }
  if (!crypto::DhGroupByNumber(t.group)) {
    return Blocked(Phase1Attribute::kGroup, t.group, "group not supported");
  }
  if (t.auth != ToNumber(Phase1Authentication::kPresharedKey)) {
    return Blocked(Phase1Attribute::kAuthentication, t.auth, "only pre-shared keys");
  }
  if (t.prf != 0) return Blocked(Phase1Attribute::kPrf, t.prf, "no prf was ever assigned");
  return std::nullopt;
}

std::optional<policy::Phase1Suite> ToSuite(const Phase1Transform& t) {
  if (FindObstacle(t)) return std::nullopt;
  policy::Phase1Suite suite;
  suite.cipher = *CipherFromWire(t.encryption);
  suite.key_bits = suite.cipher == CipherAlgorithm::kTripleDesCbc ? 192 : t.key_length;
  suite.hash = *HashFromWire(t.hash);
  suite.group = *crypto::DhGroupByNumber(t.group);
  return suite;
}

std::uint16_t WireEncryption(const policy::Phase1Suite& suite) {
  return ToNumber(suite.cipher == CipherAlgorithm::kTripleDesCbc ? Phase1Encryption::kTripleDesCbc
                                                                 : Phase1Encryption::kAesCbc);
}

std::uint16_t WireKeyLength(const policy::Phase1Suite& suite) {
  return suite.cipher == CipherAlgorithm::kTripleDesCbc ? std::uint16_t{0} : suite.key_bits;
}

std::optional<CipherAlgorithm> CipherFromWire(std::uint16_t number) {
  switch (static_cast<Phase1Encryption>(number)) {
    case Phase1Encryption::kTripleDesCbc:
      return CipherAlgorithm::kTripleDesCbc;
    case Phase1Encryption::kAesCbc:
      return CipherAlgorithm::kAesCbc;
    default:
      return std::nullopt;
  }
}

std::uint16_t WireHash(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::kMd5:
      return ToNumber(Phase1Hash::kMd5);
    case HashAlgorithm::kSha1:
      return ToNumber(Phase1Hash::kSha1);
    case HashAlgorithm::kSha256:
      return ToNumber(Phase1Hash::kSha256);
    case HashAlgorithm::kSha384:
      return ToNumber(Phase1Hash::kSha384);
    case HashAlgorithm::kSha512:
      return ToNumber(Phase1Hash::kSha512);
  }
  return 0;
}

std::optional<HashAlgorithm> HashFromWire(std::uint16_t number) {
  switch (static_cast<Phase1Hash>(number)) {
    case Phase1Hash::kMd5:
      return HashAlgorithm::kMd5;
    case Phase1Hash::kSha1:
      return HashAlgorithm::kSha1;
    case Phase1Hash::kSha256:
      return HashAlgorithm::kSha256;
    case Phase1Hash::kSha384:
      return HashAlgorithm::kSha384;
    case Phase1Hash::kSha512:
      return HashAlgorithm::kSha512;
    default:
      return std::nullopt;
  }
}

void WritePhase1Transform(SaWriter& sa, std::uint8_t number, const policy::Phase1Suite& suite,
                          const policy::Lifetime& lifetime) {
  Writer& writer = sa.writer();
  const auto attribute = [&writer](Phase1Attribute type, std::uint32_t value) {
    WriteAttribute(writer, ToNumber(type), value);
  };
  sa.BeginTransform(number, kTransformKeyIke);
  attribute(Phase1Attribute::kEncryption, WireEncryption(suite));
  if (const std::uint16_t bits = WireKeyLength(suite)) attribute(Phase1Attribute::kKeyLength, bits);
  attribute(Phase1Attribute::kHash, WireHash(suite.hash));
  attribute(Phase1Attribute::kGroup, ToNumber(suite.group));
  attribute(Phase1Attribute::kAuthentication, ToNumber(Phase1Authentication::kPresharedKey));
  WriteLifetime(writer, lifetime, kPhase1Lifetime);
  sa.EndTransform();
}

}  // namespace iscsi_ike::ike
