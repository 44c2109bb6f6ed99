// Abilities: what both ends of a session have announced with vendor IDs (RFC 2408 section 3.16),
// and what NAT detection has found (RFC 3947).
#pragma once

#include <cstdint>

#include "ike/wire/esp_transform.hpp"
#include "ike/wire/registry.hpp"
#include "ike/wire/vendor_id.hpp"

namespace iscsi_ike::ike {

struct Abilities {
  VendorId nat = VendorId::kUnknown;  // the form of NAT traversal that both speak; kUnknown: none
  bool dead_peer_detection = false;   // the peer answers R-U-THERE
  bool fragments = false;             // the peer puts fragments together
};

// NatFinding: who stands behind a network address translator.
struct NatFinding {
  bool local = false;
  bool remote = false;
  [[nodiscard]] bool any() const { return local || remote; }
};

// NatForm is what a form of NAT traversal puts on the wire.
struct NatForm {
  PayloadType nat_d = PayloadType::kNatD;
  PayloadType nat_oa = PayloadType::kNatOa;
  UdpEncapsulation encapsulation = UdpEncapsulation::kRfc3947;
};
[[nodiscard]] constexpr NatForm FormOf(VendorId nat) {
  if (nat == VendorId::kNatTraversal) return {};
  return {PayloadType::kNatDDraft, PayloadType::kNatOaDraft, UdpEncapsulation::kDraft};
}

// EncapsulationRule tells how the children's ESP may travel. NAT-D payloads are not authenticated,
// so a responder goes by what the initiator then does, which is: it has gone to the NAT traversal
// port, or it has not.
struct EncapsulationRule {
  UdpEncapsulation udp = UdpEncapsulation::kNone;  // the form of ESP in UDP that is due or allowed
  bool plain_too = true;                           // ESP without UDP is allowed
};

}  // namespace iscsi_ike::ike
