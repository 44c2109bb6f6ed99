// PacketInfo: what goes with a datagram in the control data of the system's calls: its local
// address (IP_PKTINFO; RFC 3542 section 6 for IPv6), and, where several of one size travel to the
// system as one, that size (UDP_SEGMENT, UDP_GRO).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "policy/ip_address.hpp"

namespace iscsi_ike::ike::net {

// PacketInfo has room for an address of either family and a size.
struct alignas(cmsghdr) PacketInfo {
  std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> octets{};
};

// LocalAddressOf finds the destination address of a received datagram.
[[nodiscard]] std::optional<policy::IpAddress> LocalAddressOf(msghdr& message);

// SegmentSizeOf: the octets of each datagram, the last perhaps less, where several were received as
// one.
[[nodiscard]] std::optional<std::size_t> SegmentSizeOf(msghdr& message);

// ChooseSource makes `message` leave from an address; an unspecified one leaves the choice to the
// system. `info` lives until the call.
void ChooseSource(msghdr& message, PacketInfo& info, const policy::IpAddress& from);
// ChooseSegments makes it leave as datagrams of `size` octets. After ChooseSource.
void ChooseSegments(msghdr& message, PacketInfo& info, std::uint16_t size);

}  // namespace iscsi_ike::ike::net
