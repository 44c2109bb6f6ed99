#include "policy/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace iscsi_ike::policy {

IpAddress IpAddress::V4(const std::array<std::uint8_t, 4>& octets) {
  IpAddress a;
  std::copy(octets.begin(), octets.end(), a.octets_.begin());
  return a;
}

IpAddress IpAddress::V6(const std::array<std::uint8_t, 16>& octets) {
  IpAddress a;
  a.octets_ = octets;
  a.v6_ = true;
  return a;
}

std::optional<IpAddress> IpAddress::FromOctets(crypto::Octets octets) {
  IpAddress a;
  if (octets.size() != 4 && octets.size() != 16) return std::nullopt;
  std::copy(octets.begin(), octets.end(), a.octets_.begin());
  a.v6_ = octets.size() == 16;
  return a;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() != text.size() || terminated.find('\0') != std::string::npos)
    return std::nullopt;
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1)
    return FromOctets({octets.data(), 4});
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return FromOctets(octets);
  return std::nullopt;
}

bool IpAddress::IsUnspecified() const {
  return std::all_of(octets_.begin(), octets_.end(), [](std::uint8_t o) { return o == 0; });
}

std::string IpAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (v6_) {
    inet_ntop(AF_INET6, octets_.data(), text.data(), text.size());
    return text.data();
  }
  char* end = text.data();
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), octets_[i]).ptr;
  }
  return {text.data(), end};
}

}  // namespace iscsi_ike::policy
