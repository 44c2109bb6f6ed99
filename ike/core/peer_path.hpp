// The path to the peer: from where to where a session's datagrams go. It changes when the peer goes
// on at the NAT traversal port, or when a translator gives it another address or port (RFC 3947
// sections 4 and 7), and only with a message that is authenticated.
#pragma once

#include "ike/core/core.hpp"
#include "ike/core/received.hpp"

namespace iscsi_ike::ike {

inline constexpr std::uint8_t kNatKeepaliveOctet = 0xff;  // RFC 3948 section 2.3

// MayMove: a message of this session may come from elsewhere than so far, provided that it turns
// out to be authentic.
[[nodiscard]] bool MayMove(const EngineCore& core, const Session& session,
                           const Received& received);

// IsOnFirstPath: a message of phase 1 that comes the way phase 1 began, though this end may have
// gone on at the NAT traversal port meanwhile: the peer repeats what it has sent from where it was.
[[nodiscard]] bool IsOnFirstPath(const Session& session, const Received& received);

// NotePath: an authenticated message came this way; from now on the session's go back the same.
void NotePath(EngineCore& core, Session& session, const Received& received);

[[nodiscard]] EncapsulationRule EncapsulationRuleOf(const Session& session);

// NoteReturn: a message with this end's cookie has come, so somebody is where the first one came
// from. The credit of aggressive mode is given back, and what AM2 was not repeated for is made
// good: who goes on as if AM3 had arrived hears AM2 again.
void NoteReturn(EngineCore& core, Session& session, const Received& received);

// ArmKeepalive and RunKeepalive keep a translator's mapping alive when this end is behind one.
void ArmKeepalive(EngineCore& core, Session& session);
void RunKeepalive(EngineCore& core, Session& session);

}  // namespace iscsi_ike::ike
