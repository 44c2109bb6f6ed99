// The pre-shared key as configuration files write it: in numbers only, so that whatever octets it
// has can end no string, no line and no command. Until it is filled in, a mark stands in its place.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/secret.hpp"

namespace iscsi_ike::policy::render {

enum class KeyForm : std::uint8_t {
  kHex,      // "0x00ff"
  kDecimal,  // "0,255"
};

// kKeyMark stands where the key is to be. Nothing else brings this octet into a rendered text.
inline constexpr char kKeyMark = '\x01';

// FillKey is the text with the key for each mark, all of it secret.
[[nodiscard]] crypto::Secret FillKey(std::string_view text, KeyForm form, crypto::Octets key);

}  // namespace iscsi_ike::policy::render
