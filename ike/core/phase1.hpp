// The steps that main mode and aggressive mode share (RFC 2409 sections 5.1 to 5.4): each writes,
// reads or verifies one payload. The scripts put them together.
#pragma once

#include "ike/core/choose_phase1.hpp"
#include "ike/core/runner.hpp"

namespace iscsi_ike::ike::phase1 {

// Writing.
Step WriteOffer(StepContext& context);        // SA with all suites; remembers SAi_b
Step WriteAnswer(StepContext& context);       // SA with the chosen transform as it came
Step WriteKeyExchange(StepContext& context);  // KE, NONCE; draws an initiator's nonce
Step WriteIdentity(StepContext& context);     // ID
Step WriteHash(StepContext& context);         // HASH_I or HASH_R

// Reading. Each overwrites what an earlier, unauthenticated message left.
Step AbsorbOffer(StepContext& context, const PayloadList& payloads);        // responder: SAi_b
Step AbsorbKeyExchange(StepContext& context, const PayloadList& payloads);  // KE, NONCE
Step AbsorbIdentity(StepContext& context, const PayloadList& payloads);     // ID

// Deciding.
Step Choose(StepContext& context);  // responder: a transform of the offer
Step CheckAnswer(StepContext& context,
                 const PayloadList& payloads);  // initiator: the answer's transform
Step CheckPublicValue(StepContext& context);    // KE against the group
Step VerifyHash(StepContext& context, const PayloadList& payloads, const Cookie& responder_cookie);
// TakeInitialContact: a notification beside IDii and HASH_I; encrypted, and acted on only once
// phase 1 is done.
void TakeInitialContact(StepContext& context, const PayloadList& payloads);
Step JudgePeerIdentity(StepContext& context);  // after VerifyHash only
Step DrawNonce(StepContext& context);          // this end's

// Shared derives SKEYID and all that grows from it, the cipher key and the first initialisation
// vector.
void Shared(StepContext& context);
// Finish makes the session an established one.
Step Finish(StepContext& context);

}  // namespace iscsi_ike::ike::phase1
