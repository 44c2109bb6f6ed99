// Sizes and numbers of the headers around a datagram: RFC 768, RFC 791, RFC 8200.
#pragma once

#include <cstddef>
#include <cstdint>

namespace iscsi_ike::ike {

inline constexpr std::size_t kUdpHeaderSize = 8;
inline constexpr std::size_t kIpv4HeaderSize = 20;  // without options
inline constexpr std::size_t kIpv6HeaderSize = 40;
inline constexpr std::uint8_t kUdpNumber = 17;  // among the protocols of IP

}  // namespace iscsi_ike::ike
