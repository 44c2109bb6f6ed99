// EngineCore: what all sessions of one engine share: settings, randomness, the queues that the
// caller drains, and the table of sessions. No logic of the protocol lives here.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "crypto/cbc.hpp"
#include "crypto/dh.hpp"
#include "crypto/random.hpp"
#include "ike/config.hpp"
#include "ike/core/session.hpp"
#include "ike/core/timers.hpp"
#include "ike/events.hpp"
#include "ike/observer.hpp"

namespace iscsi_ike::ike {

// NotifyBudget bounds what unauthenticated input can make this end say: so many answers a second,
// in all.
class NotifyBudget {
 public:
  explicit NotifyBudget(unsigned per_second) : per_second_(per_second) {}
  [[nodiscard]] bool Spend(Time now);

 private:
  unsigned per_second_;
  unsigned spent_ = 0;
  Time second_start_{};
};

class EngineCore {
 public:
  EngineCore(EngineConfig c, crypto::RandomSource& r, Observer* o);

  EngineConfig config;
  crypto::RandomSource& random;
  Observer* observer;
  crypto::CbcCipher cipher;
  Time now{};

  std::deque<Datagram> datagrams;
  std::deque<Event> events;
  std::deque<crypto::DhJob> dh_jobs;
  NotifyBudget notify_budget;

  // Random numbers that mean something; nullopt when the source fails.
  [[nodiscard]] std::optional<Cookie> MakeCookie();  // unused, not zero
  // MakeInitiatorCookie: one that falls to this engine (CookieShard).
  [[nodiscard]] std::optional<Cookie> MakeInitiatorCookie();
  [[nodiscard]] std::optional<MessageId> MakeMessageId(const Session& session);
  // MakeSpi reserves an inbound SPI that no other SA of this engine has, until ReleaseSpi.
  [[nodiscard]] std::optional<Spi> MakeSpi();
  void ReleaseSpi(Spi spi);
  [[nodiscard]] bool FillNonce(std::vector<std::uint8_t>& nonce, std::size_t size);
  [[nodiscard]] ChildId MakeChildId() { return ChildId{++last_child_}; }

  // Sessions.
  Session& AddSession(Role role, const Endpoint& local, const Endpoint& remote,
                      std::shared_ptr<const PeerConfig> peer);
  void RemoveSession(SessionId id);
  [[nodiscard]] Session* Find(SessionId id);
  [[nodiscard]] Session* FindByOwnCookie(const Cookie& cookie);
  [[nodiscard]] Session* FindByFirstMessage(const Cookie& initiator, const Endpoint& remote);
  void IndexOwnCookie(const Session& session);
  void IndexHalfOpen(Session& session);
  // LeaveHalfOpen: phase 1 is done. The session can still be found by its first message, so that
  // one that comes again late is known.
  void LeaveHalfOpen(Session& session);
  // LinkPeer: the peer's identity is known; the session is the newest with it.
  void LinkPeer(Session& session);
  // NewestOf is the newest established session that has the same identity and key as this one, at
  // the same place; nullptr: that is this one.
  [[nodiscard]] Session* NewestOf(const Session& session);
  // IsFirstOf: no older session has the same identity and key.
  [[nodiscard]] bool IsFirstOf(const Session& session);
  // FindOwner: the session with the same remote identity and key whose child has this outbound SPI.
  [[nodiscard]] Session* FindOwner(const Session& session, Spi outbound);
  // NewestAt is the established session whose peer is at this place, if it is known under it.
  [[nodiscard]] Session* NewestAt(const Endpoint& remote);
  // Unsettle: something has changed in a session that is not the one at hand; the engine brings it
  // to rest before it returns.
  void Unsettle(const Session& session) { unsettled.push_back(session.id); }
  std::vector<SessionId> unsettled;
  [[nodiscard]] std::size_t session_count() const { return sessions_.size(); }
  [[nodiscard]] std::size_t half_open_count() const { return half_open_count_; }

  // Timers: Schedule arms the session's one entry at `due` (unset: none).
  void Schedule(Session& session, std::optional<Time> due);
  [[nodiscard]] std::optional<TimerQueue::Entry> NextTimer();
  void PopTimer() { timers_.Pop(); }

  // Diffie-Hellman jobs of an exchange.
  [[nodiscard]] crypto::DhTicket MakeTicket(const Session& session);
  [[nodiscard]] static SessionId SessionOf(crypto::DhTicket ticket);

  // Output.
  // Send takes a sealed message; one that is too long goes in fragments, if the peer takes them.
  void Send(Session& session, const std::vector<std::uint8_t>& message);
  void SendTo(Session& session, const Endpoint& remote, const std::vector<std::uint8_t>& message);
  // Transmit puts the non-ESP marker in front where it is due.
  void Transmit(const Endpoint& local, const Endpoint& remote, std::vector<std::uint8_t> message);
  void TransmitUnmarked(const Endpoint& local, const Endpoint& remote,
                        std::vector<std::uint8_t> octets);
  void Emit(Event event) { events.push_back(std::move(event)); }
  void Dropped(const Endpoint& remote, std::string_view rule);
  void Decided(const Session& session, std::string_view text);

 private:
  void UnlinkPeer(const Session& session);

  struct CookieHash {
    std::size_t operator()(const Cookie& c) const { return std::hash<Cookie>{}(c); }
  };
  struct PeerKey {
    Cookie initiator;
    Endpoint remote;
    friend bool operator==(const PeerKey&, const PeerKey&) = default;
  };
  // The peer chooses these keys, so the hash is keyed with a secret drawn at the start.
  struct PeerKeyHash {
    std::uint64_t secret = 0;
    std::size_t operator()(const PeerKey& key) const;
  };

  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions_;
  std::unordered_map<Cookie, Session*, CookieHash> by_own_cookie_;
  std::unordered_map<PeerKey, Session*, PeerKeyHash> by_first_message_;
  std::unordered_set<Spi> inbound_spis_;
  std::unordered_map<std::string, SessionId> newest_by_identity_;
  // By the place where phase 1 ended, keyed like first messages with an empty cookie.
  std::unordered_map<PeerKey, SessionId, PeerKeyHash> newest_by_place_;
  std::size_t half_open_count_ = 0;
  TimerQueue timers_;
  std::uint32_t last_session_ = 0;
  std::uint32_t last_child_ = 0;
  std::uint32_t last_ticket_ = 0;
};

}  // namespace iscsi_ike::ike
