// The NAT-D payload, RFC 3947 section 3.2: a hash of where its sender believes an end to be.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !       HASH of the address and port (negotiated hash)          !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstdint>

#include "crypto/hash.hpp"
#include "ike/wire/parse_error.hpp"
#include "ike/wire/types.hpp"
#include "policy/ip_address.hpp"

namespace iscsi_ike::ike {

// NatDetectionHash = HASH(CKY-I | CKY-R | IP | Port): the body of the payload, HashSize(hash)
// octets.
[[nodiscard]] crypto::Digest NatDetectionHash(crypto::HashAlgorithm hash, const Cookie& initiator,
                                              const Cookie& responder,
                                              const policy::IpAddress& address, std::uint16_t port);

// ParseNatD checks that a body is as long as the negotiated hash.
[[nodiscard]] Wire<Octets> ParseNatD(Octets body, crypto::HashAlgorithm hash);

}  // namespace iscsi_ike::ike
