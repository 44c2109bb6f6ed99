// ClearPcapWriter: the messages of an engine as a pcapng capture in clear, so that any reader shows
// all of them without keys. It holds no key, but identities, and everything else that encryption
// hides.
#pragma once

#include "ike/trace/pcap_writer.hpp"

namespace iscsi_ike::ike {

// ClearPcapWriter writes each message once, when it is first sent or has been decrypted: the
// encryption flag and the padding are gone, Length fits what is left, fragments are joined. What
// cannot be read is left out.
class ClearPcapWriter final : public Observer {
 public:
  // Messages at the local port `nat_port` bear the non-ESP marker (0: none does).
  ClearPcapWriter(OctetSink sink, PcapClock clock, std::uint16_t nat_port);

  void OnDatagram(Time now, Direction direction, const Endpoint& local, const Endpoint& remote,
                  crypto::Octets octets) override;
  void OnMessage(const MessageTrace& message) override;

 private:
  [[nodiscard]] bool IsMarked(const Endpoint& local) const;

  PcapWriter pcap_;
  std::uint16_t nat_port_;
};

}  // namespace iscsi_ike::ike
