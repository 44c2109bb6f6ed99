// The runner interprets the rows of a script: it opens, checks, absorbs and accepts what the peer
// writes, writes and seals what this end writes, and waits at the gates. It is the only place where
// an exchange moves on.
#pragma once

#include <vector>

#include "ike/core/core.hpp"
#include "ike/core/protector.hpp"
#include "ike/wire/header.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

// StepContext is what a handler works with. `writer` and `chain` are there for write handlers only.
struct StepContext {
  EngineCore& core;
  Session& session;
  Exchange& exchange;
  Writer* writer = nullptr;
  PayloadChain* chain = nullptr;
  const Received* received = nullptr;  // absorb and accept: the message at hand
};

// StartExchange runs a new exchange as far as it goes without the peer.
void StartExchange(EngineCore& core, Session& session, Exchange& exchange);

// ReceiveMessage takes one message whose header has passed ParseHeader and which belongs to this
// exchange.
void ReceiveMessage(EngineCore& core, Session& session, Exchange& exchange,
                    const Received& received);

// TakeDhResult stores a finished job and runs the exchange on. False: no exchange of the session
// waits for it.
bool TakeDhResult(EngineCore& core, Session& session, crypto::DhJob job);

// StartPhase2Iv sets an exchange's chain to its first vector (RFC 2409 Appendix B).
void StartPhase2Iv(const Session& session, Exchange& exchange);
[[nodiscard]] ProtectionKey KeyOf(EngineCore& core, const Session& session);

}  // namespace iscsi_ike::ike
