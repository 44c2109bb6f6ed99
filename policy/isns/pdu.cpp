#include "policy/isns/pdu.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "policy/text.hpp"

namespace iscsi_ike::policy::isns {
namespace {

void PutU16(Bytes& out, std::uint16_t number) {
  out.push_back(static_cast<std::uint8_t>(number >> 8));
  out.push_back(static_cast<std::uint8_t>(number));
}

std::uint16_t U16At(const std::uint8_t* octets) {
  return static_cast<std::uint16_t>(octets[0] << 8 | octets[1]);
}

PduHeader HeaderOf(const std::uint8_t* octets) {
  return {U16At(octets),     static_cast<Function>(U16At(octets + 2)),
          U16At(octets + 4), U16At(octets + 6),
          U16At(octets + 8), U16At(octets + 10)};
}

void WriteHeader(Bytes& out, const PduHeader& header) {
  PutU16(out, header.version);
  PutU16(out, static_cast<std::uint16_t>(header.function));
  PutU16(out, header.length);
  PutU16(out, header.flags);
  PutU16(out, header.transaction);
  PutU16(out, header.sequence);
}

std::string PlaceOf(const PduHeader& header) {
  return "iSNS " + Name(header.function) + " " + std::to_string(header.transaction) + ", PDU " +
         std::to_string(header.sequence);
}

Error Fault(const PduHeader& header, std::string rule) {
  return Error{PlaceOf(header), std::move(rule)};
}

}  // namespace

Bytes WriteMessage(const RawMessage& message, std::size_t most) {
  assert(message.payload.size() % 4 == 0 && message.payload.size() <= kMaxMessageSize);
  assert(most >= 4 && most % 4 == 0 && most <= kMaxPduPayload);
  Bytes out;
  out.reserve(message.payload.size() + (message.payload.size() / most + 1) * kPduHeaderSize);
  PduHeader header{kVersion, message.function, 0, 0, message.transaction, 0};
  Octets rest = message.payload;
  do {
    const Octets part = rest.first(std::min(rest.size(), most));
    rest = rest.subspan(part.size());
    header.length = static_cast<std::uint16_t>(part.size());
    header.flags = message.flags;
    if (header.sequence == 0) header.flags |= kFirstPdu;
    if (rest.empty()) header.flags |= kLastPdu;
    WriteHeader(out, header);
    out.insert(out.end(), part.begin(), part.end());
    ++header.sequence;
  } while (!rest.empty());
  return out;
}

std::optional<Error> MessageReader::Judge(const PduHeader& header) const {
  if (header.version != kVersion) {
    return Error{"iSNS PDU", "has version " + std::to_string(header.version) +
                                 "; 1 is the only one: does an iSNS server listen at this port?"};
  }
  if (header.length % 4 != 0) {
    return Fault(header, "has a length of " + std::to_string(header.length) +
                             " octets, which is no multiple of 4 (RFC 4171 section 5.1.3)");
  }
  if ((header.flags & kAuthenticated) != 0) {
    return Fault(header,
                 "has an authentication block, which is for multicast alone (RFC 4171 section "
                 "5.5) and not supported");
  }
  if (message_.payload.size() + header.length > most_) {
    return Fault(header, "makes the message longer than " + std::to_string(most_) +
                             " octets, which is the most that is read");
  }
  return JudgeOrder(header);
}

std::optional<Error> MessageReader::JudgeOrder(const PduHeader& header) const {
  const bool first = (header.flags & kFirstPdu) != 0;
  if (first == open_) {
    return Fault(header, first ? "begins a message before the one before it has ended"
                               : "belongs to no message that has begun");
  }
  const auto expected = open_ ? static_cast<std::uint16_t>(sequence_ + 1) : std::uint16_t{0};
  if (open_ && expected == 0) return Fault(header, "is one more than the sequence can count");
  if (header.sequence != expected) {
    return Fault(header, "is out of sequence; " + std::to_string(expected) + " comes next");
  }
  if (!open_) return std::nullopt;
  if (header.function != message_.function) {
    return Fault(header, "continues a message of " + Name(message_.function));
  }
  if (header.transaction != message_.transaction) {
    return Fault(header,
                 "continues a message of transaction " + std::to_string(message_.transaction));
  }
  return std::nullopt;
}

void MessageReader::TakeHeader(Octets& octets) {
  const std::size_t count = std::min(octets.size(), kPduHeaderSize - filled_);
  std::copy_n(octets.begin(), count, header_octets_ + filled_);
  octets = octets.subspan(count);
  filled_ += count;
  if (filled_ < kPduHeaderSize) return;
  header_ = HeaderOf(header_octets_);
  error_ = Judge(header_);
  wanted_ = header_.length;
}

void MessageReader::TakePayload(Octets& octets) {
  const Octets part = octets.first(std::min(octets.size(), wanted_));
  message_.payload.insert(message_.payload.end(), part.begin(), part.end());
  octets = octets.subspan(part.size());
  wanted_ -= part.size();
}

std::optional<RawMessage> MessageReader::EndPdu() {
  filled_ = 0;
  if (!open_) {
    message_.function = header_.function;
    message_.transaction = header_.transaction;
    message_.flags = static_cast<std::uint16_t>(header_.flags & ~(kFirstPdu | kLastPdu));
  }
  sequence_ = header_.sequence;
  open_ = (header_.flags & kLastPdu) == 0;
  if (open_) return std::nullopt;
  return std::exchange(message_, {});
}

Parsed<std::optional<RawMessage>> MessageReader::Take(Octets& octets) {
  while (!error_) {
    if (filled_ < kPduHeaderSize) {
      TakeHeader(octets);
      if (error_) break;
      if (filled_ < kPduHeaderSize) return std::optional<RawMessage>();
    }
    TakePayload(octets);
    if (wanted_ != 0) return std::optional<RawMessage>();
    if (auto whole = EndPdu()) return whole;
    if (octets.empty()) return std::optional<RawMessage>();
  }
  return Failure(*error_);
}

}  // namespace iscsi_ike::policy::isns
