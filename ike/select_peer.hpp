// Which configured peer a responder uses for a first message, and with it which key and plan. This
// is the one precedence, for the engine and for those who ask it beforehand:
//
//   1. a key of its own before a group key (PeerConfig::group_key);
//   2. aggressive mode: a peer that must be the identity of AM1 before one that may be anybody;
//   3. a peer bound to the address of the message, by `remote` or, without that, by an identity
//      that is this address, before one that serves any;
//   4. the order of the configuration.
//
// Main mode needs the key to read the identity, so that identities cannot choose it (RFC 2409
// section 5.4). Responders for the very local address of the message keep out those for any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/result.hpp"
#include "ike/config.hpp"
#include "ike/endpoint.hpp"
#include "ike/errors.hpp"
#include "ike/wire/registry.hpp"
#include "policy/identity.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

// PeerMatch is what makes a peer fit, best first.
enum class PeerMatch : std::uint8_t { kIdentity, kAddress, kAny, kGroupKey };
[[nodiscard]] std::string_view Name(PeerMatch match);  // "identity", "address", "any", "group key"
// Explain: "bound to the peer's address 192.0.2.1", "for any address".
[[nodiscard]] std::string Explain(const PeerConfig& peer, PeerMatch match);

// PassedOver is what keeps a peer from being used for a message, the first of these that holds.
enum class PassedOver : std::uint8_t {
  kUnusable,       // no plan, or no key
  kLocalAddress,   // it serves at another local address
  kRemoteAddress,  // it is bound to another peer address
  kMode,           // its plan does not allow the exchange
  kIdentity,       // aggressive mode: it must be another identity
};
// Name: "unusable", "local address", "peer address", "mode", "identity"
[[nodiscard]] std::string_view Name(PassedOver reason);

// PeerQuery is what a first message tells. Ports do not count.
struct PeerQuery {
  Endpoint local;  // unspecified: none that any responder is bound to
  Endpoint remote;
  policy::ExchangeMode mode = policy::ExchangeMode::kMain;
  // Of aggressive mode; unset: of a kind that nobody can be configured for. Main mode ignores it.
  std::optional<policy::Identity> identity;
};

// PeerCandidate is one of the responders in the light of a query.
struct PeerCandidate {
  std::size_t index = 0;  // in EngineConfig::responders
  std::shared_ptr<const PeerConfig> peer;
  PeerMatch match = PeerMatch::kAny;      // says nothing of one that is passed over
  std::optional<PassedOver> passed_over;  // unset: it is used unless one before it is
};

// PeerCandidates lists all responders, first those that could be used, best first. The first of
// them, if any, is what SelectPeer gives and the engine uses.
[[nodiscard]] std::vector<PeerCandidate> PeerCandidates(const EngineConfig& config,
                                                        const PeerQuery& query);

// PeerRefusal is what becomes of a first message for which no peer is found. `notify` is what the
// initiator is told, in clear; unset: nothing.
struct PeerRefusal {
  NegotiationFailure failure;
  std::optional<NotifyType> notify;
};

// SelectPeer. Errors: kNoKey, kModeRefused, kPeerIdentity.
[[nodiscard]] Result<std::shared_ptr<const PeerConfig>, PeerRefusal> SelectPeer(
    const EngineConfig& config, const PeerQuery& query);

// RivalOf is the earlier responder that takes every message of this mode that the one at `index`
// could take; nullopt: none does.
[[nodiscard]] std::optional<std::size_t> RivalOf(const EngineConfig& config, std::size_t index,
                                                 policy::ExchangeMode mode);

}  // namespace iscsi_ike::ike
