// Agree: what an initiator and whoever serves it would come to, and everything that stands in the
// way, without a datagram. The functions that decide here are those that decide in a negotiation:
// the initiator's offers are written and read, and the responder chooses from them. There is no
// Diffie-Hellman in it, no time and no randomness.
//
// What no configuration tells is taken for granted: datagrams arrive, each end knows the other's
// ports and begins at the usual ones, and no address translator is between them but one that an end
// pretends (NatTraversal::kForce).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/config.hpp"
#include "ike/errors.hpp"
#include "ike/events.hpp"
#include "ike/select_peer.hpp"

namespace iscsi_ike::ike {

// Hindrance is one thing in the way. The first one is what a negotiation fails with; the others
// show when it is gone.
struct Hindrance {
  Role judge = Role::kResponder;  // the end that says no, and has the failure
  NegotiationFailure failure;
  // Of a first message for which there is no peer: what keeps the closest one from being used, and
  // what the initiator is told (unset: nothing).
  std::optional<PassedOver> passed_over;
  std::optional<NotifyType> told;
};

// AgreedPhase1: the suite that the responder takes, and the lifetime that is then in force.
struct AgreedPhase1 {
  policy::Phase1Suite suite;
  policy::Lifetime lifetime;
};

// SelectorEnds: both sides of a child, by the roles of its quick mode.
struct SelectorEnds {
  policy::Selector initiator;
  policy::Selector responder;
};

// AgreedChild: the first child that the initiator asks for.
struct AgreedChild {
  policy::EspSuite suite;
  policy::Encapsulation encapsulation = policy::Encapsulation::kTunnel;
  bool udp_encapsulated = false;
  std::optional<crypto::DhGroup> pfs_group;
  policy::Lifetime lifetime;
  SelectorEnds selectors;
};

// Agreement: what is set was agreed on, also when something else stands in the way.
struct Agreement {
  policy::ExchangeMode mode = policy::ExchangeMode::kMain;
  // In EngineConfig::responders: the one whose key and plan are used; when none is, the one with
  // which the least stands in the way. Unset: there is none at all.
  std::optional<std::size_t> responder;
  PeerMatch match = PeerMatch::kAny;  // says nothing of one that is passed over
  std::string initiator_identity;     // as it is shown: "ipv4:192.0.2.1"
  std::string responder_identity;
  bool same_key = false;
  std::optional<AgreedPhase1> phase1;
  std::optional<AgreedChild> child;  // unset, too, when the initiator wants none
  // What the initiator asks to protect, and what the responder allows at most.
  std::optional<SelectorEnds> asked;
  std::optional<SelectorEnds> allowed;
  std::vector<Hindrance> hindrances;  // in the order in which a negotiation would meet them
  [[nodiscard]] bool ok() const { return hindrances.empty(); }
};

// Agree on what Engine::Connect(initiator) would ask for, which is the first exchange of its plan.
// `initiator->local` is the address that `serving` sees. The plans may be of any outcome: where
// there is none, that is the only hindrance, for there is nothing to compare. Keys are compared in
// constant time.
[[nodiscard]] Agreement Agree(const std::shared_ptr<const PeerConfig>& initiator,
                              const EngineConfig& serving);

}  // namespace iscsi_ike::ike
