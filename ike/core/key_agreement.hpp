// The Diffie-Hellman agreement of an exchange: which jobs it asks for, and what becomes of their
// results.
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// Prefetch starts each exponentiation as soon as its inputs exist, so that it overlaps the round
// trip. A responder spends nothing before the peer's value is there, which in main mode comes with
// this end's own cookie. False: no private key could be drawn.
[[nodiscard]] bool Prefetch(EngineCore& core, const Session& session, Exchange& exchange);

// Awaits: a result of this operation is still due.
[[nodiscard]] bool Awaits(const Exchange& exchange, crypto::DhOperation operation);
// JobOf makes the job of a ticket that the exchange waits for, once more if need be: all that it
// takes stays in the exchange until its result is there.
[[nodiscard]] crypto::DhJob JobOf(const Exchange& exchange, crypto::DhTicket ticket);

// IsResultFor: the job is the one that has this ticket here. Tickets alone do not tell: whoever
// runs many engines may mix their jobs up.
[[nodiscard]] bool IsResultFor(const Exchange& exchange, const crypto::DhJob& job);

// StoreResult takes a finished job that `dh` waits for. A Trouble: it gave nothing of use.
[[nodiscard]] Step StoreResult(KeyAgreement& dh, crypto::DhJob job);

}  // namespace iscsi_ike::ike
