// Fold and Unfold: a responder's session is folded into a HalfOpen as soon as MM1 is answered, and
// unfolded when its initiator shows, by this end's cookie, that it is where it said.
#pragma once

#include <memory>

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// MayFold: there is nothing in the session that a HalfOpen does not keep.
[[nodiscard]] bool MayFold(const Session& session);
// Fold keeps what is in the session, which is then to be removed.
void Fold(EngineCore& core, const Session& session);
// Unfold makes the session again, which is in no table yet.
[[nodiscard]] std::unique_ptr<Session> Unfold(const EngineCore& core, const HalfOpen& half);

// AnswerAgain answers a first message that has come again.
void AnswerAgain(EngineCore& core, HalfOpen& half, const Received& received);
// ForgetHalfOpen ends those whose time is over.
void ForgetHalfOpen(EngineCore& core);

}  // namespace iscsi_ike::ike
