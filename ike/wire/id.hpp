// The identification payload, RFC 2407 section 4.6.2: who a peer is (phase 1), what a child SA
// protects (phase 2).
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !   ID Type     !  Protocol ID  !             Port              !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                     Identification Data                       !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstdint>
#include <string>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/writer.hpp"
#include "policy/identity.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

// IdView borrows its data. Hash the payload body as it came, never this view written again.
struct IdView {
  std::uint8_t type = 0;  // IdentificationType
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  Octets data;
};

// ParseId reads a body and checks the size of the data where the type fixes one
// (INVALID-ID-INFORMATION).
[[nodiscard]] Wire<IdView> ParseId(Octets body);

// HasPhase1Port: protocol and port are 0/0 or UDP/500 (RFC 2407 section 4.6.2), or UDP/0 or
// UDP/4500, which peers behind NAT send.
[[nodiscard]] bool HasPhase1Port(const IdView& id);

// ToIdentity: types 1, 2, 3 and 5 with the checks of policy::Identity; INVALID-ID-INFORMATION
// otherwise.
[[nodiscard]] Wire<policy::Identity> ToIdentity(const IdView& id);
// ToSelector: addresses, subnets (host bits cleared) and ranges that are exactly a prefix;
// INVALID-ID-INFORMATION otherwise, and for a mask with holes.
[[nodiscard]] Wire<policy::Selector> ToSelector(const IdView& id);

// WriteId writes a body: phase 1 with protocol 0 and port 0; phase 2 as an address, or as a subnet
// if the prefix is shorter than the address.
void WriteId(Writer& writer, const policy::Identity& identity);
void WriteId(Writer& writer, const policy::Selector& selector);

// Describe: "FQDN (2) host.example", "IPV4_ADDR_SUBNET (4) 192.0.2.0/255.255.255.0 protocol 6 port
// 3260". Octets of strings that do not print are escaped; data are cut at 255 octets.
[[nodiscard]] std::string Describe(const IdView& id);

}  // namespace iscsi_ike::ike
