#include "policy/render/key_text.hpp"

#include <algorithm>
#include <cstddef>

namespace iscsi_ike::policy::render {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::size_t DecimalSize(std::uint8_t octet) { return octet < 10 ? 1 : octet < 100 ? 2 : 3; }

std::size_t KeyTextSize(KeyForm form, crypto::Octets key) {
  if (form == KeyForm::kHex) return 2 + 2 * key.size();
  std::size_t size = key.empty() ? 0 : key.size() - 1;  // commas
  for (const std::uint8_t octet : key) size += DecimalSize(octet);
  return size;
}

std::size_t PutHex(crypto::Octets key, crypto::MutableOctets out) {
  std::size_t at = 0;
  const auto put = [&](char c) { out[at++] = static_cast<std::uint8_t>(c); };
  put('0');
  put('x');
  for (const std::uint8_t octet : key) {
    put(kHexDigits[octet >> 4]);
    put(kHexDigits[octet & 15]);
  }
  return at;
}

std::size_t PutDecimal(crypto::Octets key, crypto::MutableOctets out) {
  std::size_t at = 0;
  const auto put = [&](unsigned c) { out[at++] = static_cast<std::uint8_t>(c); };
  for (const std::uint8_t octet : key) {
    if (at != 0) put(',');
    if (octet >= 100) put('0' + octet / 100U);
    if (octet >= 10) put('0' + octet / 10U % 10);
    put('0' + octet % 10U);
  }
  return at;
}

}  // namespace

crypto::Secret FillKey(std::string_view text, KeyForm form, crypto::Octets key) {
  const auto marks = static_cast<std::size_t>(std::count(text.begin(), text.end(), kKeyMark));
  crypto::Secret filled(text.size() - marks + marks * KeyTextSize(form, key));
  const crypto::MutableOctets out = filled.ExposeMutable();
  std::size_t at = 0;
  for (const char c : text) {
    if (c != kKeyMark) {
      out[at++] = static_cast<std::uint8_t>(c);
    } else if (form == KeyForm::kHex) {
      at += PutHex(key, out.subspan(at));
    } else {
      at += PutDecimal(key, out.subspan(at));
    }
  }
  return filled;
}

}  // namespace iscsi_ike::policy::render
