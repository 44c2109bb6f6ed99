// The part of describe.hpp that speaks of transforms and their attributes.
#include "ike/wire/attribute.hpp"
#include "ike/wire/describe.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

// Phase: how the attributes of a protocol are named, and the short labels of the common ones.
struct Phase {
  bool first = false;

  [[nodiscard]] std::string_view AttributeName(std::uint16_t attribute) const {
    return first ? Phase1AttributeName(attribute) : EspAttributeName(attribute);
  }
  [[nodiscard]] std::string_view ValueName(std::uint16_t attribute, std::uint32_t value) const {
    return first ? Phase1ValueName(attribute, value) : EspValueName(attribute, value);
  }
  [[nodiscard]] bool IsLifeType(std::uint16_t attribute) const {
    return attribute ==
           (first ? ToNumber(Phase1Attribute::kLifeType) : ToNumber(EspAttribute::kLifeType));
  }
  [[nodiscard]] bool IsLifeDuration(std::uint16_t attribute) const {
    return attribute == (first ? ToNumber(Phase1Attribute::kLifeDuration)
                               : ToNumber(EspAttribute::kLifeDuration));
  }
  [[nodiscard]] std::string_view Label(std::uint16_t attribute) const {
    return first ? Phase1Label(static_cast<Phase1Attribute>(attribute))
                 : Phase2Label(static_cast<EspAttribute>(attribute));
  }

 private:
  static std::string_view Phase1Label(Phase1Attribute attribute) {
    switch (attribute) {
      case Phase1Attribute::kEncryption:
        return "enc";
      case Phase1Attribute::kHash:
        return "hash";
      case Phase1Attribute::kAuthentication:
        return "auth";
      case Phase1Attribute::kGroup:
        return "group";
      case Phase1Attribute::kPrf:
        return "prf";
      case Phase1Attribute::kKeyLength:
        return "keylen";
      default:
        return {};
    }
  }
  static std::string_view Phase2Label(EspAttribute attribute) {
    switch (attribute) {
      case EspAttribute::kGroup:
        return "group";
      case EspAttribute::kEncapsulation:
        return "mode";
      case EspAttribute::kAuthentication:
        return "auth";
      case EspAttribute::kKeyLength:
        return "keylen";
      case EspAttribute::kExtendedSequenceNumber:
        return "esn";
      default:
        return {};
    }
  }
};

std::string NameAndNumber(std::string_view name, std::uint64_t number) {
  if (name.empty()) return std::to_string(number);
  return std::string(name) + "(" + std::to_string(number) + ")";
}

// LabelOf: "enc", else "field size(15)", else "attribute(99)".
std::string LabelOf(const Phase& phase, std::uint16_t attribute) {
  const std::string_view label = phase.Label(attribute);
  if (!label.empty()) return std::string(label);
  const std::string_view name = phase.AttributeName(attribute);
  return NameAndNumber(name.empty() ? "attribute" : name, attribute);
}

std::string ValueText(const Phase& phase, const Attribute& attribute) {
  constexpr std::size_t kShownValue = 16;
  std::uint64_t number = 0;
  if (!attribute.AsNumber(number)) return HexStart(attribute.value, kShownValue);
  if (number > 0xffffffff) return std::to_string(number);
  return NameAndNumber(phase.ValueName(attribute.type, static_cast<std::uint32_t>(number)), number);
}

std::string DurationText(std::uint64_t life_type, std::uint64_t duration) {
  std::string text = std::to_string(duration);
  switch (static_cast<LifeType>(life_type)) {
    case LifeType::kSeconds:
      return text + "s";
    case LifeType::kKilobytes:
      return text + "kB";
  }
  return text + "(life type " + std::to_string(life_type) + ")";
}

// AppendAttributes: " enc=AES-CBC(7) keylen=128 ... life=28800s".
void AppendAttributes(std::string& text, const Phase& phase, Octets attributes) {
  AttributeCursor cursor(attributes);
  std::uint64_t life_type = 0;
  while (const auto attribute = cursor.Next()) {
    std::uint64_t number = 0;
    const bool is_number = attribute->AsNumber(number);
    if (is_number && number <= 0xffff && phase.IsLifeType(attribute->type)) {
      life_type = number;
      continue;
    }
    text += ' ';
    if (is_number && life_type != 0 && phase.IsLifeDuration(attribute->type)) {
      text += "life=" + DurationText(life_type, number);
    } else {
      text += LabelOf(phase, attribute->type) + "=" + ValueText(phase, *attribute);
    }
    life_type = 0;
  }
  if (cursor.error()) text += " <" + std::string(cursor.error()->rule) + ">";
}

}  // namespace

std::string DescribeTransform(ProtocolId protocol, const TransformView& transform) {
  std::string text = "transform " + std::to_string(transform.number) + " ";
  const std::string_view name = TransformName(protocol, transform.id);
  text += NameAndNumber(name.empty() ? "unknown" : name, transform.id);
  AppendAttributes(text, Phase{protocol == ProtocolId::kIsakmp}, transform.attributes);
  return text;
}

std::string DescribeAttributes(ProtocolId protocol, Octets attributes) {
  std::string text;
  AppendAttributes(text, Phase{protocol == ProtocolId::kIsakmp}, attributes);
  if (!text.empty()) text.erase(0, 1);
  return text;
}

}  // namespace iscsi_ike::ike
