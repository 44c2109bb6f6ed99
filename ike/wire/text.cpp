#include "ike/wire/text.hpp"

#include <algorithm>

namespace iscsi_ike::ike {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

void AppendHex(std::string& text, std::uint8_t octet) {
  text += kDigits[octet >> 4];
  text += kDigits[octet & 0x0f];
}

}  // namespace

std::string Hex(Octets octets) {
  std::string text;
  text.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) AppendHex(text, octet);
  return text;
}

std::string HexStart(Octets octets, std::size_t limit) {
  std::string text = Hex(octets.first(std::min(limit, octets.size())));
  if (octets.size() > limit) text += "...";
  return text;
}

std::string Printable(Octets octets) {
  std::string text;
  for (const std::uint8_t octet : octets) {
    if (octet >= 0x20 && octet < 0x7f && octet != '\\') {
      text += static_cast<char>(octet);
    } else {
      text += "\\x";
      AppendHex(text, octet);
    }
  }
  return text;
}

std::string PrintableStart(Octets octets, std::size_t limit) {
  std::string text = Printable(octets.first(std::min(limit, octets.size())));
  if (octets.size() > limit) text += "...";
  return text;
}

}  // namespace iscsi_ike::ike
