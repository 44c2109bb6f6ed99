#include "ike/trace/link_frame.hpp"

#include <algorithm>
#include <utility>

#include "ike/trace/internet_headers.hpp"
#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {
namespace {

using crypto::Octets;

// Link types (https://www.tcpdump.org/linktypes.html).
constexpr std::uint32_t kLinkNull = 0;
constexpr std::uint32_t kLinkEthernet = 1;
constexpr std::uint32_t kLinkRawBsd = 12;
constexpr std::uint32_t kLinkRawOpenBsd = 14;
constexpr std::uint32_t kLinkRaw = 101;
constexpr std::uint32_t kLinkLoop = 108;
constexpr std::uint32_t kLinkLinuxCooked = 113;
constexpr std::uint32_t kLinkIpv4 = 228;
constexpr std::uint32_t kLinkIpv6 = 229;
constexpr std::uint32_t kLinkLinuxCooked2 = 276;

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherVlan = 0x8100;         // IEEE 802.1Q
constexpr std::uint16_t kEtherServiceVlan = 0x88a8;  // IEEE 802.1ad
constexpr std::uint16_t kEtherOldVlan = 0x9100;

FrameContent CutOff() { return std::string("is cut off within its headers"); }
FrameContent Fragment() { return std::string("is an IP fragment, which is not decoded"); }
FrameContent Other() { return std::string(); }

// Packet: the addresses of an IP packet, and what it carries.
struct Packet {
  policy::IpAddress source;
  policy::IpAddress destination;
  Octets payload;
  std::size_t size = 0;  // of the payload as the IP header has it
};

FrameContent ReadUdp(const Packet& packet) {
  Reader reader(packet.payload);
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  std::uint16_t length = 0;
  if (!reader.ReadU16(from) || !reader.ReadU16(to) || !reader.ReadU16(length) || !reader.Skip(2)) {
    return CutOff();
  }
  // RFC 768; 0 stands for "as long as the packet" in what offloading network cards hand over.
  if (length == 0) length = static_cast<std::uint16_t>(std::min<std::size_t>(packet.size, 0xffff));
  if (packet.size < kUdpHeaderSize) return CutOff();
  const std::size_t room = packet.size - kUdpHeaderSize;
  CapturedDatagram datagram;
  std::size_t size = length - kUdpHeaderSize;
  if (length < kUdpHeaderSize || size > room) {
    datagram.oddity = "The UDP length is " + std::to_string(length) + ", but the IP packet has " +
                      std::to_string(packet.size) + " octets for it.";
    size = room;
  }
  datagram.source = Endpoint{packet.source, from};
  datagram.destination = Endpoint{packet.destination, to};
  const Octets there = reader.rest().first(std::min(size, reader.remaining()));
  datagram.octets.assign(there.begin(), there.end());
  datagram.missing = size - there.size();
  return datagram;
}

policy::IpAddress AddressOf(Octets octets) {
  return policy::IpAddress::FromOctets(octets).value_or(policy::IpAddress());
}

// RFC 791 section 3.1.
FrameContent ReadIpv4(Octets octets) {
  if (octets.size() < kIpv4HeaderSize) return CutOff();
  const std::size_t header = std::size_t{octets[0] & 0x0fU} * 4;
  const std::size_t total = static_cast<std::size_t>(octets[2] << 8 | octets[3]);
  if (header < kIpv4HeaderSize) return std::string("has an IPv4 header that is too short");
  if (octets.size() < header) return CutOff();
  if (octets[9] != kUdpNumber) return Other();
  const bool more_fragments = (octets[6] & 0x20U) != 0;
  const bool at_start = (octets[6] & 0x1fU) == 0 && octets[7] == 0;
  if (!at_start) return Fragment();
  // 0: left to the network card when the packet was captured.
  const std::size_t size = total == 0 ? octets.size() : total;
  if (size < header) return std::string("has an IPv4 length that is too short");
  // Of a packet in fragments the first is shown, as long as UDP says that it was.
  constexpr std::size_t kUnknownSize = 65535;
  FrameContent content =
      ReadUdp({AddressOf(octets.subspan(12, 4)), AddressOf(octets.subspan(16, 4)),
               octets.first(std::min(size, octets.size())).subspan(header),
               more_fragments ? kUnknownSize : size - header});
  auto* datagram = std::get_if<CapturedDatagram>(&content);
  if (more_fragments && datagram != nullptr) {
    datagram->oddity = "This is the first IP fragment of the datagram; the others are not joined.";
  }
  return content;
}

// RFC 8200 sections 3 and 4: extension headers up to UDP.
FrameContent ReadIpv6(Octets octets) {
  Reader reader(octets);
  Octets start;
  Octets source;
  Octets destination;
  if (!reader.ReadOctets(8, start) || !reader.ReadOctets(16, source) ||
      !reader.ReadOctets(16, destination)) {
    return CutOff();
  }
  std::size_t size = static_cast<std::size_t>(start[4] << 8 | start[5]);
  std::uint8_t next = start[6];
  while (next != kUdpNumber) {
    constexpr std::uint8_t kHopByHop = 0;
    constexpr std::uint8_t kRouting = 43;
    constexpr std::uint8_t kFragment = 44;
    constexpr std::uint8_t kDestinationOptions = 60;
    if (next == kFragment) return Fragment();
    if (next != kHopByHop && next != kRouting && next != kDestinationOptions) return Other();
    std::uint8_t units = 0;
    if (!reader.ReadU8(next) || !reader.ReadU8(units)) return CutOff();
    const std::size_t rest = std::size_t{units} * 8 + 6;
    if (!reader.Skip(rest) || size < rest + 2) return CutOff();
    size -= rest + 2;
  }
  const Octets payload = reader.rest().first(std::min(size, reader.remaining()));
  return ReadUdp({AddressOf(source), AddressOf(destination), payload, size});
}

// Null and raw links do not always say which: the version does.
FrameContent ReadIp(Octets octets) {
  if (octets.empty()) return CutOff();
  switch (octets[0] >> 4U) {
    case 4:
      return ReadIpv4(octets);
    case 6:
      return ReadIpv6(octets);
    default:
      return Other();
  }
}

// ReadTyped goes on behind an EtherType, and behind the VLAN tags that it may announce.
FrameContent ReadTyped(std::uint16_t type, Reader reader) {
  while (type == kEtherVlan || type == kEtherServiceVlan || type == kEtherOldVlan) {
    if (!reader.Skip(2) || !reader.ReadU16(type)) return CutOff();
  }
  if (type == kEtherIpv4) return ReadIpv4(reader.rest());
  if (type == kEtherIpv6) return ReadIpv6(reader.rest());
  return Other();
}

// ReadBehind: an EtherType at `type_at`, what it announces at `payload_at`.
FrameContent ReadBehind(Octets frame, std::size_t type_at, std::size_t payload_at) {
  if (frame.size() < payload_at) return CutOff();
  const auto type = static_cast<std::uint16_t>(frame[type_at] << 8 | frame[type_at + 1]);
  return ReadTyped(type, Reader(frame.subspan(payload_at)));
}

}  // namespace

FrameContent ReadFrame(std::uint32_t link_type, Octets frame) {
  switch (link_type) {
    case kLinkEthernet:
      return ReadBehind(frame, 12, 14);
    case kLinkLinuxCooked:
      return ReadBehind(frame, 14, 16);
    case kLinkLinuxCooked2:
      return ReadBehind(frame, 0, 20);
    case kLinkNull:
    case kLinkLoop:
      return frame.size() < 4 ? CutOff() : ReadIp(frame.subspan(4));
    case kLinkRaw:
    case kLinkRawBsd:
    case kLinkRawOpenBsd:
    case kLinkIpv4:
    case kLinkIpv6:
      return ReadIp(frame);
    default:
      return "has link type " + std::to_string(link_type) + ", which is not known here";
  }
}

}  // namespace iscsi_ike::ike
