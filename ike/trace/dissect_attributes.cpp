#include "ike/trace/dissect_body.hpp"
#include "ike/wire/attribute.hpp"

namespace iscsi_ike::ike {
namespace {

std::string_view ClassName(bool phase1, std::uint16_t type) {
  return phase1 ? Phase1AttributeName(type) : EspAttributeName(type);
}

std::string_view ValueName(bool phase1, std::uint16_t type, std::uint64_t value) {
  if (value > 0xffffffff) return {};
  const auto number = static_cast<std::uint32_t>(value);
  return phase1 ? Phase1ValueName(type, number) : EspValueName(type, number);
}

// IsNamed: a class whose values have names, so that a value without one is worth a word.
bool IsNamed(bool phase1, std::uint16_t type) { return !ValueName(phase1, type, 1).empty(); }

void ReadValue(bool phase1, const Attribute& attribute, FieldReader& reader) {
  Octets octets;
  std::uint64_t number = 0;
  const std::size_t at = reader.offset();
  if (!attribute.AsNumber(number)) {
    if (attribute.value.empty()) return reader.BlameAt(at, "The attribute has no value.");
    return static_cast<void>(reader.Opaque("value", attribute.value.size(), octets));
  }
  (void)reader.Raw(attribute.value.size(), octets);
  reader.fields().push_back(
      {.name = "value", .offset = at, .size = attribute.value.size(), .number = number});
  const std::string_view name = ValueName(phase1, attribute.type, number);
  reader.Say(std::string(name));
  if (name.empty() && IsNamed(phase1, attribute.type)) {
    reader.Blame("Value " + std::to_string(number) + " of attribute " +
                 WithNumber(ClassName(phase1, attribute.type), attribute.type) +
                 " is not known here.");
  }
}

void JudgeClass(bool phase1, const Attribute& attribute, std::size_t at, FieldReader& reader) {
  const std::string_view name = ClassName(phase1, attribute.type);
  if (name.empty()) {
    reader.BlameAt(at, "Attribute " + std::to_string(attribute.type) +
                           " is not assigned in phase " +
                           (phase1 ? "1 (RFC 2409 Appendix A)." : "2 (RFC 2407 section 4.5)."));
  }
  const bool must_be_basic =
      phase1 ? Phase1MustBeBasic(attribute.type) : EspMustBeBasic(attribute.type);
  if (must_be_basic && !attribute.basic) {
    reader.BlameAt(at, "Attribute " + WithNumber(name, attribute.type) +
                           " is basic, but was sent as variable (RFC 2408 section 3.3).");
  }
}

Field DissectAttribute(bool phase1, const Attribute& attribute, Octets whole, std::size_t at,
                       std::vector<Fault>& faults) {
  Field field{.name = "attribute", .offset = at, .size = whole.size(), .number = attribute.type};
  field.text = ClassName(phase1, attribute.type);
  FieldReader inner(whole, at, field.fields, faults);
  Octets type;
  (void)inner.Raw(2, type);
  JudgeClass(phase1, attribute, at, inner);
  field.fields.push_back({.name = "format", .offset = at, .size = 2, .number = attribute.basic});
  field.fields.back().text = attribute.basic ? "basic" : "variable";
  std::uint16_t length = 0;
  if (!attribute.basic) {
    (void)inner.U16("length", length);
    inner.Say("octets");
  }
  ReadValue(phase1, attribute, inner);
  return field;
}

}  // namespace

void DissectAttributes(bool phase1, FieldReader& reader) {
  const Octets list = reader.rest();
  const std::size_t base = reader.offset();
  AttributeCursor cursor(list);
  while (const auto attribute = cursor.Next()) {
    const std::size_t size = attribute->value.size() + (attribute->basic ? 2U : 4U);
    Octets whole;
    (void)reader.Raw(size, whole);
    reader.fields().push_back(
        DissectAttribute(phase1, *attribute, whole, base + attribute->offset, reader.faults()));
  }
  if (!cursor.error()) return;
  reader.BlameAt(reader.offset(), cursor.error()->rule == "attribute is cut off"
                                      ? "The attribute list ends within an attribute."
                                      : "The attribute is longer than what is left of its list.");
  reader.Rest("undecoded");
}

}  // namespace iscsi_ike::ike
