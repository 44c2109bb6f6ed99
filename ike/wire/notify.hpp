// The notification payload, RFC 2408 section 3.14, RFC 2407 section 4.6.3; dead peer detection RFC
// 3706 section 5.3.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !              Domain of Interpretation  (DOI)                  !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !  Protocol-ID  !   SPI Size    !      Notify Message Type      !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !               Security Parameter Index (SPI)                  !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                       Notification Data                       !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstdint>
#include <optional>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

// NotifyView borrows SPI and data.
struct NotifyView {
  std::uint32_t doi = kIpsecDoi;
  ProtocolId protocol = ProtocolId::kIsakmp;
  NotifyType type = NotifyType::kNone;
  Octets spi;
  Octets data;
  // DataAsU32: data of exactly 4 octets as a number: DPD sequence, replay status.
  [[nodiscard]] std::optional<std::uint32_t> DataAsU32() const;
  // SpiIsCookies: the SPI is CKY-I | CKY-R of this SA.
  [[nodiscard]] bool SpiIsCookies(const Cookie& initiator, const Cookie& responder) const;
};

// ParseNotify reads a body. DOI 0 (ISAKMP alone) and 1 pass; DOI-NOT-SUPPORTED otherwise. The SPI
// size is not held against the protocol: peers put anything there in errors.
[[nodiscard]] Wire<NotifyView> ParseNotify(Octets body);
void WriteNotify(Writer& writer, const NotifyView& notify);
// WriteNotify with the two cookies as SPI: INITIAL-CONTACT, R-U-THERE.
void WriteNotify(Writer& writer, NotifyType type, const Cookie& initiator, const Cookie& responder,
                 Octets data = {});

}  // namespace iscsi_ike::ike
