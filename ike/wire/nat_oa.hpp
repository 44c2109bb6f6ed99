// The NAT-OA payload, RFC 3947 section 5.2: an address as its owner sees it, before translation.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !   ID Type     !  RESERVED     !            RESERVED           !   ID type 1 or 5
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !           IPv4 (4 octets) or IPv6 address (16 octets)         !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include "ike/wire/parse_error.hpp"
#include "ike/wire/writer.hpp"
#include "policy/ip_address.hpp"

namespace iscsi_ike::ike {

// ParseNatOa reads a body; the reserved octets are not looked at.
[[nodiscard]] Wire<policy::IpAddress> ParseNatOa(Octets body);
void WriteNatOa(Writer& writer, const policy::IpAddress& address);

}  // namespace iscsi_ike::ike
