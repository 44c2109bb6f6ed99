#include "ike/trace/number_text.hpp"

#include <array>

#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {

std::string HexNumber(std::uint32_t number) {
  const std::array<std::uint8_t, 4> octets{
      static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return "0x" + Hex(octets);
}

std::string HexNumber(const Cookie& cookie) { return "0x" + Hex(cookie.octets); }

}  // namespace iscsi_ike::ike
