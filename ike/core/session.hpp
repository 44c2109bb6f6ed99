// Session: one ISAKMP SA, from its first message to its end, with the exchanges that run under it.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret_memory.hpp"
#include "ike/core/abilities.hpp"
#include "ike/core/deadline.hpp"
#include "ike/core/exchange.hpp"
#include "ike/core/flat_table.hpp"
#include "ike/core/fragments.hpp"
#include "ike/core/keymat.hpp"
#include "ike/core/lease.hpp"
#include "ike/events.hpp"
#include "ike/select_peer.hpp"

namespace iscsi_ike::ike {

// Child is what the engine remembers of a pair of ESP SAs once their keys have been handed over.
struct Child {
  ChildId id{};
  Spi inbound{};
  Spi outbound{};
  Role role = Role::kInitiator;
  policy::Selector local, remote;
  policy::Encapsulation encapsulation = policy::Encapsulation::kTunnel;
  policy::Lifetime lifetime;
  Lease lease;
  bool renewing = false;  // a quick mode that is to follow it is under way
};

// QueuedChild waits for phase 1, or for a quick mode to end.
struct QueuedChild {
  ChildId id{};
  ChildOffer offer;
};

// Liveness is a watch on one peer (RFC 3706).
struct Liveness {
  Deadline due;  // of the next question, or of giving up on the last; none: nobody watches
  Time heard;    // when something authentic last came
  std::uint32_t sequence = 0;
  unsigned unanswered = 0;
  bool reported = false;
};

// Peers choose them, but only who is authenticated, and no more than EngineConfig::max_message_ids.
struct MessageIdTraits {
  using Value = MessageId;  // 0 is phase 1's
  using Key = MessageId;
  [[nodiscard]] static Key KeyOf(MessageId id) { return id; }
  [[nodiscard]] static std::uint64_t HashOf(MessageId id) { return ToNumber(id); }
};

// IsakmpSa is what a session has once there are keys: most sessions of a flood never get there.
struct IsakmpSa : crypto::HeldAsSecret {
  crypto::Digest skeyid_d;
  crypto::Digest skeyid_a;
  CipherKey cipher_key;
  // The last phase-1 ciphertext block, or the phase-1 vector.
  std::array<std::uint8_t, crypto::kMaxBlockSize> last_block{};

  Lease lease;
  std::vector<Child> children;
  Deadline children_due;                // the earliest of their leases
  std::vector<QueuedChild> queued;      // in order
  FlatTable<MessageIdTraits> used_ids;  // seen or made: a second use would be a replay
  Liveness liveness;
  Deadline keepalive_at;

  std::string local_identity, remote_identity;
  Endpoint place;              // where the peer was when phase 1 ended
  SessionId older{}, newer{};  // neighbours among the sessions with this remote identity
};

struct Session {
  enum class State : std::uint8_t { kNegotiating, kEstablished, kClosed };

  SessionId id{};
  SessionId renews{};  // the session that this one is to follow
  Role role = Role::kInitiator;
  State state = State::kNegotiating;
  policy::ExchangeMode mode = policy::ExchangeMode::kMain;
  PeerMatch match = PeerMatch::kAddress;  // what made the peer fit
  Cookie initiator_cookie;
  Cookie responder_cookie;
  Endpoint local;
  Endpoint remote;
  Endpoint first_remote;  // where the first message came from, or went
  Abilities abilities;
  NatFinding nat;
  std::shared_ptr<const PeerConfig> peer;
  policy::Phase1Suite suite;
  policy::Lifetime lifetime;

  // False while AM1 has not told who it is; until then `peer` is only one of the candidates.
  bool peer_known = true;
  bool renewing = false;         // another is under way that is to follow this one
  bool initial_contact = false;  // the peer said so in phase 1
  bool tell_lifetime = false;    // responder: it is shorter than what was offered
  bool keys_ready = false;
  bool at_nat_port = false;  // the datagrams go to and from the ports of RFC 3947 section 4
  bool heard_from_peer = false;
  bool half_open = false;        // responder: counted against the bound
  bool source_verified = false;  // responder: the peer has come back with this end's cookie
  bool first_child_begun = false;

  Time first_known_until{};  // responder: until then its first message is a late duplicate
  Deadline give_up_at;       // end of the negotiation's time
  Deadline scheduled;        // when the session is next due
  Deadline queued_until;     // its live entry in the timer queue: then, or earlier than that

  std::vector<std::unique_ptr<Exchange>> exchanges;  // phase 1 first while it lives
  // Phase-2 messages that came before phase 1 was done, or before a quick mode could finish.
  std::vector<Parked> parked;
  std::vector<Reassembly> fragments;

  // Of SessionList: what follows in a list that this one is in.
  Session* next_waiting = nullptr;
  Session* next_touched = nullptr;

  // Whoever may change it makes it; whoever only looks asks first whether there is one.
  [[nodiscard]] bool has_sa() const { return sa_ != nullptr; }
  [[nodiscard]] IsakmpSa& sa() {
    if (!sa_) sa_ = std::make_unique<IsakmpSa>();
    return *sa_;
  }
  [[nodiscard]] const IsakmpSa& sa() const {
    assert(sa_ != nullptr);
    return *sa_;
  }
  // Empty leaves no more than who it was.
  void Empty() {
    exchanges.clear();
    parked.clear();
    fragments.clear();
    sa_.reset();
  }
  [[nodiscard]] const Cookie& own_cookie() const {
    return role == Role::kInitiator ? initiator_cookie : responder_cookie;
  }
  [[nodiscard]] Exchange* phase1() const {
    return !exchanges.empty() && exchanges.front()->script->phase1 ? exchanges.front().get()
                                                                   : nullptr;
  }
  [[nodiscard]] Exchange* Find(MessageId message_id) const {
    const auto it = std::find_if(exchanges.begin(), exchanges.end(), [&](const auto& e) {
      return !e->script->phase1 && e->id == message_id;
    });
    return it == exchanges.end() ? nullptr : it->get();
  }
  // IsFinishing: all has been said in an exchange, and a Diffie-Hellman result is still due.
  [[nodiscard]] bool IsFinishing() const {
    return std::any_of(exchanges.begin(), exchanges.end(),
                       [](const auto& e) { return e->done() && !e->finished; });
  }
  // Park keeps one message of a peer that has proved nothing yet, a few of one that has.
  void Park(const Received& received) {
    constexpr std::size_t kMost = 4;
    if (parked.size() < (state == State::kEstablished ? kMost : 1) && MayPark(received))
      parked.emplace_back(received);
  }
  [[nodiscard]] Child* FindChild(ChildId child) {
    if (!sa_) return nullptr;
    const auto it = std::find_if(sa_->children.begin(), sa_->children.end(),
                                 [child](const Child& c) { return c.id == child; });
    return it == sa_->children.end() ? nullptr : &*it;
  }
  [[nodiscard]] bool IsUsed(MessageId message_id) const {
    return sa_ && sa_->used_ids.Find(message_id) != MessageId{};
  }

 private:
  friend struct ArchiveAccess;
  std::unique_ptr<IsakmpSa> sa_;
};

// HaveSameKey: the peers of both have proved the same key. Whoever shows the identity of another
// peer under a key of his own is not that peer.
[[nodiscard]] inline bool HaveSameKey(const Session& a, const Session& b) {
  return a.peer == b.peer || crypto::ConstantTimeEqual(a.peer->key.Expose(), b.peer->key.Expose());
}

}  // namespace iscsi_ike::ike
