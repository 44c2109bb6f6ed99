// The SA payloads of both phases as this end writes them: offers with all that a plan allows, and
// answers that give one transform back as it came (RFC 2409 sections 5 and 5.5). Each writes the
// body; the payload has been begun.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "ike/core/choose_phase1.hpp"
#include "ike/core/choose_phase2.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

[[nodiscard]] std::array<std::uint8_t, 4> SpiOctets(Spi spi);

// WritePhase1Offer writes one proposal with the suites of Phase1Offer.
void WritePhase1Offer(Writer& writer, const policy::Plan& plan, policy::ExchangeMode mode);
void WritePhase1Answer(Writer& writer, const Phase1Choice& choice);

// WritePhase2Offer writes one proposal: every suite in the encapsulation that the plan prefers,
// then every suite in the next. `udp` is how ESP is to travel, `pfs_group` that of the KE payload.
void WritePhase2Offer(Writer& writer, const policy::Plan& plan, Spi spi, UdpEncapsulation udp,
                      std::optional<crypto::DhGroup> pfs_group);
// WritePhase2Answer: `proposal` is the number of the chosen one, `spi` this end's own.
void WritePhase2Answer(Writer& writer, std::uint8_t proposal, Spi spi,
                       const TransformView& transform);

}  // namespace iscsi_ike::ike
