// PacketInfo: the local address of a datagram, in the control data of the system's calls
// (IP_PKTINFO; RFC 3542 section 6 for IPv6).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <optional>

#include "policy/ip_address.hpp"

namespace iscsi_ike::ike::net {

// PacketInfo has room for one message of either family.
struct alignas(cmsghdr) PacketInfo {
  std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo))> octets{};
};

// LocalAddressOf finds the destination address of a received datagram.
[[nodiscard]] std::optional<policy::IpAddress> LocalAddressOf(msghdr& message);

// ChooseSource makes `message` leave from an address; an unspecified one leaves the choice to the
// system. `info` lives until the call.
void ChooseSource(msghdr& message, PacketInfo& info, const policy::IpAddress& from);

}  // namespace iscsi_ike::ike::net
