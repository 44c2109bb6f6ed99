// Identities of phase 1: what an end shows, and what it thinks of the peer's.
#pragma once

#include <optional>
#include <string>

#include "ike/config.hpp"
#include "ike/errors.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// OwnIdentity is that of the plan, else the local address.
[[nodiscard]] policy::Identity OwnIdentity(const PeerConfig& peer, const policy::IpAddress& local);

// IdentityText is the form that policy::Identity::Parse reads where there is one, a description of
// the octets otherwise. `body` is that of the identification payload.
[[nodiscard]] std::string IdentityText(Octets body);

// ShownIdentity is what a peer can be chosen by; nullopt: of a kind that nobody is configured for.
[[nodiscard]] std::optional<policy::Identity> ShownIdentity(Octets body);

// JudgeIdentity of the peer at `remote`. Errors: kPeerIdentity, of which the peer is told
// INVALID-ID-INFORMATION.
[[nodiscard]] std::optional<NegotiationFailure> JudgeIdentity(const PeerConfig& peer, Octets body,
                                                              const Endpoint& remote);

}  // namespace iscsi_ike::ike
