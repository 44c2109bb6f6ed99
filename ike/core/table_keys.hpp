// What sessions, and main modes that are not sessions yet, are found by.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "crypto/short_hash.hpp"
#include "ike/endpoint.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// HashOfOwnCookie: this end drew it at random.
[[nodiscard]] inline std::uint64_t HashOfOwnCookie(const Cookie& cookie) {
  return std::bit_cast<std::uint64_t>(cookie.octets);
}

// EndpointOctets is an endpoint as a hash takes it.
using EndpointOctets = std::array<std::uint8_t, 19>;
[[nodiscard]] inline EndpointOctets OctetsOf(const Endpoint& endpoint) {
  EndpointOctets octets{};
  const Octets address = endpoint.address.octets();
  std::copy(address.begin(), address.end(), octets.begin());
  octets[16] = static_cast<std::uint8_t>(address.size());
  octets[17] = static_cast<std::uint8_t>(endpoint.port >> 8U);
  octets[18] = static_cast<std::uint8_t>(endpoint.port);
  return octets;
}

// OctetsOfHost leaves out the port; of an IPv6 address, it is the network that a host can draw
// addresses from at will.
[[nodiscard]] inline EndpointOctets OctetsOfHost(const Endpoint& endpoint) {
  constexpr std::size_t kNetwork = 8;
  EndpointOctets octets = OctetsOf({endpoint.address, 0});
  if (endpoint.address.octets().size() > 4) std::fill_n(octets.begin() + kNetwork, kNetwork, 0);
  return octets;
}

// FirstMessage tells whose first message one is: peers choose both.
struct FirstMessage {
  Cookie initiator;
  Endpoint remote;
  [[nodiscard]] std::uint64_t HashUnder(const crypto::ShortHashKey& secret) const {
    std::array<std::uint8_t, sizeof(Cookie) + sizeof(EndpointOctets)> octets{};
    const auto at = std::copy(initiator.octets.begin(), initiator.octets.end(), octets.begin());
    const EndpointOctets place = OctetsOf(remote);
    std::copy(place.begin(), place.end(), at);
    return crypto::ShortHash(secret, octets);
  }
  friend bool operator==(const FirstMessage&, const FirstMessage&) = default;
};

}  // namespace iscsi_ike::ike
