// HexText: SPIs and cookies as "0x" and all their digits.
#pragma once

#include <cstdint>
#include <string>

#include "ike/wire/types.hpp"

namespace iscsi_ike::ike::tool {

[[nodiscard]] inline std::string HexText(std::uint64_t number, unsigned digits) {
  std::string text = "0x";
  for (unsigned left = digits; left > 0; --left)
    text += "0123456789abcdef"[(number >> (4 * (left - 1))) & 15U];
  return text;
}

[[nodiscard]] inline std::string HexText(Spi spi) { return HexText(ToNumber(spi), 8); }

[[nodiscard]] inline std::string HexText(const Cookie& cookie) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : cookie.octets) number = number << 8U | octet;
  return HexText(number, 16);
}

}  // namespace iscsi_ike::ike::tool
