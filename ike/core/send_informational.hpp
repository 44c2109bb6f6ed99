// Sending the informational exchange (RFC 2409 section 5.7, RFC 2408 sections 3.14 and 3.15):
// notifications and deletes, under the keys of a session where there are any.
#pragma once

#include <span>
#include <vector>

#include "crypto/hash.hpp"
#include "ike/core/core.hpp"
#include "ike/core/received.hpp"

namespace iscsi_ike::ike {

// SpiOfOffer is the SPI that a notification about this exchange names: the quick mode initiator's,
// or nothing.
[[nodiscard]] std::vector<std::uint8_t> SpiOfOffer(const Exchange& exchange);

// SendNotify tells the peer an error. Once SKEYID_a exists it is protected; before, it goes in
// clear and is rationed, since anybody can provoke it. `spi` of 4 octets names an ESP SA, none the
// ISAKMP SA. Returns a protected one as it was sent, to be repeated; empty otherwise.
std::vector<std::uint8_t> SendNotify(EngineCore& core, Session& session, NotifyType type,
                                     Octets spi);

// SendStatus tells the peer something about the ISAKMP SA, whose cookies are the SPI. Needs the
// keys (RFC 2407 section 4.6.3).
void SendStatus(EngineCore& core, Session& session, NotifyType type, Octets data = {});

// SendDelete announces that SAs are no longer received on: these ESP SPIs, or the ISAKMP SA itself.
// Needs the keys.
void SendDelete(EngineCore& core, Session& session, std::span<const Spi> spis);
void SendDeleteOfSession(EngineCore& core, Session& session);

// RefuseInClear answers a message that belongs to no session; rationed, and never in answer to an
// Informational.
void RefuseInClear(EngineCore& core, const Received& received, NotifyType type);

// HASH(1) = prf(SKEYID_a, M-ID | N/D) (RFC 2409 section 5.7).
[[nodiscard]] crypto::Digest InformationalHash(const Session& session, MessageId id, Octets rest);

// TraceInformational shows one to the observer; `payloads` in clear.
void TraceInformational(EngineCore& core, const Session& session, Direction direction,
                        const Header& header, Octets payloads, std::size_t size);

}  // namespace iscsi_ike::ike
