#include "ike/wire/header.hpp"

#include <algorithm>

#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kResponderAt = 8;
constexpr std::size_t kVersionAt = 17;
constexpr std::size_t kFlagsAt = 19;
constexpr std::size_t kMessageIdAt = 20;

bool ReadCookie(Reader& reader, Cookie& out) {
  Octets octets;
  if (!reader.ReadOctets(out.octets.size(), octets)) return false;
  std::copy(octets.begin(), octets.end(), out.octets.begin());
  return true;
}

ParseError HeaderError(std::string_view rule, std::size_t offset, NotifyType notify) {
  return ParseError{rule, offset, notify, PayloadType::kNone};
}

// RFC 2408 section 3.1: never accept a version number larger than one's own.
std::optional<ParseError> CheckVersion(const Header& header) {
  if (header.major() != 1) {
    return HeaderError(
        header.major() == 2 ? "version 2.x: this is IKEv2" : "major version is not 1", kVersionAt,
        NotifyType::kInvalidMajorVersion);
  }
  if (header.minor() != 0) {
    return HeaderError("minor version is not 0", kVersionAt, NotifyType::kInvalidMinorVersion);
  }
  return std::nullopt;
}

// The responder cookie is zero in the first message of an exchange in clear and nowhere else.
std::optional<ParseError> CheckCookies(const Header& header) {
  constexpr NotifyType kNotify = NotifyType::kInvalidCookie;
  if (header.initiator.IsZero()) return HeaderError("initiator cookie is zero", 0, kNotify);
  if (header.initiator == header.responder) {
    return HeaderError("both cookies are the same", kResponderAt, kNotify);
  }
  if (!header.responder.IsZero()) return std::nullopt;
  if (header.encrypted()) {
    return HeaderError("encrypted without a responder cookie", kResponderAt, kNotify);
  }
  if (header.exchange == ExchangeType::kQuick || header.exchange == ExchangeType::kNewGroup) {
    return HeaderError("phase 2 without a responder cookie", kResponderAt, kNotify);
  }
  return std::nullopt;
}

// RFC 2408 section 3.1: during phase 1 "the value MUST be set to 0".
std::optional<ParseError> CheckMessageId(const Header& header) {
  const bool zero = header.id == MessageId{0};
  switch (header.exchange) {
    case ExchangeType::kBase:
    case ExchangeType::kMain:
    case ExchangeType::kAuthOnly:
    case ExchangeType::kAggressive:
      if (zero) return std::nullopt;
      return HeaderError("phase 1 with a message ID", kMessageIdAt, NotifyType::kInvalidMessageId);
    case ExchangeType::kQuick:
    case ExchangeType::kNewGroup:
      if (!zero) return std::nullopt;
      return HeaderError("phase 2 without a message ID", kMessageIdAt,
                         NotifyType::kInvalidMessageId);
    default:
      return std::nullopt;
  }
}

}  // namespace

Wire<Header> ReadHeader(Octets datagram) {
  Reader reader(datagram);
  Header header;
  std::uint8_t next = 0;
  std::uint8_t exchange = 0;
  std::uint32_t id = 0;
  const bool whole = ReadCookie(reader, header.initiator) && ReadCookie(reader, header.responder) &&
                     reader.ReadU8(next) && reader.ReadU8(header.version) &&
                     reader.ReadU8(exchange) && reader.ReadU8(header.flags) && reader.ReadU32(id) &&
                     reader.ReadU32(header.length);
  if (!whole) {
    return Malformed("shorter than a header", datagram.size(), NotifyType::kUnequalPayloadLengths);
  }
  header.next = static_cast<PayloadType>(next);
  header.exchange = static_cast<ExchangeType>(exchange);
  header.id = static_cast<MessageId>(id);
  return header;
}

std::optional<ParseError> CheckHeader(const Header& header, std::size_t datagram_size) {
  if (auto error = CheckVersion(header)) return error;
  if (header.length < kHeaderSize) {
    return HeaderError("length is less than a header", kHeaderLengthAt,
                       NotifyType::kUnequalPayloadLengths);
  }
  if (header.length > datagram_size) {
    return HeaderError("length is more than the datagram", kHeaderLengthAt,
                       NotifyType::kUnequalPayloadLengths);
  }
  if (auto error = CheckCookies(header)) return error;
  if ((header.flags & ~(kFlagEncryption | kFlagCommit | kFlagAuthOnly)) != 0) {
    return HeaderError("undefined flag set", kFlagsAt, NotifyType::kInvalidFlags);
  }
  return CheckMessageId(header);
}

Wire<Header> ParseHeader(Octets datagram) {
  Wire<Header> header = ReadHeader(datagram);
  if (!header) return header;
  if (auto error = CheckHeader(*header, datagram.size())) return Failure<ParseError>(*error);
  return header;
}

void WriteHeader(Writer& writer, const Header& header) {
  writer.Put(header.initiator.octets);
  writer.Put(header.responder.octets);
  writer.U8(ToNumber(header.next));
  writer.U8(header.version);
  writer.U8(ToNumber(header.exchange));
  writer.U8(header.flags);
  writer.U32(ToNumber(header.id));
  writer.U32(header.length);
}

void PatchHeaderLength(Writer& writer, std::size_t header_at) {
  writer.PatchU32(header_at + kHeaderLengthAt,
                  static_cast<std::uint32_t>(writer.Mark() - header_at));
}

}  // namespace iscsi_ike::ike
