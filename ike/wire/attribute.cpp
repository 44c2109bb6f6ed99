#include "ike/wire/attribute.hpp"

#include <cassert>

namespace iscsi_ike::ike {
namespace {

constexpr std::uint16_t kBasicBit = 0x8000;

}  // namespace

bool Attribute::AsNumber(std::uint64_t& out) const {
  if (value.empty() || value.size() > sizeof(out)) return false;
  out = 0;
  for (const std::uint8_t octet : value) out = (out << 8) | octet;
  return true;
}

std::optional<Attribute> AttributeCursor::Next() {
  if (error_ || reader_.empty()) return std::nullopt;
  Attribute attribute;
  attribute.offset = reader_.offset();
  std::uint16_t first = 0;
  if (!reader_.ReadU16(first) || reader_.remaining() < 2) {
    error_ = ParseError{"attribute is cut off", attribute.offset};
    return std::nullopt;
  }
  attribute.basic = (first & kBasicBit) != 0;
  attribute.type = static_cast<std::uint16_t>(first & ~kBasicBit);
  std::uint16_t length = 2;
  const bool whole =
      (attribute.basic || reader_.ReadU16(length)) && reader_.ReadOctets(length, attribute.value);
  if (!whole) {
    error_ = ParseError{"attribute length runs past the end", attribute.offset};
    return std::nullopt;
  }
  return attribute;
}

std::optional<ParseError> NumberFields::Set(const Attribute& attribute, std::uint16_t& field) {
  std::uint64_t number = 0;
  if (attribute.type >= 32 || !attribute.AsNumber(number) || number > 0xffff) {
    return ParseError{"attribute value is no number of 16 bits", attribute.offset};
  }
  const std::uint32_t bit = 1U << attribute.type;
  if ((seen_ & bit) != 0 && field != number) {
    return ParseError{"attribute repeated with another value", attribute.offset,
                      NotifyType::kAttributesNotSupported};
  }
  seen_ |= bit;
  field = static_cast<std::uint16_t>(number);
  return std::nullopt;
}

void WriteAttribute(Writer& writer, std::uint16_t type, std::uint32_t value) {
  assert((type & kBasicBit) == 0);
  if (value <= 0xffff) {
    writer.U16(static_cast<std::uint16_t>(type | kBasicBit));
    writer.U16(static_cast<std::uint16_t>(value));
    return;
  }
  writer.U16(type);
  writer.U16(sizeof(value));
  writer.U32(value);
}

}  // namespace iscsi_ike::ike
