// What an engine tells its owner. A closed variant: a caller that handles all alternatives has
// handled everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "crypto/secret.hpp"
#include "ike/endpoint.hpp"
#include "ike/errors.hpp"
#include "ike/select_peer.hpp"
#include "ike/time.hpp"
#include "ike/wire/registry.hpp"
#include "ike/wire/types.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

enum class SessionId : std::uint32_t {};
enum class ChildId : std::uint32_t {};
enum class Role : std::uint8_t { kInitiator, kResponder };
[[nodiscard]] std::string_view Name(Role role);  // "initiator", "responder"

// Phase1Established: the ISAKMP SA is authenticated by both ends.
struct Phase1Established {
  SessionId session{};
  std::string peer_name;                  // PeerConfig::name
  PeerMatch match = PeerMatch::kAddress;  // what made this peer, and its key, fit
  Role role = Role::kInitiator;
  policy::ExchangeMode mode = policy::ExchangeMode::kMain;
  Cookie initiator_cookie;
  Cookie responder_cookie;
  Endpoint local;
  Endpoint remote;
  policy::Phase1Suite suite;
  policy::Lifetime lifetime;
  std::string local_identity;   // "ipv4:192.0.2.1"
  std::string remote_identity;  // as authenticated, with its type
  bool nat_local = false;       // this end is behind a translator, or pretends to be
  bool nat_remote = false;
};

// DirectionKeys is one half of KEYMAT, split (RFC 2409 section 5.5): cipher key with CTR nonce or
// GCM salt, then integrity key.
struct DirectionKeys {
  Spi spi{};
  crypto::Secret encryption;
  crypto::Secret integrity;
};

// ChildSa is a pair of keyed ESP SAs.
struct ChildSa {
  SessionId session{};
  ChildId child{};
  std::optional<ChildId> replaces;  // the child of the same selectors that this one follows
  Role role = Role::kInitiator;     // of this end in the quick mode
  MessageId message_id{};
  policy::Encapsulation encapsulation = policy::Encapsulation::kTransport;
  policy::EspSuite suite;
  std::optional<crypto::DhGroup> pfs_group;
  policy::Lifetime lifetime;
  policy::Selector local;
  policy::Selector remote;
  Endpoint local_endpoint;
  Endpoint remote_endpoint;
  bool udp_encapsulated = false;  // ESP travels in UDP between the two endpoints (RFC 3948)
  // NAT-OA (RFC 3947 section 5.2): the peer's own address before translation, and how the peer sees
  // this end. Transport mode needs them to mend checksums.
  std::optional<policy::IpAddress> remote_original;
  std::optional<policy::IpAddress> local_seen_as;
  DirectionKeys inbound;   // SPI chosen by this end
  DirectionKeys outbound;  // SPI chosen by the peer
};

// ChildEstablished hands the keys over; the engine keeps only the SPIs.
struct ChildEstablished {
  ChildSa sa;
};

// ChildDeleted: the peer said it no longer receives on this SA. Never a disconnect (RFC 3723
// section 2.3.3).
struct ChildDeleted {
  SessionId session{};
  ChildId child{};
  Spi outbound_spi{};
};

// CloseReason: kExpired is the end of the lifetime, kReplaced the end of the overlap with a newer
// SA.
enum class CloseReason : std::uint8_t { kByCaller, kByPeer, kExpired, kReplaced };
[[nodiscard]] std::string_view Name(CloseReason reason);  // "by caller", "by peer", ...
// SessionClosed: the ISAKMP SA is gone. Its children live on (RFC 2408 ties them to nothing).
struct SessionClosed {
  SessionId session{};
  CloseReason reason = CloseReason::kByCaller;
};

// Failed ends one negotiation: the session's when `child` is unset, else that child's alone.
// Exactly one for each failure. With MEMORY it ends the session with all that is in it, also one
// that was established: its children are looked after no more.
struct Failed {
  SessionId session{};
  std::optional<ChildId> child;
  std::string peer_name;
  Role role = Role::kInitiator;
  Endpoint remote;
  NegotiationFailure failure;
};

// Diagnosed ends nothing: something the peer sent, authenticated or not, makes trouble likely.
struct Diagnosed {
  SessionId session{};
  std::string peer_name;
  Endpoint remote;
  NegotiationFailure suspicion;
};

// PeerNotified: an authenticated notification that ends nothing.
struct PeerNotified {
  SessionId session{};
  NotifyType type{};
  std::string text;
};

// ChildClosed: this end no longer receives on the SA, and has told the peer.
struct ChildClosed {
  SessionId session{};
  ChildId child{};
  Spi inbound_spi{};
  Spi outbound_spi{};
  CloseReason reason = CloseReason::kByCaller;
};

// SessionReplaced: a newer phase 1 with the same peer has taken over the children of an older one
// (RFC 2408 ties them to none), which SessionClosed will follow.
struct SessionReplaced {
  SessionId session{};  // the newer
  SessionId replaced{};
};

// PeerMoved: an authenticated message came from elsewhere; the session's datagrams, and ESP in UDP,
// go there from now on (RFC 3947 section 7).
struct PeerMoved {
  SessionId session{};
  Endpoint local;
  Endpoint remote;
};

// PeerUnresponsive: the peer answered none of `asked` questions (RFC 3706). Nothing has ended: the
// caller decides. PeerAlive: it has answered after all.
struct PeerUnresponsive {
  SessionId session{};
  Endpoint remote;
  Duration silent_for{};
  unsigned asked = 0;
};
struct PeerAlive {
  SessionId session{};
};

using Event = std::variant<Phase1Established, ChildEstablished, ChildDeleted, SessionClosed, Failed,
                           Diagnosed, PeerNotified, ChildClosed, SessionReplaced, PeerMoved,
                           PeerUnresponsive, PeerAlive>;

}  // namespace iscsi_ike::ike
