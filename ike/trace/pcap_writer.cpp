#include "ike/trace/pcap_writer.hpp"

#include <utility>

#include "ike/trace/internet_headers.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t kLinkTypeRaw = 101;
constexpr std::uint16_t kOptionName = 2;         // if_name
constexpr std::uint16_t kOptionFlags = 2;        // epb_flags
constexpr std::uint16_t kOptionApplication = 4;  // shb_userappl
constexpr std::uint16_t kOptionResolution = 9;   // if_tsresol
constexpr std::uint32_t kFlagInbound = 1;
constexpr std::uint32_t kFlagOutbound = 2;

constexpr std::uint8_t kHopLimit = 64;
constexpr std::size_t kLargestPacket = 65535;

using Buffer = std::vector<std::uint8_t>;

// pcapng is written little-endian on every machine; the magic says so. IP is big-endian.
void Little16(Buffer& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value));
  out.push_back(static_cast<std::uint8_t>(value >> 8));
}
void Little32(Buffer& out, std::uint32_t value) {
  Little16(out, static_cast<std::uint16_t>(value));
  Little16(out, static_cast<std::uint16_t>(value >> 16));
}
void Big16(Buffer& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
void Append(Buffer& out, crypto::Octets octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}
void PadTo4(Buffer& out) {
  while (out.size() % 4 != 0) out.push_back(0);
}

void Option(Buffer& out, std::uint16_t code, crypto::Octets value) {
  Little16(out, code);
  Little16(out, static_cast<std::uint16_t>(value.size()));
  Append(out, value);
  PadTo4(out);
}
void Option(Buffer& out, std::uint16_t code, std::string_view text) {
  const Buffer value(text.begin(), text.end());
  Option(out, code, crypto::Octets(value));
}

// A block is type, length, body, length again.
void BeginBlock(Buffer& out, std::uint32_t type) {
  out.clear();
  Little32(out, type);
  Little32(out, 0);
}
void EndBlock(Buffer& out) {
  Little32(out, 0);  // opt_endofopt
  const auto length = static_cast<std::uint32_t>(out.size() + 4);
  Little32(out, length);
  for (unsigned i = 0; i < 4; ++i) out[4 + i] = static_cast<std::uint8_t>(length >> (8 * i));
}

// Sum16 adds 16-bit words for the Internet checksum (RFC 1071); an odd last octet is the high one.
std::uint32_t Sum16(std::uint32_t sum, crypto::Octets octets) {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(octets[i]) << 8 : octets[i];
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}
std::uint16_t Checksum(std::uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}
void Patch16(Buffer& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

// RFC 791 section 3.1.
void Ipv4Header(Buffer& out, const Endpoint& from, const Endpoint& to, std::size_t udp_size,
                std::uint16_t id) {
  const std::size_t start = out.size();
  out.insert(out.end(), {0x45, 0});
  Big16(out, kIpv4HeaderSize + udp_size);
  Big16(out, id);
  out.insert(out.end(), {0, 0, kHopLimit, kUdpNumber, 0, 0});
  Append(out, from.address.octets());
  Append(out, to.address.octets());
  const crypto::Octets header = crypto::Octets(out).subspan(start);
  Patch16(out, start + 10, Checksum(Sum16(0, header)));
}

// RFC 8200 section 3.
void Ipv6Header(Buffer& out, const Endpoint& from, const Endpoint& to, std::size_t udp_size) {
  out.insert(out.end(), {0x60, 0, 0, 0});
  Big16(out, udp_size);
  out.insert(out.end(), {kUdpNumber, kHopLimit});
  Append(out, from.address.octets());
  Append(out, to.address.octets());
}

// RFC 768; the pseudo header sums alike for IPv4 and IPv6 (RFC 8200 section 8.1), as the length
// fits in 16 bits.
void UdpDatagram(Buffer& out, const Endpoint& from, const Endpoint& to, crypto::Octets payload) {
  const std::size_t start = out.size();
  const std::size_t size = kUdpHeaderSize + payload.size();
  Big16(out, from.port);
  Big16(out, to.port);
  Big16(out, size);
  Big16(out, 0);
  Append(out, payload);
  std::uint32_t sum = kUdpNumber + static_cast<std::uint32_t>(size);
  sum = Sum16(sum, from.address.octets());
  sum = Sum16(sum, to.address.octets());
  sum = Sum16(sum, crypto::Octets(out).subspan(start));
  const std::uint16_t checksum = Checksum(sum);
  Patch16(out, start + 6, checksum == 0 ? 0xffff : checksum);  // 0 would mean "none"
}

}  // namespace

PcapClock ClockFrom(std::chrono::microseconds epoch) {
  return [epoch](Time now) { return epoch + now.time_since_epoch(); };
}

PcapWriter::PcapWriter(OctetSink sink, PcapClock clock, std::string_view name)
    : sink_(std::move(sink)), clock_(std::move(clock)) {
  BeginBlock(block_, kSectionHeader);
  Little32(block_, kByteOrderMagic);
  Little16(block_, 1);  // version 1.0
  Little16(block_, 0);
  Little32(block_, 0xffffffff);  // section length: unknown
  Little32(block_, 0xffffffff);
  Option(block_, kOptionApplication, "iscsi-ike");
  EndBlock(block_);
  sink_(block_);

  BeginBlock(block_, kInterfaceDescription);
  Little16(block_, kLinkTypeRaw);
  Little16(block_, 0);
  Little32(block_, 0);  // no limit on the packet's length
  Option(block_, kOptionName, name);
  Option(block_, kOptionResolution, std::string_view("\x06"));  // microseconds
  EndBlock(block_);
  sink_(block_);
}

void PcapWriter::OnDatagram(Time now, Direction direction, const Endpoint& local,
                            const Endpoint& remote, crypto::Octets octets) {
  const bool sent = direction == Direction::kSent;
  const Endpoint& from = sent ? local : remote;
  const Endpoint& to = sent ? remote : local;
  const bool v6 = local.address.is_v6();
  const std::size_t udp_size = kUdpHeaderSize + octets.size();
  const std::size_t size = udp_size + (v6 ? kIpv6HeaderSize : kIpv4HeaderSize);
  if (v6 != remote.address.is_v6() || size > kLargestPacket) return;

  const auto stamp = static_cast<std::uint64_t>(clock_(now).count());
  BeginBlock(block_, kEnhancedPacket);
  Little32(block_, 0);  // interface
  Little32(block_, static_cast<std::uint32_t>(stamp >> 32));
  Little32(block_, static_cast<std::uint32_t>(stamp));
  Little32(block_, static_cast<std::uint32_t>(size));  // captured
  Little32(block_, static_cast<std::uint32_t>(size));  // on the wire
  if (v6) {
    Ipv6Header(block_, from, to, udp_size);
  } else {
    Ipv4Header(block_, from, to, udp_size, next_ip_id_++);
  }
  UdpDatagram(block_, from, to, octets);
  PadTo4(block_);
  Little16(block_, kOptionFlags);
  Little16(block_, 4);
  Little32(block_, sent ? kFlagOutbound : kFlagInbound);
  EndBlock(block_);
  sink_(block_);
}

}  // namespace iscsi_ike::ike
