#include "ike/wire/payload.hpp"

#include <algorithm>

#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::uint8_t kFirstPrivateType = 128;

// Empty when a payload of this type may stand in the chain of a message.
std::string_view RefusedType(PayloadType type, ChainRules rules) {
  if (type == PayloadType::kProposal || type == PayloadType::kTransform) {
    return "proposal or transform outside an SA";
  }
  if (rules == ChainRules::kStrict && ToNumber(type) < kFirstPrivateType && NameOf(type).empty()) {
    return "payload type is not assigned";
  }
  return {};
}

// ReadPayload reads one payload; `type` is its type before and the next one's after.
Wire<Payload> ReadPayload(Reader& reader, PayloadType& type, ChainRules rules) {
  Payload payload;
  payload.type = type;
  payload.offset = static_cast<std::uint32_t>(reader.offset());
  const auto malformed = [&](std::string_view rule, std::size_t within) {
    return Malformed(rule, payload.offset + within, NotifyType::kPayloadMalformed, payload.type);
  };
  std::uint8_t next = 0;
  std::uint8_t reserved = 0;
  std::uint16_t length = 0;
  if (!reader.ReadU8(next) || !reader.ReadU8(reserved) || !reader.ReadU16(length)) {
    return malformed("no room for a generic header", 0);
  }
  payload.reserved_nonzero = reserved != 0;
  if (payload.reserved_nonzero && rules == ChainRules::kStrict) {
    return malformed("reserved octet is not zero", 1);
  }
  if (length < kGenericHeaderSize) return malformed("length is less than a generic header", 2);
  if (!reader.ReadOctets(length - kGenericHeaderSize, payload.body)) {
    return malformed("length runs past the end", 2);
  }
  type = static_cast<PayloadType>(next);
  return payload;
}

}  // namespace

Wire<PayloadList> ParsePayloads(PayloadType first, Octets octets, ChainRules rules) {
  PayloadList list;
  Reader reader(octets);
  for (PayloadType type = first; type != PayloadType::kNone;) {
    const std::string_view refused = RefusedType(type, rules);
    if (!refused.empty()) {
      return Malformed(refused, reader.offset(), NotifyType::kInvalidPayloadType, type);
    }
    if (list.size_ == PayloadList::kCapacity) {
      return Malformed("more payloads than any exchange has", reader.offset(),
                       NotifyType::kPayloadMalformed, type);
    }
    const Wire<Payload> payload = ReadPayload(reader, type, rules);
    if (!payload) return Failure<ParseError>(payload.error());
    list.payloads_[list.size_++] = *payload;
  }
  list.chain_ = octets.first(reader.offset());
  list.padding_ = reader.rest();
  return list;
}

const Payload* PayloadList::Find(PayloadType type) const {
  const Payload* found =
      std::find_if(begin(), end(), [type](const Payload& p) { return p.type == type; });
  return found == end() ? nullptr : found;
}

std::size_t PayloadList::Count(PayloadType type) const {
  return static_cast<std::size_t>(
      std::count_if(begin(), end(), [type](const Payload& p) { return p.type == type; }));
}

Octets PayloadList::AfterFirst() const {
  return empty() ? Octets() : chain_.subspan(payloads_[0].whole().size());
}

ParseError WithinPayload(ParseError error, const Payload& payload) {
  error.offset += payload.offset + kGenericHeaderSize;
  error.payload = payload.type;
  return error;
}

}  // namespace iscsi_ike::ike
