#include "tests/support/pcap_reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#ifdef ISCSI_IKE_HAVE_ZLIB
#include <zlib.h>
#endif

namespace iscsi_ike::test {
namespace {

using Octets = std::span<const std::uint8_t>;

// Link types of the tcpdump registry.
constexpr std::uint32_t kLinkNull = 0;
constexpr std::uint32_t kLinkEthernet = 1;
constexpr std::uint32_t kLinkRawOld = 12;
constexpr std::uint32_t kLinkRaw = 101;
constexpr std::uint32_t kLinkLoop = 108;
constexpr std::uint32_t kLinkLinuxCooked = 113;
constexpr std::uint32_t kLinkIpv4 = 228;
constexpr std::uint32_t kLinkIpv6 = 229;
constexpr std::uint32_t kLinkLinuxCooked2 = 276;

constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::size_t kUdpHeaderSize = 8;

// Tail is octets from `at` on; none when they are not there.
Octets Tail(Octets octets, std::size_t at) {
  return at > octets.size() ? Octets() : octets.subspan(at);
}

// Number reads `size` octets at `at`; 0 when they are not there.
std::uint32_t Number(Octets octets, std::size_t at, std::size_t size, bool little) {
  const Octets field = Tail(octets, at);
  if (field.size() < size) return 0;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i) {
    number = (number << 8) | field[little ? size - 1 - i : i];
  }
  return number;
}
std::uint16_t BigU16(Octets octets, std::size_t at) {
  return static_cast<std::uint16_t>(Number(octets, at, 2, false));
}

class CaptureReader {
 public:
  std::optional<Capture> Read(Octets file) {
    const std::uint32_t magic = Number(file, 0, 4, false);
    if (magic == 0x0a0d0d0a) {
      ReadPcapng(file);
    } else if (magic == 0xa1b2c3d4 || magic == 0xa1b23c4d) {
      ReadPcap(file, false);
    } else if (magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1) {
      ReadPcap(file, true);
    } else {
      return std::nullopt;
    }
    return std::move(capture_);
  }

 private:
  void ReadPcap(Octets file, bool little) {
    constexpr std::size_t kFileHeader = 24;
    constexpr std::size_t kRecordHeader = 16;
    const std::uint32_t link = Number(file, 20, 4, little) & 0xffff;
    for (Octets rest = Tail(file, kFileHeader); rest.size() >= kRecordHeader;) {
      const std::size_t size = Number(rest, 8, 4, little);
      const Octets frame = Tail(rest, kRecordHeader);
      TakeFrame(link, frame.first(std::min(size, frame.size())));
      rest = Tail(frame, size);
    }
  }

  // Blocks: type, total length, body, total length again; all sizes in octets.
  void ReadPcapng(Octets file) {
    bool little = false;
    std::vector<std::uint32_t> links;
    for (Octets rest = file; rest.size() >= 12;) {
      if (Number(rest, 0, 4, false) == 0x0a0d0d0a) {
        little = Number(rest, 8, 4, true) == 0x1a2b3c4d;
        links.clear();
      }
      const std::size_t size = Number(rest, 4, 4, little);
      if (size < 12 || size > rest.size()) return;
      TakeBlock(Number(rest, 0, 4, little), rest.first(size - 4).subspan(8), little, links);
      rest = rest.subspan(size);
    }
  }

  void TakeBlock(std::uint32_t type, Octets body, bool little, std::vector<std::uint32_t>& links) {
    constexpr std::uint32_t kInterface = 1;
    constexpr std::uint32_t kSimplePacket = 3;
    constexpr std::uint32_t kEnhancedPacket = 6;
    if (type == kInterface) links.push_back(Number(body, 0, 2, little));
    if (type == kSimplePacket && !links.empty()) TakeFrame(links[0], Tail(body, 4));
    if (type != kEnhancedPacket) return;
    const std::size_t interface = Number(body, 0, 4, little);
    if (interface >= links.size()) return;
    const std::size_t size = Number(body, 12, 4, little);
    const Octets frame = Tail(body, 20);
    TakeFrame(links[interface], frame.first(std::min(size, frame.size())));
  }

  void TakeFrame(std::uint32_t link, Octets frame) {
    ++capture_.frames;
    switch (link) {
      case kLinkEthernet:
        return TakeEthernet(frame);
      case kLinkNull:
      case kLinkLoop:
        return TakeIp(Tail(frame, 4));
      case kLinkLinuxCooked:
        return TakeIp(Tail(frame, 16));
      case kLinkLinuxCooked2:
        return TakeIp(Tail(frame, 20));
      case kLinkRaw:
      case kLinkRawOld:
      case kLinkIpv4:
      case kLinkIpv6:
        return TakeIp(frame);
      default:
        return;
    }
  }

  void TakeEthernet(Octets frame) {
    constexpr std::uint16_t kVlan = 0x8100;
    std::size_t type_at = 12;
    while (BigU16(frame, type_at) == kVlan) type_at += 4;
    const std::uint16_t type = BigU16(frame, type_at);
    if (type == 0x0800 || type == 0x86dd) TakeIp(Tail(frame, type_at + 2));
  }

  void TakeIp(Octets packet) {
    const std::uint32_t version = Number(packet, 0, 1, false) >> 4;
    if (version == 4 && packet.size() >= 20) TakeIpv4(packet);
    if (version == 6 && packet.size() >= 40 && packet[6] == kProtocolUdp) {
      TakeUdp(Tail(packet, 40));
    }
  }

  void TakeIpv4(Octets packet) {
    const std::size_t header = (packet[0] & 0x0fU) * 4U;
    const bool later_fragment = (BigU16(packet, 6) & 0x1fff) != 0;
    if (header < 20 || later_fragment || packet[9] != kProtocolUdp) return;
    const std::size_t total = BigU16(packet, 2);
    // Captures taken on the sending host may say 0.
    const bool usable = total >= header && total <= packet.size();
    TakeUdp(Tail(usable ? packet.first(total) : packet, header));
  }

  void TakeUdp(Octets segment) {
    if (segment.size() < kUdpHeaderSize) return;
    Octets payload = segment.subspan(kUdpHeaderSize);
    const std::size_t length = BigU16(segment, 4);
    if (length >= kUdpHeaderSize) {
      payload = payload.first(std::min(payload.size(), length - kUdpHeaderSize));
    }
    capture_.datagrams.push_back(
        {BigU16(segment, 0), BigU16(segment, 2), {payload.begin(), payload.end()}});
  }

  Capture capture_;
};

bool IsGzip(Octets file) { return file.size() > 2 && file[0] == 0x1f && file[1] == 0x8b; }

// Unzip: nullopt when the stream is broken or zlib is not there.
std::optional<std::vector<std::uint8_t>> Unzip([[maybe_unused]] Octets file) {
#ifdef ISCSI_IKE_HAVE_ZLIB
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzip) != Z_OK) return std::nullopt;
  std::vector<std::uint8_t> input(file.begin(), file.end());
  std::vector<std::uint8_t> output;
  std::array<std::uint8_t, 16384> block{};
  stream.next_in = input.data();
  stream.avail_in = static_cast<uInt>(input.size());
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = block.data();
    stream.avail_out = static_cast<uInt>(block.size());
    status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t produced = block.size() - stream.avail_out;
    output.insert(output.end(), block.begin(),
                  block.begin() + static_cast<std::ptrdiff_t>(produced));
  }
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return output;
#endif
  return std::nullopt;
}

}  // namespace

std::optional<Capture> ReadCapture(std::span<const std::uint8_t> file) {
  if (!IsGzip(file)) return CaptureReader().Read(file);
  const auto plain = Unzip(file);
  return plain ? CaptureReader().Read(*plain) : std::nullopt;
}

std::optional<std::span<const std::uint8_t>> IsakmpOf(const UdpDatagram& datagram) {
  constexpr std::uint16_t kIkePort = 500;
  constexpr std::uint16_t kNatPort = 4500;
  const auto uses = [&datagram](std::uint16_t port) {
    return datagram.source_port == port || datagram.destination_port == port;
  };
  const Octets payload = datagram.payload;
  if (uses(kNatPort)) {
    const bool marker = payload.size() >= 4 && Number(payload, 0, 4, false) == 0;
    if (!marker) return std::nullopt;
    return payload.subspan(4);
  }
  if (!uses(kIkePort)) return std::nullopt;
  return payload;
}

}  // namespace iscsi_ike::test
