// The parts of Agree: two sessions, one at each end, that hold what the engines would know, and
// what is judged with them.
#pragma once

#include <vector>

#include "ike/agree.hpp"
#include "ike/core/session.hpp"

namespace iscsi_ike::ike {

// Talk is both ends of a negotiation that is not held. Both sessions have their peer.
struct Talk {
  Session initiator;
  Session responder;
  Agreement agreement;

  void Hinder(Role judge, NegotiationFailure failure) {
    agreement.hindrances.push_back({judge, std::move(failure), std::nullopt, std::nullopt});
  }
  [[nodiscard]] bool Has(Role judge, FailureCode code) const;
};

// IdentityBody is the identification payload with which this end would show itself.
[[nodiscard]] std::vector<std::uint8_t> IdentityBody(const PeerConfig& peer,
                                                     const policy::IpAddress& local);

// AgreeOnPhase1 settles suite and lifetime, then keys and identities in the order of the exchange.
// Without a suite both sessions go on with the first that was offered, so that phase 2 can be
// judged.
void AgreeOnPhase1(Talk& talk);

// AgreeOnChild judges the first quick mode.
void AgreeOnChild(Talk& talk);

}  // namespace iscsi_ike::ike
