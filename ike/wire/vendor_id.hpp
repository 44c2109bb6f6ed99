// The vendor ID payload, RFC 2408 section 3.16: opaque octets that say what a peer is or can do.
// Unknown ones are ignored.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

enum class VendorId : std::uint8_t {
  kUnknown,
  kNatTraversal,          // RFC 3947
  kNatTraversalDraft03,   // draft-ietf-ipsec-nat-t-ike-03
  kNatTraversalDraft02n,  // the same -02 with a newline in the hashed text: Windows, racoon
  kNatTraversalDraft02,
  kNatTraversalDraft00,
  kDeadPeerDetection,  // RFC 3706, version 1.0
  kFragmentation,      // [MS-IKEE]; may carry 4 octets of capabilities
  kXauth,
  kCiscoUnity,
  kMicrosoftNt5,  // followed by a version, 4 octets
  kMicrosoftInitialContact,
  kMicrosoftNegotiationDiscovery,
  kMicrosoftCga,
  kStrongSwan,
  kRacoon,
};

// VendorIdEntry: the octets, what they are called, and whether more octets may follow.
struct VendorIdEntry {
  VendorId id = VendorId::kUnknown;
  Octets octets;
  std::string_view name;
  bool prefix = false;
};
[[nodiscard]] std::span<const VendorIdEntry> AllVendorIds();

// IdentifyVendor looks a body up; kUnknown if it is in no entry.
[[nodiscard]] VendorId IdentifyVendor(Octets body);
// OctetsOf: what to send for it; empty for kUnknown.
[[nodiscard]] Octets OctetsOf(VendorId id);
[[nodiscard]] std::string_view NameOf(VendorId id);  // "RFC 3947 NAT traversal"; empty for kUnknown
// DescribeVendor: "MS NT5 ISAKMPOAKLEY (Windows 7)", or the start of the octets in hex.
[[nodiscard]] std::string DescribeVendor(Octets body);

}  // namespace iscsi_ike::ike
