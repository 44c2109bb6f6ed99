// EngineCore: what all sessions of one engine share: settings, randomness, the queues that the
// caller drains, and the table of sessions. No logic of the protocol lives here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/cbc.hpp"
#include "crypto/dh.hpp"
#include "crypto/random.hpp"
#include "ike/config.hpp"
#include "ike/core/crowd.hpp"
#include "ike/core/dh_queue.hpp"
#include "ike/core/fifo.hpp"
#include "ike/core/half_open.hpp"
#include "ike/core/rations.hpp"
#include "ike/core/responder_index.hpp"
#include "ike/core/session.hpp"
#include "ike/core/session_tables.hpp"
#include "ike/core/timers.hpp"
#include "ike/core/unsettled.hpp"
#include "ike/counters.hpp"
#include "ike/events.hpp"
#include "ike/observer.hpp"

namespace iscsi_ike::ike {

class EngineCore {
 public:
  EngineCore(EngineConfig c, crypto::RandomSource& r, Observer* o);
  EngineCore(const EngineCore&) = delete;
  EngineCore& operator=(const EngineCore&) = delete;
  ~EngineCore();

  EngineConfig config;
  ResponderIndex responders;
  crypto::RandomSource& random;
  Observer* observer;
  crypto::CbcCipher cipher;
  Time now{};

  Fifo<Datagram> datagrams;
  Fifo<Event> events;
  // What anybody can make this end say: refusals in clear; Failed events of those who are refused
  // at once, never come back, or give way; answers to aggressive mode, which cost an
  // exponentiation.
  Ration notify_ration;
  Ration report_ration;
  Credit aggressive_credit;
  Counters counters;
  HalfOpenTable half_open;

  // Random numbers that mean something; nullopt when the source fails.
  [[nodiscard]] std::optional<Cookie> MakeCookie();  // unused, not zero
  // MakeInitiatorCookie: one that falls to this engine (CookieShard).
  [[nodiscard]] std::optional<Cookie> MakeInitiatorCookie();
  [[nodiscard]] std::optional<MessageId> MakeMessageId(const Session& session);
  // MakeSpi reserves an inbound SPI that no other SA of this engine has, until ReleaseSpi.
  [[nodiscard]] std::optional<Spi> MakeSpi();
  void ReleaseSpi(Spi spi) { inbound_spis_.Erase(spi); }
  [[nodiscard]] bool FillNonce(std::vector<std::uint8_t>& nonce, std::size_t size);
  [[nodiscard]] ChildId MakeChildId() { return ChildId{++last_child_}; }

  // Sessions.
  // MakeSession gives one a number; AddSession makes it known by that.
  [[nodiscard]] std::unique_ptr<Session> MakeSession(Role role, const Endpoint& local,
                                                     const Endpoint& remote,
                                                     std::shared_ptr<const PeerConfig> peer);
  Session& AddSession(std::unique_ptr<Session> session);
  void RemoveSession(SessionId id);
  [[nodiscard]] Session* Find(SessionId id);
  [[nodiscard]] Session* FindByOwnCookie(const Cookie& cookie);
  [[nodiscard]] Session* FindByFirstMessage(const Cookie& initiator, const Endpoint& remote);
  void IndexOwnCookie(Session& session) { by_own_cookie_.Put(&session); }
  void IndexHalfOpen(Session& session);
  // NextToGiveWay: the oldest half-open session, of an address that holds more than its share if
  // there is one; nullptr when phase 1 is done in all sessions.
  [[nodiscard]] Session* NextToGiveWay();
  // IsOverShare: the session's address holds more than a sixteenth of those that may be half open.
  [[nodiscard]] bool IsOverShare(const Session& session) const {
    return crowd_.IsOverShare(HashOfAddress(session.first_remote));
  }
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
  void Unsettle(Session& session) { unsettled.Add(session); }
  void Touch(Session& session) { unsettled.Touch(session); }
  Unsettled unsettled;
  [[nodiscard]] std::size_t session_count() const { return by_id_.size(); }
  [[nodiscard]] std::size_t half_open_count() const { return half_open_count_; }
  // IsBare: there is no session, and nothing that was one's.
  [[nodiscard]] bool IsBare() const {
    return by_id_.size() + by_own_cookie_.size() + by_first_message_.size() +
               newest_by_identity_.size() + newest_by_place_.size() + inbound_spis_.size() +
               half_open_count_ ==
           0;
  }

  // Timers. Schedule: the session is next due then, or never.
  void Schedule(Session& session, Deadline due);
  // NextTimer is the session that is due first. Its time is over once it has been taken.
  [[nodiscard]] Session* NextTimer();
  void TakeTimer(Session& session);
  [[nodiscard]] std::size_t timer_count() const { return timers_.size(); }

  // Diffie-Hellman jobs of an exchange.
  [[nodiscard]] crypto::DhTicket MakeTicket(const Session& session);
  [[nodiscard]] static SessionId SessionOf(crypto::DhTicket ticket);
  // QueueDh: the job of this ticket is to be polled.
  void QueueDh(const Session& session, crypto::DhTicket ticket);
  // NextDh is the next job whose result somebody still waits for.
  [[nodiscard]] std::optional<crypto::DhJob> NextDh();

  // Output.
  // Send takes a sealed message; one that is too long goes in fragments, if the peer takes them.
  void Send(Session& session, Octets message);
  void SendTo(Session& session, const Endpoint& remote, Octets message);
  // Transmit puts the non-ESP marker in front where it is due.
  void Transmit(const Endpoint& local, const Endpoint& remote, Octets message);
  void TransmitUnmarked(const Endpoint& local, const Endpoint& remote,
                        std::vector<std::uint8_t> octets);
  // MaySend: an AnswerLimit, if there is one, allows a message of this size; else that is counted.
  [[nodiscard]] bool MaySend(const Endpoint& remote, std::size_t size);
  static constexpr std::size_t kNoLimit = SIZE_MAX;
  // AnswerLimit: while it lives, no message is sent that is longer than the one at hand. So nobody
  // can make this end send more to a third one than he has sent himself.
  class AnswerLimit {
   public:
    AnswerLimit(EngineCore& core, std::size_t most) : core_(core) { core_.longest_answer_ = most; }
    AnswerLimit(const AnswerLimit&) = delete;
    AnswerLimit& operator=(const AnswerLimit&) = delete;
    ~AnswerLimit() { core_.longest_answer_ = kNoLimit; }

   private:
    EngineCore& core_;
  };
  void Emit(Event event);
  // GiveUp: memory ran out in the midst of work on this session. It goes, with all that ran in it,
  // and Failed says so once all that was told before has been taken (TakeGivenUp). Neither needs
  // memory: what is left of the session stands for the event.
  void GiveUp(Session& session);
  void GiveUp(std::unique_ptr<Session> gone);  // one that is in no table
  [[nodiscard]] std::optional<Event> TakeGivenUp();
  // QueueGivenUp makes them events like all others, for which it needs memory.
  void QueueGivenUp();
  // Dropped: a datagram came and is not used; said once for each. Withheld: what would have gone
  // out does not; only the observer hears of it.
  void Dropped(const Endpoint& remote, std::string_view rule);
  void Withheld(const Endpoint& remote, std::string_view rule);
  // Decided tells the observer, if there is one, what `text()` says.
  template <class Text>
  void Decided(const Session& session, Text text) {
    if (observer != nullptr) observer->OnDecision(now, session.id, text());
  }

  // Scratch is an empty buffer with room for a message, to be given back: so that neither writing
  // nor decrypting needs one of its own.
  class Scratch {
   public:
    explicit Scratch(EngineCore& core) : core_(core), octets_(std::exchange(core.spare_, {})) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
      octets_.clear();
      if (octets_.capacity() <= kMostKept) core_.spare_.swap(octets_);
    }
    std::vector<std::uint8_t>& operator*() { return octets_; }

   private:
    static constexpr std::size_t kMostKept = 16384;
    EngineCore& core_;
    std::vector<std::uint8_t> octets_;
  };

 private:
  friend struct ArchiveAccess;
  EngineCore(EngineConfig c, crypto::RandomSource& r, Observer* o,
             const crypto::ShortHashKey& hash_secret);
  void RenewTimers();
  void RenewHalfOpenOrder();
  [[nodiscard]] bool IsFree(const Cookie& cookie) const;
  [[nodiscard]] Exchange* ExchangeOf(crypto::DhTicket ticket);
  [[nodiscard]] std::uint64_t HashOfAddress(const Endpoint& place) const;
  void CountHalfOpen(const Session& session);
  void MakeRoomForTimer();
  [[nodiscard]] std::unique_ptr<Session> Detach(Session& session);
  void UnlinkPeer(Session& session);

  SessionList<&Session::next_touched> given_up_;  // owns them; not yet told
  FlatTable<IdTraits> by_id_;                     // owns them
  FlatTable<OwnCookieTraits> by_own_cookie_;
  FlatTable<FirstMessageTraits> by_first_message_;
  FlatTable<IdentityTraits> newest_by_identity_;
  FlatTable<PlaceTraits> newest_by_place_;
  FlatTable<SpiTraits> inbound_spis_;
  std::size_t half_open_count_ = 0;
  Crowd crowd_;
  DhQueue dh_queue_;
  Fifo<SessionId> half_open_order_;  // those that are no longer half open among them
  std::size_t longest_answer_ = kNoLimit;
  TimerQueue timers_;
  std::vector<std::uint8_t> spare_;
  std::uint32_t last_session_ = 0;
  std::uint32_t last_child_ = 0;
  std::uint32_t last_ticket_ = 0;
};

}  // namespace iscsi_ike::ike
