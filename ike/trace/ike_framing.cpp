#include "ike/trace/ike_framing.hpp"

#include <algorithm>

#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {
namespace {

bool HasMarker(crypto::Octets octets) {
  return octets.size() >= kNonEspMarkerSize &&
         std::all_of(octets.begin(), octets.begin() + kNonEspMarkerSize,
                     [](auto o) { return o == 0; });
}

bool HasMarkedMessage(crypto::Octets octets) {
  return HasMarker(octets) && LooksLikeIsakmp(octets.subspan(kNonEspMarkerSize));
}

// CouldBeIsakmp is asked of text, which may be any file: a broken message is to be shown, a key
// that was mistaken for one is not.
bool CouldBeIsakmp(crypto::Octets octets) {
  const Wire<Header> header = ReadHeader(octets);
  if (!header) return false;
  const bool known =
      header->major() == 2 ? ToNumber(header->exchange) >= 34 : !NameOf(header->exchange).empty();
  return header->length == octets.size() ||
         ((header->version == 0x10 || header->version == 0x20) && known);
}

bool IsKeepalive(crypto::Octets octets) { return octets.size() == 1 && octets[0] == 0xff; }

}  // namespace

bool LooksLikeIsakmp(crypto::Octets octets) {
  const Wire<Header> header = ReadHeader(octets);
  if (!header || header->initiator.IsZero()) return false;
  if (header->length < kHeaderSize || header->length > octets.size()) return false;
  // IKEv2 is told apart later: its exchanges are 34 and up.
  const bool second = header->major() == 2 && ToNumber(header->exchange) >= 34;
  return second || (header->major() == 1 && !NameOf(header->exchange).empty());
}

IkeDatagrams::IkeDatagrams(const Capture& capture, std::span<const std::uint16_t> ports) {
  const bool text = std::ranges::any_of(capture.datagrams, [](const CapturedDatagram& datagram) {
    const crypto::Octets octets = datagram.octets;
    return CouldBeIsakmp(octets) || HasMarkedMessage(octets) || IsKeepalive(octets);
  });
  const auto take_all = [&](auto is_ike_port) {
    for (const CapturedDatagram& datagram : capture.datagrams) {
      const bool portless = !datagram.source || !datagram.destination;
      if (portless
              ? text
              : is_ike_port(datagram.source->port) || is_ike_port(datagram.destination->port)) {
        chosen_.push_back(&datagram);
      }
    }
  };
  take_all([ports](std::uint16_t port) {
    return port == kIkePort || port == kIkeNattPort ||
           std::find(ports.begin(), ports.end(), port) != ports.end();
  });
  if (chosen_.empty()) {
    guessed_ = true;
    std::set<std::uint16_t> likely;
    for (const CapturedDatagram& datagram : capture.datagrams) {
      if (!datagram.source || !datagram.destination) continue;
      if (!LooksLikeIsakmp(datagram.octets) && !HasMarkedMessage(datagram.octets)) continue;
      likely.insert({datagram.source->port, datagram.destination->port});
    }
    take_all([&likely](std::uint16_t port) { return likely.contains(port); });
  }
  marked_ports_.insert(kIkeNattPort);
  for (const CapturedDatagram* datagram : chosen_) {
    if (!datagram->source || !HasMarkedMessage(datagram->octets)) continue;
    for (const std::uint16_t port : {datagram->source->port, datagram->destination->port}) {
      if (port != kIkePort) marked_ports_.insert(port);
    }
  }
}

DatagramKind IkeDatagrams::KindOf(const CapturedDatagram& datagram) const {
  const crypto::Octets octets = datagram.octets;
  if (!datagram.source || !datagram.destination) {
    if (IsKeepalive(octets)) return DatagramKind::kKeepalive;
    return HasMarkedMessage(octets) ? DatagramKind::kMarkedIsakmp : DatagramKind::kIsakmp;
  }
  if (datagram.source->port == kIkePort && datagram.destination->port == kIkePort) {
    return DatagramKind::kIsakmp;
  }
  const bool marked = marked_ports_.contains(datagram.source->port) ||
                      marked_ports_.contains(datagram.destination->port);
  if (IsKeepalive(octets)) return DatagramKind::kKeepalive;
  if (!marked) return DatagramKind::kIsakmp;
  if (HasMarker(octets)) return DatagramKind::kMarkedIsakmp;
  // Before the move to port 4500 the same ephemeral port may have carried messages without marker.
  return LooksLikeIsakmp(octets) ? DatagramKind::kIsakmp : DatagramKind::kEsp;
}

}  // namespace iscsi_ike::ike
