// Endpoint: an address and a UDP port. Datagram: what the caller carries from one to the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/ip_address.hpp"

namespace iscsi_ike::ike {

inline constexpr std::uint16_t kIkePort = 500;
inline constexpr std::uint16_t kIkeNattPort = 4500;
inline constexpr std::size_t kNonEspMarkerSize = 4;  // RFC 3948 section 2.2

struct Endpoint {
  policy::IpAddress address;
  std::uint16_t port = kIkePort;
  [[nodiscard]] std::string ToString() const;  // "192.0.2.1:500", "[2001:db8::1]:500"
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Datagram is one UDP payload to send.
struct Datagram {
  Endpoint local;
  Endpoint remote;
  std::vector<std::uint8_t> octets;
};

}  // namespace iscsi_ike::ike
