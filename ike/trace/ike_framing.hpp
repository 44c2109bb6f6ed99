// Which datagrams of a capture are IKE, and where in them the message begins: RFC 3948 section 2.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "ike/trace/capture.hpp"

namespace iscsi_ike::ike {

// DatagramKind: what stands in a UDP payload.
enum class DatagramKind : std::uint8_t {
  kIsakmp,        // from the first octet
  kMarkedIsakmp,  // behind the non-ESP marker, four zero octets
  kEsp,           // ESP in UDP: the first four octets are an SPI
  kKeepalive,     // one octet, 0xff
};

// LooksLikeIsakmp: a header whose version, exchange type and length could be those of a message.
// For guesses, not for judgements.
[[nodiscard]] bool LooksLikeIsakmp(crypto::Octets octets);

// IkeDatagrams chooses from a capture and tells the kinds. Port 500 carries ISAKMP alone, 4500 all
// four; on ports of the caller's choice a marker that was seen makes the difference.
class IkeDatagrams {
 public:
  // Chosen are datagrams from or to 500, 4500 and `ports`, and all those without ports (text) when
  // one of them could be ISAKMP. When there is none, whatever looks like ISAKMP, and what goes
  // between the same ports. `capture` outlives this object.
  IkeDatagrams(const Capture& capture, std::span<const std::uint16_t> ports);

  [[nodiscard]] const std::vector<const CapturedDatagram*>& chosen() const { return chosen_; }
  // guessed: none was on a port of IKE.
  [[nodiscard]] bool guessed() const { return guessed_; }
  [[nodiscard]] DatagramKind KindOf(const CapturedDatagram& datagram) const;

 private:
  std::vector<const CapturedDatagram*> chosen_;
  std::set<std::uint16_t> marked_ports_;  // where a marker, and thus ESP, may be met
  bool guessed_ = false;
};

}  // namespace iscsi_ike::ike
