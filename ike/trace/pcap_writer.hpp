// PcapWriter: every datagram of an engine as a pcapng capture that Wireshark opens without a word
// of explanation.
//
// The engine sees UDP payloads only; IP and UDP headers are made up here, with right lengths and
// checksums, on link type RAW (101: the packet starts with the IP header). Blocks:
// draft-ietf-opsawg-pcapng sections 4.1 (section header), 4.2 (interface description), 4.3
// (enhanced packet).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "ike/observer.hpp"
#include "ike/trace/sink.hpp"

namespace iscsi_ike::ike {

// PcapClock gives microseconds since 1970-01-01 for a time of the engine. The engine has no clock:
// the caller knows.
using PcapClock = std::function<std::chrono::microseconds(Time)>;

// ClockFrom maps the engine's zero to `epoch`, microseconds since 1970.
[[nodiscard]] PcapClock ClockFrom(std::chrono::microseconds epoch);

// PcapWriter writes one section with one interface. Each call of the sink is one whole block;
// nothing is kept back.
class PcapWriter final : public Observer {
 public:
  // The section header and the interface go to the sink at once. `name` is the interface's name in
  // the capture.
  PcapWriter(OctetSink sink, PcapClock clock, std::string_view name = "iscsi-ike");

  // Datagrams that no IP packet can hold, or whose ends differ in address family, are left out.
  void OnDatagram(Time now, Direction direction, const Endpoint& local, const Endpoint& remote,
                  crypto::Octets octets) override;

 private:
  OctetSink sink_;
  PcapClock clock_;
  std::uint16_t next_ip_id_ = 1;
  std::vector<std::uint8_t> block_;
};

}  // namespace iscsi_ike::ike
