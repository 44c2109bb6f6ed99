// Renewal: what happens to SAs as time passes. A session is renegotiated side by side with the old
// one, which keeps its children until the new one takes them over; a child is followed by another
// of the same selectors; the old one is closed when the overlap is over (RFC 3723 section 3.3).
#pragma once

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

// StartLease of an established session; of a child that has just been added to it.
void StartLease(EngineCore& core, Session& session);
void StartLease(EngineCore& core, Session& session, Child& child);

// ShortenLease: the lifetime of an established session has become shorter. Nothing is put off by
// that, and what is replaced already stays so.
void ShortenLease(EngineCore& core, Session& session);

// RunLeases renews, expires and closes whatever is due.
void RunLeases(EngineCore& core, Session& session);
[[nodiscard]] Deadline NextLease(const Session& session);

// RenewNow: the same as at its time, whatever the policy says.
void RenewNow(EngineCore& core, Session& session);
void RenewNow(EngineCore& core, Session& session, Child& child);

// RenewBeforeIdsRunOut: a session's message IDs are bounded (EngineConfig::max_message_ids), and
// liveness questions use them up.
void RenewBeforeIdsRunOut(EngineCore& core, Session& session);

// NoteUse: a child has carried so many octets in all (RFC 2407 section 4.5, life type kilobytes).
void NoteUse(EngineCore& core, Session& session, Child& child, std::uint64_t octets);

// Succeed: a session's phase 1 is done. It takes over from the one that it renews.
void Succeed(EngineCore& core, Session& session);

// TakeOver moves all children from one session to another with the same peer. False: they find no
// room there, which is diagnosed, and stay.
[[nodiscard]] bool TakeOver(EngineCore& core, Session& from, Session& to);

// NoteRenewalFailed: the exchange or the session was to renew something, which is tried again.
void NoteRenewalFailed(EngineCore& core, const Session& session);
void NoteRenewalFailed(EngineCore& core, Session& session, const Exchange& exchange);

}  // namespace iscsi_ike::ike
