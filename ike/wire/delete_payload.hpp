// The delete payload, RFC 2408 section 3.15: SAs that the sender no longer receives on.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !              Domain of Interpretation  (DOI)                  !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !  Protocol-Id  !   SPI Size    !           # of SPIs           !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !               Security Parameter Index(es) (SPI)              !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

// DeleteView borrows its SPIs: count() of them, spi_size octets each.
struct DeleteView {
  std::uint32_t doi = kIpsecDoi;
  ProtocolId protocol = ProtocolId::kNone;
  std::uint8_t spi_size = 0;
  Octets spis;
  [[nodiscard]] std::size_t count() const { return spi_size == 0 ? 0 : spis.size() / spi_size; }
  // At: the octets of SPI number `index` < count().
  [[nodiscard]] Octets At(std::size_t index) const {
    return spis.subspan(index * spi_size, spi_size);
  }
  // SpiAt: the same as a number; nullopt when SPIs are not 4 octets.
  [[nodiscard]] std::optional<Spi> SpiAt(std::size_t index) const;
  // NamesCookies: an ISAKMP delete for this very SA.
  [[nodiscard]] bool NamesCookies(const Cookie& initiator, const Cookie& responder) const;
};

// ParseDelete reads a body. SPI sizes: 16 for ISAKMP, 4 for AH and ESP, 2 or 4 for IPCOMP
// (INVALID-SPI); the SPIs must fill the body exactly (PAYLOAD-MALFORMED). Other errors:
// DOI-NOT-SUPPORTED (not 0 or 1), INVALID-PROTOCOL-ID.
[[nodiscard]] Wire<DeleteView> ParseDelete(Octets body);

// WriteDelete writes a body: of ESP or AH SAs, or of the ISAKMP SA.
void WriteDelete(Writer& writer, ProtocolId protocol, std::span<const Spi> spis);
void WriteDelete(Writer& writer, const Cookie& initiator, const Cookie& responder);

}  // namespace iscsi_ike::ike
