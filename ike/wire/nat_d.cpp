#include "ike/wire/nat_d.hpp"

#include <array>

namespace iscsi_ike::ike {

crypto::Digest NatDetectionHash(crypto::HashAlgorithm hash, const Cookie& initiator,
                                const Cookie& responder, const policy::IpAddress& address,
                                std::uint16_t port) {
  const std::array<std::uint8_t, 2> port_octets{static_cast<std::uint8_t>(port >> 8),
                                                static_cast<std::uint8_t>(port)};
  return crypto::HashOf(hash, {initiator.octets, responder.octets, address.octets(), port_octets});
}

Wire<Octets> ParseNatD(Octets body, crypto::HashAlgorithm hash) {
  if (body.size() != crypto::HashSize(hash)) {
    return Malformed("length is not that of the negotiated hash", 0, NotifyType::kPayloadMalformed,
                     PayloadType::kNatD);
  }
  return body;
}

}  // namespace iscsi_ike::ike
