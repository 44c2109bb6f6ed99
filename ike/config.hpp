// What an engine and its peers are told: bounds, timing, and one PeerConfig for each peer or kind
// of peer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "ike/endpoint.hpp"
#include "ike/time.hpp"
#include "policy/identity.hpp"
#include "policy/plan.hpp"

namespace iscsi_ike::ike {

// RetransmitPolicy: first interval, doubled up to `longest`, `tries` retransmissions in all (RFC
// 2408 section 5.1 asks for a timer that is not fixed). A responder retransmits only QM2, which
// nobody else would repeat, and AM2 to who is known to be there.
struct RetransmitPolicy {
  Duration first{500};
  Duration longest{8000};
  unsigned tries = 6;
};

// NatTraversal (RFC 3947): kDetect uses it where there is a translator, kForce pretends that this
// end is behind one, so that ESP is always encapsulated in UDP.
enum class NatTraversal : std::uint8_t { kOff, kDetect, kForce };

// LivenessPolicy: dead peer detection (RFC 3706). `delay` of silence, then `tries` questions,
// `wait` apart. A delay of 0 never asks; questions of the peer are always answered.
struct LivenessPolicy {
  Duration delay{0};
  Duration wait{2000};
  unsigned tries = 5;
};

// Renewal of SAs. kNever: they last until they are closed, and no timer runs. kExpire: they end
// with their lifetime. kRenew: they are followed by new ones before that.
enum class Renewal : std::uint8_t { kNever, kExpire, kRenew };

// RenewalPolicy: an SA is renewed at `renew_percent` of its lifetime, less up to `jitter_percent`
// so that not all do at once; the old one is closed `overlap` after the new one is there. Of
// several children with the same selectors, and of several sessions with the same peer, only the
// newest is renewed: whatever both ends began at once comes together again.
struct RenewalPolicy {
  Renewal mode = Renewal::kRenew;
  unsigned renew_percent = 90;
  unsigned jitter_percent = 5;
  Duration overlap{5000};
};

// ChildOffer is what one quick mode negotiates. Unset selectors mean host to host: TCP, port 3260
// at the target.
struct ChildOffer {
  std::optional<policy::Selector> local;
  std::optional<policy::Selector> remote;
};

// PeerConfig tells how to speak with one peer, or, as responder, with every peer it matches. Shared
// and never changed.
struct PeerConfig {
  std::string name;  // for events and traces
  // Initiator: source of the datagrams. Responder: the address it serves at, the port ignored;
  // unspecified: every one that no other responder has for its own.
  Endpoint local;
  std::optional<Endpoint>
      remote;              // initiator: required. Responder: unset serves any address; port ignored
  policy::Plan plan;       // outcome kPlan
  crypto::Secret key;      // pre-shared key, raw octets
  bool group_key = false;  // the key is shared by more than two ends: used last
  std::optional<policy::Identity> peer_identity;  // unset: any authenticated identity
  ChildOffer child;             // the first child of a Connect; the template of a responder
  bool target_side = false;     // this end is the target: port 3260 of default selectors is local
  bool negotiate_child = true;  // false: phase 1 only
  bool aggressive_hash_in_clear = false;  // send AM3 unencrypted (RFC 2409 section 5.4 as drawn)
  NatTraversal nat = NatTraversal::kDetect;
  std::uint16_t remote_nat_port = kIkeNattPort;  // initiator: where the peer takes marked datagrams
  Duration nat_keepalive{20000};                 // while this end is behind a translator; 0: never
  // Datagrams longer than this many octets are sent in fragments when the peer takes them
  // ([MS-IKEE] section 2.2.3.1). 0: fragments are neither sent nor announced.
  std::size_t fragment_above = 1232;
  LivenessPolicy liveness;
  RenewalPolicy renewal;
  // Initiator: the first session with a peer tells it to forget all older ones (INITIAL-CONTACT,
  // RFC 2407 section 4.6.3.3).
  bool initial_contact = true;
  // Begun by this end at once; more of them wait. strongSwan keeps track of three message IDs of a
  // session (charon.max_ikev1_exchanges), an informational exchange included, and forgets the rest.
  std::size_t parallel_quick_modes = 1;
  RetransmitPolicy retransmit;
  Duration negotiation_timeout{60000};  // phase 1 and the first child together
};

// CookieShard: which of `count` engines that share their ports this one is. The initiator's cookies
// that it draws fall to it, so that answers can be told apart by the first eight octets of ISAKMP:
// both halves of the cookie as numbers in network order, XORed, modulo `count`, are `index`.
struct CookieShard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
};

struct EngineConfig {
  std::vector<std::shared_ptr<const PeerConfig>>
      responders;  // in order; empty: this engine only initiates
  // Local UDP port whose datagrams bear the non-ESP marker (RFC 3948 section 2.2). 0: none does.
  std::uint16_t nat_port = kIkeNattPort;
  CookieShard cookie_shard;
  // Responder: main modes whose initiator has not come back after MM2 yet, and may be nowhere, are
  // kept in so many octets, of which each takes 160 and the sizes of its SA payload and of MM2. The
  // oldest give way.
  std::size_t half_open_octets = 24U << 20U;
  // Responder: sessions before phase 1 is done, whose initiator has come back, and all of
  // aggressive mode. The oldest gives way.
  std::size_t max_half_open = 4096;
  // Responder: answers to aggressive mode, each of which costs an exponentiation and 3 KiB, while
  // nobody has come back for them: so many at once, and so many more a second.
  unsigned aggressive_at_once = 1024;
  unsigned aggressive_per_second = 100;
  // All sessions of either role. Where there are as many, the half-open ones give way; when there
  // is none, whoever would be one more is refused.
  std::size_t max_sessions = 1U << 20;
  std::size_t max_exchanges_per_session = 16;  // quick modes under way at once
  std::size_t max_children_per_session = 1024;
  std::size_t max_message_ids = 4096;  // of one session: each is remembered against replays
  Duration half_open_timeout{30000};
  Duration linger{60000};                    // how long a finished exchange answers duplicates
  unsigned clear_notifies_per_second = 100;  // unauthenticated error notifications sent, in all
  unsigned expiry_reports_per_second = 100;  // Failed events that strangers cause
};

}  // namespace iscsi_ike::ike
