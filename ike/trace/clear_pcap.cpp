#include "ike/trace/clear_pcap.hpp"

#include <algorithm>
#include <utility>

#include "ike/wire/payload.hpp"

namespace iscsi_ike::ike {
namespace {

// WithoutPadding: all of it when it is no payload chain.
crypto::Octets WithoutPadding(const MessageTrace& message) {
  const auto payloads = ParsePayloads(message.header.next, message.payloads);
  return payloads ? payloads->chain() : message.payloads;
}

bool IsClearNotice(const Header& header) {
  return header.exchange == ExchangeType::kInformational && !header.encrypted() &&
         header.next != PayloadType::kFragment;
}

}  // namespace

ClearPcapWriter::ClearPcapWriter(OctetSink sink, PcapClock clock, std::uint16_t nat_port)
    : pcap_(std::move(sink), std::move(clock), "iscsi-ike, decrypted"), nat_port_(nat_port) {}

bool ClearPcapWriter::IsMarked(const Endpoint& local) const {
  return nat_port_ != 0 && local.port == nat_port_;
}

// Clear notices may belong to no session and are then no message of one; the rest is OnMessage's.
void ClearPcapWriter::OnDatagram(Time now, Direction direction, const Endpoint& local,
                                 const Endpoint& remote, crypto::Octets octets) {
  const std::size_t marker = IsMarked(local) ? std::min(kNonEspMarkerSize, octets.size()) : 0;
  const auto header = ParseHeader(octets.subspan(marker));
  if (header && IsClearNotice(*header)) pcap_.OnDatagram(now, direction, local, remote, octets);
}

void ClearPcapWriter::OnMessage(const MessageTrace& message) {
  if (message.retransmission || IsClearNotice(message.header)) return;
  std::vector<std::uint8_t> octets(IsMarked(message.local) ? kNonEspMarkerSize : 0);
  const std::size_t start = octets.size();
  Writer writer(octets);
  Header header = message.header;
  header.flags = static_cast<std::uint8_t>(header.flags & ~kFlagEncryption);
  WriteHeader(writer, header);
  const crypto::Octets payloads = WithoutPadding(message);
  octets.insert(octets.end(), payloads.begin(), payloads.end());
  PatchHeaderLength(writer, start);
  pcap_.OnDatagram(message.now, message.direction, message.local, message.remote, octets);
}

}  // namespace iscsi_ike::ike
