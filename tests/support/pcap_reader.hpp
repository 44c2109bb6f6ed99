// Reads the UDP datagrams out of a capture: pcap (both byte orders, micro- and nanoseconds) and
// pcapng, plain or gzip-compressed; Ethernet (VLAN tags too), raw IP, loopback and Linux cooked
// links; IPv4 and IPv6. Nothing is reassembled, and what is cut off or broken is taken as far as it
// goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace iscsi_ike::test {

// UdpDatagram: the payload is what was captured of it.
struct UdpDatagram {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::vector<std::uint8_t> payload;
};

struct Capture {
  std::size_t frames = 0;  // of any kind
  std::vector<UdpDatagram> datagrams;
};

// ReadCapture: nullopt when the file is no capture, or compressed and the tests were built without
// zlib.
[[nodiscard]] std::optional<Capture> ReadCapture(std::span<const std::uint8_t> file);

// IsakmpOf is the ISAKMP message of a datagram: all of it on port 500, what follows the non-ESP
// marker on port 4500 (RFC 3948 section 2.2); nullopt for ESP, keepalives and other ports.
[[nodiscard]] std::optional<std::span<const std::uint8_t>> IsakmpOf(const UdpDatagram& datagram);

}  // namespace iscsi_ike::test
