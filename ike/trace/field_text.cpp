#include <algorithm>

#include "ike/trace/field.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kDigitsInLine = 64;
constexpr std::size_t kOffsetWidth = 5;

// Line: "   28  payload: SA (1)", the name indented by depth.
std::string Start(std::size_t offset, std::string_view indent, std::size_t depth) {
  std::string number = std::to_string(offset);
  number.insert(0, kOffsetWidth - std::min(kOffsetWidth, number.size()), ' ');
  return std::string(indent) + number + "  " + std::string(2 * depth, ' ');
}

std::string ValueOf(const Field& field) {
  if (!field.number) return field.text;
  const std::string number = std::to_string(*field.number);
  return field.text.empty() ? number : field.text + " (" + number + ")";
}

void AppendHex(std::string& out, const Field& field, std::string_view indent, std::size_t depth) {
  for (std::size_t at = 0; at < field.hex.size(); at += kDigitsInLine) {
    out += Start(field.offset + at / 2, indent, depth) + field.hex.substr(at, kDigitsInLine) + "\n";
  }
}

// An attribute with its value fits one line: "attribute encryption (1): AES-CBC (7)".
bool IsPair(const Field& field) {
  return field.name == "attribute" && !field.fields.empty() && field.fields.back().hex.empty();
}

void AppendField(std::string& out, const Field& field, std::string_view indent, std::size_t depth) {
  out += Start(field.offset, indent, depth) + std::string(field.name);
  const std::string value = ValueOf(field);
  if (IsPair(field)) {
    out += " " + value + ": " + ValueOf(field.fields.back());
    if (field.fields.size() > 2) out += ", sent variable in " + ValueOf(field.fields[1]);
    out += "\n";
    return;
  }
  if (!value.empty()) out += ": " + value;
  const bool short_hex = field.hex.size() <= kDigitsInLine;
  if (!field.hex.empty() && short_hex) out += ": " + field.hex;
  out += "\n";
  if (!short_hex) AppendHex(out, field, indent, depth + 1);
  for (const Field& inner : field.fields) AppendField(out, inner, indent, depth + 1);
}

}  // namespace

std::string FieldsText(const std::vector<Field>& fields, std::string_view indent) {
  std::string out;
  for (const Field& field : fields) AppendField(out, field, indent, 0);
  return out;
}

}  // namespace iscsi_ike::ike
