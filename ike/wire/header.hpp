// Header: the fixed start of every ISAKMP message, RFC 2408 section 3.1.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                          Initiator                            !
// !                            Cookie                             !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                          Responder                            !
// !                            Cookie                             !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !  Next Payload ! MjVer ! MnVer ! Exchange Type !     Flags     !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                          Message ID                           !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                            Length                             !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

inline constexpr std::size_t kHeaderSize = 28;
inline constexpr std::size_t kHeaderNextAt = 16;    // octet of the first payload's type
inline constexpr std::size_t kHeaderLengthAt = 24;  // octets of Length

struct Header {
  Cookie initiator;
  Cookie responder;
  PayloadType next = PayloadType::kNone;
  std::uint8_t version = kIsakmpVersion;
  ExchangeType exchange = ExchangeType::kNone;
  std::uint8_t flags = 0;
  MessageId id{};
  std::uint32_t length = 0;  // header and payloads, encryption padding included
  [[nodiscard]] bool encrypted() const { return (flags & kFlagEncryption) != 0; }
  [[nodiscard]] std::uint8_t major() const { return version >> 4; }
  [[nodiscard]] std::uint8_t minor() const { return version & 0x0f; }
  friend bool operator==(const Header&, const Header&) = default;
};

// ReadHeader reads the 28 octets and judges nothing but their presence; for tools that show broken
// messages.
[[nodiscard]] Wire<Header> ReadHeader(Octets datagram);

// CheckHeader applies the rules that need no state (RFC 2408 sections 3.1, 5.1, 5.2): version 1.0,
// 28 <= Length <= datagram, cookies, flags, message ID against exchange. Octets past Length are
// tolerated. nullopt: nothing wrong.
[[nodiscard]] std::optional<ParseError> CheckHeader(const Header& header,
                                                    std::size_t datagram_size);

// ParseHeader is ReadHeader and CheckHeader. The message is datagram.first(header.length).
[[nodiscard]] Wire<Header> ParseHeader(Octets datagram);

// WriteHeader writes 28 octets as `header` has them.
void WriteHeader(Writer& writer, const Header& header);
// PatchHeaderLength sets Length of the header written at `header_at` to all that was written since.
void PatchHeaderLength(Writer& writer, std::size_t header_at = 0);

}  // namespace iscsi_ike::ike
