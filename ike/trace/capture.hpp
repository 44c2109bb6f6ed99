// Capture: the UDP datagrams of a file that somebody recorded: pcap, pcapng or hexadecimal text.
//
// Read are pcap (both byte orders, micro- and nanoseconds; the format of libpcap) and pcapng
// (draft-ietf-opsawg-pcapng: sections of either byte order, enhanced, simple and obsolete packets)
// with the link types Ethernet (VLAN tags too), raw IP, Linux cooked (both versions), null and
// loopback; IPv4 and IPv6. IP fragments are not joined: of IPv4 the first is
// read as far as it goes, any other is named and passed over.
//
// In text, a block of lines without an empty line in it is one datagram: hexadecimal digits, with
// blanks, colons, commas and 0x as they come; offsets in front and characters behind, as xxd,
// hexdump -C and Wireshark write them, are known as such. A line that starts with # is a comment.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/result.hpp"
#include "ike/endpoint.hpp"

namespace iscsi_ike::ike {

// CapturedDatagram is one UDP payload, as far as it was captured.
struct CapturedDatagram {
  std::size_t frame = 0;  // 1 for the first frame of the file, or the first block of text
  std::optional<std::chrono::microseconds> time;  // since 1970; none in text
  std::optional<Endpoint> source;                 // none in text
  std::optional<Endpoint> destination;
  std::vector<std::uint8_t> octets;
  std::size_t missing = 0;  // octets that the datagram had and the file has not
  std::string oddity;       // what is wrong with its headers, as a sentence; mostly empty
};

// CaptureRemark: what of a frame could not be read. Frame 0 speaks of the file.
struct CaptureRemark {
  std::size_t frame = 0;
  std::string text;
};

struct Capture {
  std::size_t frames = 0;  // of any kind
  std::vector<CapturedDatagram> datagrams;
  std::vector<CaptureRemark> remarks;
};

// ReadCapture reads a whole file. The error is a sentence: the file is none of these. A file that
// breaks off or breaks a rule gives what stands before, and a remark.
[[nodiscard]] Result<Capture, std::string> ReadCapture(crypto::Octets file);

// ReadHexText reads text alone; the error names the line.
[[nodiscard]] Result<Capture, std::string> ReadHexText(crypto::Octets text);

}  // namespace iscsi_ike::ike
