// How a pre-shared key is written as text. The notations of iscsicli and of EqualLogic arrays look
// the same; the second allows less, so that a key that an array would refuse is found here.
//
//   iscsicli    text as it is, unless it begins with 0x: then pairs of hexadecimal digits
//               (iscsicli's usage text). The default. A key of 1 to kLongestKey octets.
//   equallogic  6 to 64 printable ASCII characters, or 0x and 12 to 128 hexadecimal digits, an even
//               number
//
// So that nobody's key silently becomes another one, 0X is read as 0x. A key whose text begins with
// 0x can only be written in digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::policy {

enum class KeyNotation : std::uint8_t { kIscsicli, kEqualLogic };
[[nodiscard]] std::string_view Name(KeyNotation notation);  // "iscsicli", "equallogic"
// KeyNotationByName reads those names, without case.
[[nodiscard]] std::optional<KeyNotation> KeyNotationByName(std::string_view name);

// ParseKeyText errors stand at `place` and show nothing of the text.
[[nodiscard]] Parsed<crypto::Secret> ParseKeyText(crypto::Octets text, std::string_view place,
                                                  KeyNotation notation = KeyNotation::kIscsicli);

}  // namespace iscsi_ike::policy
