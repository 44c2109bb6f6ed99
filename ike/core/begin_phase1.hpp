// Beginning phase 1 as initiator, at the caller's wish or to renew a session.
#pragma once

#include <memory>

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

struct Phase1Start {
  std::shared_ptr<const PeerConfig> peer;
  Endpoint local;
  Endpoint remote;
  policy::ExchangeMode mode = policy::ExchangeMode::kMain;
  SessionId renews{};                     // the session that the new one is to follow; 0: none
  PeerMatch match = PeerMatch::kAddress;  // what made the peer fit that one
};

// BeginPhase1 sends the first message; the caller settles the session. Errors: kLimit, kRandom.
[[nodiscard]] Result<SessionId, NegotiationFailure> BeginPhase1(EngineCore& core,
                                                                const Phase1Start& start);

}  // namespace iscsi_ike::ike
