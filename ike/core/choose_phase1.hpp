// Choosing a phase-1 transform from an offer, and checking the answer to one's own (RFC 2408
// section 4.2, RFC 2409 section 5). Every transform that is not taken is explained.
#pragma once

#include "crypto/result.hpp"
#include "ike/errors.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "ike/wire/sa.hpp"
#include "policy/plan.hpp"

namespace iscsi_ike::ike {

struct Phase1Choice {
  policy::Phase1Suite suite;
  policy::Lifetime lifetime;  // the shorter of both ends'; 28800 s where the offer said nothing
  bool shortened = false;     // it is shorter than what the transform says
  std::uint8_t proposal = 0;
  TransformView transform;
};

// Phase1Offer is what this end may propose or take: in aggressive mode only the suites with the
// first one's group, since the KE payload comes with the offer (RFC 2409 section 5).
[[nodiscard]] std::vector<policy::Phase1Suite> Phase1Offer(const policy::Plan& plan,
                                                           policy::ExchangeMode mode);

// ChoosePhase1 takes the first transform, in the initiator's order, that the plan allows. `ke_size`
// is the length of the initiator's KE payload in aggressive mode, 0 in main mode. Errors:
// kNoPhase1Proposal with a refusal for each attribute in the way, kMalformed for what is no phase-1
// offer at all.
[[nodiscard]] Result<Phase1Choice, NegotiationFailure> ChoosePhase1(const SaView& offer,
                                                                    const policy::Plan& plan,
                                                                    policy::ExchangeMode mode,
                                                                    std::size_t ke_size);

// CheckPhase1Answer finds the answer's one transform in the plan that was offered. "If the
// initiator notices that attribute values have changed or attributes have been added or deleted
// from an offer made, that response MUST be rejected" (RFC 2409 section 5); a changed encoding or
// lifetime is let pass, but the lifetime does not count: no HASH covers the answer, and whoever
// reads along could make it a second. RESPONDER-LIFETIME, which is protected, does. Errors:
// kAnswerChanged.
[[nodiscard]] Result<Phase1Choice, NegotiationFailure> CheckPhase1Answer(const SaView& answer,
                                                                         const policy::Plan& plan,
                                                                         policy::ExchangeMode mode);

}  // namespace iscsi_ike::ike
