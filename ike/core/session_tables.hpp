// The tables by which sessions are found, each in constant time: by number, by the cookie of this
// end, by the first message, by the peer's identity and place; and the SPIs in use.
#pragma once

#include <string_view>

#include "crypto/short_hash.hpp"
#include "ike/core/flat_table.hpp"
#include "ike/core/session.hpp"
#include "ike/core/table_keys.hpp"

namespace iscsi_ike::ike {

struct IdTraits {
  using Value = Session*;
  using Key = SessionId;
  [[nodiscard]] static Key KeyOf(const Session* s) { return s->id; }
  [[nodiscard]] static std::uint64_t HashOf(Key id) { return static_cast<std::uint64_t>(id); }
};

struct OwnCookieTraits {
  using Value = Session*;
  using Key = Cookie;
  [[nodiscard]] static const Cookie& KeyOf(const Session* s) { return s->own_cookie(); }
  [[nodiscard]] static std::uint64_t HashOf(const Cookie& c) { return HashOfOwnCookie(c); }
};

struct FirstMessageTraits {
  using Value = Session*;
  using Key = FirstMessage;
  crypto::ShortHashKey secret{};
  [[nodiscard]] static Key KeyOf(const Session* s) {
    return {s->initiator_cookie, s->first_remote};
  }
  [[nodiscard]] std::uint64_t HashOf(const Key& key) const { return key.HashUnder(secret); }
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
