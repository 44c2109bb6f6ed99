// The informational exchange (RFC 2409 section 5.7, RFC 2408 sections 3.14 and 3.15): notifications
// and deletes, sent and received, under the keys of a session where there are any.
#pragma once

#include <span>
#include <vector>

#include "ike/core/core.hpp"
#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {

// SpiOfOffer is the SPI that a notification about this exchange names: the quick mode initiator's,
// or nothing.
[[nodiscard]] std::vector<std::uint8_t> SpiOfOffer(const Exchange& exchange);

// SendNotify tells the peer an error. Once SKEYID_a exists it is protected; before, it goes in
// clear and is rationed, since anybody can provoke it. `spi` of 4 octets names an ESP SA, none the
// ISAKMP SA.
void SendNotify(EngineCore& core, Session& session, NotifyType type, Octets spi);

// SendDelete announces that SAs are no longer received on: these ESP SPIs, or the ISAKMP SA itself.
// Needs the keys.
void SendDelete(EngineCore& core, Session& session, std::span<const Spi> spis);
void SendDeleteOfSession(EngineCore& core, Session& session);

// RefuseInClear answers a datagram that belongs to no session; rationed, and never in answer to an
// Informational.
void RefuseInClear(EngineCore& core, const Endpoint& local, const Endpoint& remote,
                   const Header& header, NotifyType type);

// ReceiveInformational: in clear it is at most a suspicion; protected and verified it may end what
// it names.
void ReceiveInformational(EngineCore& core, Session& session, const Header& header,
                          Octets datagram);

}  // namespace iscsi_ike::ike
