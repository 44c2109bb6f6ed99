// What the phase-1 steps of both directions use: whose part of the transcript is whose.
#pragma once

#include <vector>

#include "ike/core/phase1.hpp"
#include "ike/wire/describe.hpp"

namespace iscsi_ike::ike::phase1 {

inline bool IsInitiator(const StepContext& context) {
  return context.exchange.role == Role::kInitiator;
}
inline std::vector<std::uint8_t>& OwnNonce(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said().nonce_i : context.exchange.said().nonce_r;
}
inline std::vector<std::uint8_t>& PeerNonce(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said().nonce_r : context.exchange.said().nonce_i;
}
inline std::vector<std::uint8_t>& OwnId(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said().id_i : context.exchange.said().id_r;
}
inline std::vector<std::uint8_t>& PeerId(StepContext& context) {
  return IsInitiator(context) ? context.exchange.said().id_r : context.exchange.said().id_i;
}

inline void Assign(std::vector<std::uint8_t>& to, Octets from) {
  to.assign(from.begin(), from.end());
}

inline Failure<Trouble> Broken(const ParseError& error) {
  return Drop(FailureCode::kMalformed, DescribeError(error), error.notify);
}

// DeriveOwnSkeyid: SKEYID from the pre-shared key and both nonces (RFC 2409 section 5).
void DeriveOwnSkeyid(StepContext& context);

}  // namespace iscsi_ike::ike::phase1
