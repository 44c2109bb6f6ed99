#include "ike/net/packet_info.hpp"

#include <netinet/udp.h>

#include <cstring>

#include "ike/net/socket_address.hpp"

namespace iscsi_ike::ike::net {

namespace {

template <class T>
T ReadControl(const cmsghdr* header) {
  T value{};
  std::memcpy(&value, CMSG_DATA(header), sizeof value);
  return value;
}

// AddControl puts one more piece behind those that the message has.
template <class T>
void AddControl(msghdr& message, PacketInfo& info, int level, int type, const T& value) {
  auto* header = reinterpret_cast<cmsghdr*>(info.octets.data() + message.msg_controllen);
  message.msg_control = info.octets.data();
  message.msg_controllen += CMSG_SPACE(sizeof value);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
}

}  // namespace

std::optional<policy::IpAddress> LocalAddressOf(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
      return ToIpAddress(ReadControl<in_pktinfo>(c).ipi_spec_dst);
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
      return ToIpAddress(ReadControl<in6_pktinfo>(c).ipi6_addr);
  }
  return std::nullopt;
}

std::optional<std::size_t> SegmentSizeOf(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_GRO) continue;
    const int size = ReadControl<int>(c);
    if (size > 0) return static_cast<std::size_t>(size);
  }
  return std::nullopt;
}

void ChooseSource(msghdr& message, PacketInfo& info, const policy::IpAddress& from) {
  if (from.IsUnspecified()) return;
  if (from.is_v6()) {
    in6_pktinfo chosen{};
    chosen.ipi6_addr = ToIn6Addr(from);
    AddControl(message, info, IPPROTO_IPV6, IPV6_PKTINFO, chosen);
  } else {
    in_pktinfo chosen{};
    chosen.ipi_spec_dst = ToInAddr(from);
    AddControl(message, info, IPPROTO_IP, IP_PKTINFO, chosen);
  }
}

void ChooseSegments(msghdr& message, PacketInfo& info, std::uint16_t size) {
  AddControl(message, info, SOL_UDP, UDP_SEGMENT, size);
}

}  // namespace iscsi_ike::ike::net
