// The tables by which sessions are found, each in constant time: by number, by the cookie of this
// end, by the first message, by the peer's identity and place; and the SPIs in use.
#pragma once

#include <algorithm>
#include <bit>
#include <string_view>

#include "crypto/short_hash.hpp"
#include "ike/core/flat_table.hpp"
#include "ike/core/session.hpp"

namespace iscsi_ike::ike {

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

struct IdTraits {
  using Value = Session*;
  using Key = SessionId;
  [[nodiscard]] static Key KeyOf(const Session* s) { return s->id; }
  [[nodiscard]] static std::uint64_t HashOf(Key id) { return static_cast<std::uint64_t>(id); }
};

// OwnCookieTraits: this end drew them at random.
struct OwnCookieTraits {
  using Value = Session*;
  using Key = Cookie;
  [[nodiscard]] static const Cookie& KeyOf(const Session* s) { return s->own_cookie(); }
  [[nodiscard]] static std::uint64_t HashOf(const Cookie& c) {
    return std::bit_cast<std::uint64_t>(c.octets);
  }
};

struct FirstMessage {
  Cookie initiator;
  Endpoint remote;
  friend bool operator==(const FirstMessage&, const FirstMessage&) = default;
};
struct FirstMessageTraits {
  using Value = Session*;
  using Key = FirstMessage;
  crypto::ShortHashKey secret{};
  [[nodiscard]] static Key KeyOf(const Session* s) {
    return {s->initiator_cookie, s->first_remote};
  }
  [[nodiscard]] std::uint64_t HashOf(const Key& key) const {
    std::array<std::uint8_t, sizeof(Cookie) + sizeof(EndpointOctets)> octets{};
    const auto at =
        std::copy(key.initiator.octets.begin(), key.initiator.octets.end(), octets.begin());
    const EndpointOctets remote = OctetsOf(key.remote);
    std::copy(remote.begin(), remote.end(), at);
    return crypto::ShortHash(secret, octets);
  }
};

// PlaceTraits: where phase 1 ended; the newest session of each place.
struct PlaceTraits {
  using Value = Session*;
  using Key = Endpoint;
  crypto::ShortHashKey secret{};
  [[nodiscard]] static Key KeyOf(const Session* s) { return s->sa().place; }
  [[nodiscard]] std::uint64_t HashOf(const Key& key) const {
    return crypto::ShortHash(secret, OctetsOf(key));
  }
};

// IdentityTraits: the newest session of each remote identity.
struct IdentityTraits {
  using Value = Session*;
  using Key = std::string_view;
  crypto::ShortHashKey secret{};
  [[nodiscard]] static Key KeyOf(const Session* s) { return s->sa().remote_identity; }
  [[nodiscard]] std::uint64_t HashOf(Key key) const {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(key.data());
    return crypto::ShortHash(secret, Octets(octets, key.size()));
  }
};

struct SpiTraits {
  using Value = Spi;
  using Key = Spi;
  [[nodiscard]] static Key KeyOf(Spi spi) { return spi; }
  [[nodiscard]] static std::uint64_t HashOf(Spi spi) { return ToNumber(spi); }
};

}  // namespace iscsi_ike::ike
