// The Diffie-Hellman agreement of an exchange: which jobs it asks for, and what becomes of their
// results.
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// Prefetch starts each exponentiation as soon as its inputs exist, so that it overlaps the round
// trip. A responder spends nothing before the peer's value is there, which in main mode comes with
// this end's own cookie. False: no private key could be drawn.
[[nodiscard]] bool Prefetch(EngineCore& core, const Session& session, Exchange& exchange);

// StoreResult takes a finished job that `dh` waits for. A Trouble: it gave nothing of use.
[[nodiscard]] Step StoreResult(KeyAgreement& dh, crypto::DhJob job);

}  // namespace iscsi_ike::ike
