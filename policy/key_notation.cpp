#include "policy/key_notation.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "policy/preshared_key.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::size_t kShortestEqualLogic = 6;  // octets
constexpr std::size_t kLongestEqualLogic = 64;  // octets

bool IsHex(crypto::Octets text) {
  return text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

Parsed<crypto::Secret> ParseHex(crypto::Octets digits, const std::string& place) {
  if (digits.empty() || digits.size() % 2 != 0)
    return Reject(place, "0x is followed by an even number of hexadecimal digits");
  crypto::Secret key(digits.size() / 2);
  const std::string_view text(reinterpret_cast<const char*>(digits.data()), digits.size());
  if (!DecodeHex(text, key.ExposeMutable()))
    return Reject(place, "0x is followed by something that is no hexadecimal digit");
  return key;
}

Status<Error> CheckEqualLogic(crypto::Octets text, const std::string& place) {
  const bool hex = IsHex(text);
  const std::size_t size = hex ? (text.size() - 2) / 2 : text.size();
  if (size < kShortestEqualLogic || size > kLongestEqualLogic)
    return Reject(place, hex ? "0x is followed by 12 to 128 hexadecimal digits on EqualLogic arrays"
                             : "has 6 to 64 characters on EqualLogic arrays");
  const bool printable =
      std::all_of(text.begin(), text.end(), [](std::uint8_t c) { return c >= ' ' && c <= '~'; });
  if (!printable)
    return Reject(place, "has printable ASCII characters and no others on EqualLogic arrays");
  return Done{};
}

}  // namespace

std::string_view Name(KeyNotation notation) {
  return notation == KeyNotation::kEqualLogic ? "equallogic" : "iscsicli";
}

std::optional<KeyNotation> KeyNotationByName(std::string_view name) {
  for (const KeyNotation notation : {KeyNotation::kIscsicli, KeyNotation::kEqualLogic})
    if (SameName(Name(notation), name)) return notation;
  return std::nullopt;
}

Parsed<crypto::Secret> ParseKeyText(crypto::Octets text, std::string_view place,
                                    KeyNotation notation) {
  const std::string at(place);
  if (notation == KeyNotation::kEqualLogic)
    if (auto allowed = CheckEqualLogic(text, at); !allowed) return Failure(allowed.error());
  auto key = IsHex(text) ? ParseHex(text.subspan(2), at)
                         : Parsed<crypto::Secret>(crypto::Secret::CopyOf(text));
  if (!key) return key;
  return CheckKey(std::move(key).value(), place);
}

}  // namespace iscsi_ike::policy
