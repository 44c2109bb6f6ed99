// HalfOpen: a main mode that was answered, and whose initiator has not come back: MM1 may have
// borne anybody's address. A flood leaves nothing but these, so they are kept small, in the order
// in which they came, in memory that is given back; where the bound is reached the oldest gives
// way. An honest initiator comes back within a round trip, and only then gets a session.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

#include "crypto/short_hash.hpp"
#include "ike/core/abilities.hpp"
#include "ike/core/exchange.hpp"
#include "ike/core/flat_table.hpp"
#include "ike/core/table_keys.hpp"
#include "ike/events.hpp"
#include "ike/select_peer.hpp"

namespace iscsi_ike::ike {

// HalfOpenFacts is what MM1 and MM2 have settled.
struct HalfOpenFacts {
  SessionId id{};
  Cookie initiator_cookie, responder_cookie;
  Endpoint local, remote;
  std::shared_ptr<const PeerConfig> peer;
  PeerMatch match = PeerMatch::kAddress;
  Abilities abilities;
  policy::Phase1Suite suite;
  policy::Lifetime lifetime;
  bool tell_lifetime = false;
  std::uint8_t duplicates_seen = 0;  // of MM1
  MessageDigest first = 0;           // MM1's
  Time expires_at;
};

class HalfOpen : public HalfOpenFacts {
 public:
  [[nodiscard]] Octets offer() const { return {tail(), offer_size_}; }                  // SAi_b
  [[nodiscard]] Octets answer() const { return {tail() + offer_size_, answer_size_}; }  // MM2

 private:
  friend class HalfOpenTable;
  friend struct ArchiveAccess;
  struct Slab;
  HalfOpen(HalfOpenFacts facts, Slab& slab, std::uint64_t position, Octets offer, Octets answer);
  // The same on every machine, so that the bound is; what it holds comes first.
  static constexpr std::size_t kOwnOctets = 160;
  [[nodiscard]] static std::size_t SizeWith(Octets offer, Octets answer);
  [[nodiscard]] std::size_t size() const { return SizeWith(offer(), answer()); }
  [[nodiscard]] const std::uint8_t* tail() const {
    return reinterpret_cast<const std::uint8_t*>(this) + kOwnOctets;
  }

  Slab* slab_;
  std::uint64_t position_;  // sizes of all that came before it
  std::uint32_t offer_size_, answer_size_;
  bool live_ = true;
};

class HalfOpenTable {
 public:
  // `most_octets` bounds what lies between the oldest and the newest, the gaps of those who have
  // come back included.
  HalfOpenTable(const crypto::ShortHashKey& secret, std::size_t most_octets);
  HalfOpenTable(const HalfOpenTable&) = delete;
  HalfOpenTable& operator=(const HalfOpenTable&) = delete;
  ~HalfOpenTable();

  // Add gives how many gave way to the new one.
  std::size_t Add(HalfOpenFacts facts, Octets offer, Octets answer);
  void Remove(HalfOpen& one);
  [[nodiscard]] HalfOpen* Find(const Cookie& responder) const { return by_cookie_.Find(responder); }
  [[nodiscard]] HalfOpen* Find(const FirstMessage& first) const { return by_first_.Find(first); }
  [[nodiscard]] HalfOpen* Oldest() const;
  [[nodiscard]] std::size_t size() const { return by_cookie_.size(); }
  void ForEach(const std::function<void(const HalfOpen&)>& action) const;  // the oldest first

 private:
  friend struct ArchiveAccess;
  struct CookieTraits {
    using Value = HalfOpen*;
    using Key = Cookie;
    [[nodiscard]] static const Cookie& KeyOf(const HalfOpen* h) { return h->responder_cookie; }
    [[nodiscard]] static std::uint64_t HashOf(const Cookie& c) { return HashOfOwnCookie(c); }
  };
  struct FirstTraits {
    using Value = HalfOpen*;
    using Key = FirstMessage;
    crypto::ShortHashKey secret{};
    [[nodiscard]] static Key KeyOf(const HalfOpen* h) { return {h->initiator_cookie, h->remote}; }
    [[nodiscard]] std::uint64_t HashOf(const Key& key) const { return key.HashUnder(secret); }
  };
  using Slab = HalfOpen::Slab;
  [[nodiscard]] Slab& SlabFor(std::size_t octets);
  void Enter(HalfOpenFacts facts, std::uint64_t position, Octets offer, Octets answer);

  std::size_t most_octets_;
  std::uint64_t end_ = 0;  // position of the next one
  std::deque<std::unique_ptr<Slab>> slabs_;
  FlatTable<CookieTraits> by_cookie_;
  FlatTable<FirstTraits> by_first_;
};

}  // namespace iscsi_ike::ike
