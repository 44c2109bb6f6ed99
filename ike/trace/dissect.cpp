#include "ike/trace/dissect.hpp"

#include "ike/trace/dissect_body.hpp"
#include "ike/trace/number_text.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::uint8_t kKnownFlags = kFlagEncryption | kFlagCommit | kFlagAuthOnly;

std::string FlagsText(std::uint8_t flags) {
  std::string text;
  const auto add = [&](std::uint8_t flag, std::string_view name) {
    if ((flags & flag) == 0) return;
    if (!text.empty()) text += ", ";
    text += name;
  };
  add(kFlagEncryption, "encryption");
  add(kFlagCommit, "commit");
  add(kFlagAuthOnly, "authentication only");
  if ((flags & ~kKnownFlags) != 0) add(static_cast<std::uint8_t>(~kKnownFlags), "undefined");
  return text.empty() ? "none" : text;
}

std::string VersionText(std::uint8_t version) {
  return std::to_string(version >> 4U) + "." + std::to_string(version & 0x0fU);
}

void ReadCookies(FieldReader& reader, Octets& initiator, Octets& responder) {
  constexpr std::size_t kCookieSize = 8;
  if (reader.Opaque("initiator cookie", kCookieSize, initiator)) {
    (void)reader.Opaque("responder cookie", kCookieSize, responder);
  }
}

void ReadTypes(FieldReader& reader) {
  std::uint8_t octet = 0;
  if (!reader.U8("next payload", octet)) return;
  const auto next = static_cast<PayloadType>(octet);
  reader.Say(next == PayloadType::kNone ? "none" : std::string(NameOf(next)));
  if (!reader.U8("version", octet)) return;
  reader.Say(VersionText(octet));
  if (!reader.U8("exchange type", octet)) return;
  const std::string_view exchange = NameOf(static_cast<ExchangeType>(octet));
  reader.Say(std::string(exchange));
  if (!reader.U8("flags", octet)) return;
  reader.Say(FlagsText(octet));
}

void BlameCookies(const Header& header, std::vector<Fault>& faults) {
  constexpr std::size_t kResponderAt = 8;
  if (header.initiator.IsZero()) {
    faults.push_back({0, "The initiator cookie is zero (RFC 2408 section 2.5.3)."});
  } else if (header.initiator == header.responder) {
    faults.push_back({kResponderAt,
                      "Both cookies are the same: a message that came back to its "
                      "sender looks like this."});
  }
  if (!header.responder.IsZero()) return;
  if (header.encrypted()) {
    faults.push_back({kResponderAt,
                      "The message is encrypted, but the responder cookie is zero: "
                      "there can be no key yet."});
  } else if (header.exchange == ExchangeType::kQuick ||
             header.exchange == ExchangeType::kNewGroup) {
    faults.push_back({kResponderAt,
                      "The exchange needs a finished phase 1, but the responder "
                      "cookie is zero."});
  }
}

void BlameTypes(const Header& header, std::vector<Fault>& faults) {
  constexpr std::size_t kVersionAt = 17;
  if (header.version != kIsakmpVersion) {
    faults.push_back({kVersionAt, "The version is " + VersionText(header.version) +
                                      "; IKEv1 is version 1.0 (RFC 2408 section 3.1)."});
  }
  if (NameOf(header.exchange).empty()) {
    faults.push_back({18, "Exchange type " + std::to_string(ToNumber(header.exchange)) +
                              " is none that IKEv1 knows."});
  }
  if ((header.flags & ~kKnownFlags) != 0) {
    faults.push_back({19, "Flags are set that RFC 2408 section 3.1 does not define."});
  }
  if (IsPhase1(header.exchange) && header.id != MessageId{0}) {
    faults.push_back({20, "In phase 1 the message ID is zero (RFC 2408 section 3.1)."});
  }
  const bool phase2 = header.exchange == ExchangeType::kQuick ||
                      header.exchange == ExchangeType::kNewGroup ||
                      header.exchange == ExchangeType::kTransaction;
  if (phase2 && header.id == MessageId{0}) {
    faults.push_back({20, "Only phase 1 has the message ID zero (RFC 2408 section 3.1)."});
  }
  if ((header.exchange == ExchangeType::kQuick || header.exchange == ExchangeType::kTransaction) &&
      !header.encrypted() && header.next != PayloadType::kFragment) {
    faults.push_back({19,
                      "After phase 1 every message is encrypted (RFC 2409 section 5.5), but "
                      "this one is in clear."});
  }
  if (IsPhase1(header.exchange) && (header.flags & kFlagCommit) != 0) {
    faults.push_back({19, "The commit flag has no meaning before phase 2 (RFC 2408 section 3.1)."});
  }
}

void BlameLength(const Header& header, std::size_t size, std::vector<Fault>& faults) {
  if (header.length < kHeaderSize) {
    faults.push_back({kHeaderLengthAt, "The length is " + std::to_string(header.length) +
                                           ", less than the 28 octets of the header."});
  } else if (header.length > size) {
    faults.push_back({kHeaderLengthAt, "The length is " + std::to_string(header.length) +
                                           ", but the message ends after " + Count(size, "octet") +
                                           "."});
  } else if (header.length < size) {
    faults.push_back({header.length, Count(size - header.length, "octet") +
                                         " after the end of the message (length " +
                                         std::to_string(header.length) + ")."});
  }
}

// Chain walks the payloads of one message.
class Chain {
 public:
  Chain(Octets octets, const PayloadContext& context, std::vector<Field>& fields,
        std::vector<Fault>& faults)
      : context_(context), reader_(octets, kHeaderSize, fields, faults) {}

  std::vector<PayloadSpan> Walk(PayloadType first) {
    for (PayloadType type = first; type != PayloadType::kNone;) {
      const auto next = ReadPayload(type);
      if (!next) return std::move(spans_);
      type = *next;
    }
    ReadEnd();
    return std::move(spans_);
  }

 private:
  // ReadPayload returns the type of the next payload; nullopt: the chain breaks off here.
  std::optional<PayloadType> ReadPayload(PayloadType type) {
    const std::size_t at = reader_.offset();
    JudgeType(type, at);
    if (reader_.remaining() == 0) {
      reader_.BlameAt(at,
                      "The message ends where the payload " + Describe(type) + " should begin.");
      return std::nullopt;
    }
    Field payload{.name = "payload", .offset = at, .number = ToNumber(type)};
    payload.text = NameOf(type);
    const Octets all = reader_.rest();
    FieldReader inner(all, at, payload.fields, reader_.faults());
    std::uint8_t next = 0;
    const auto length = ReadGenericHeader(inner, type, next);
    payload.size = length.value_or(all.size());
    if (!length) inner.Rest("undecoded");
    Octets whole;
    (void)reader_.Raw(payload.size, whole);
    if (length) {
      const Octets body = whole.subspan(kGenericHeaderSize);
      FieldReader body_reader(body, at + kGenericHeaderSize, payload.fields, reader_.faults());
      DissectBody(type, context_, body_reader);
      spans_.push_back({type, at, body});
    }
    reader_.fields().push_back(std::move(payload));
    if (!length) return std::nullopt;
    return static_cast<PayloadType>(next);
  }

  void JudgeType(PayloadType type, std::size_t at) {
    constexpr std::uint8_t kFirstPrivate = 128;
    if (type == PayloadType::kProposal || type == PayloadType::kTransform) {
      reader_.BlameAt(at, "A payload " + Describe(type) + " stands only within an SA payload.");
    } else if (NameOf(type).empty() && ToNumber(type) < kFirstPrivate) {
      reader_.BlameAt(
          at, "Payload type " + std::to_string(ToNumber(type)) + " is none that IKEv1 knows.");
    } else if (NameOf(type).empty()) {
      reader_.BlameAt(at, "Payload type " + std::to_string(ToNumber(type)) +
                              " is for private use and not known here.");
    }
  }

  // ReadGenericHeader returns the payload's length; nullopt: it can be no length of it.
  static std::optional<std::size_t> ReadGenericHeader(FieldReader& reader, PayloadType type,
                                                      std::uint8_t& next) {
    std::uint8_t reserved = 0;
    std::uint16_t length = 0;
    const std::size_t there = reader.remaining();
    const std::size_t at = reader.offset();
    if (!reader.U8("next payload", next)) return std::nullopt;
    reader.Say(next == 0 ? "none" : std::string(NameOf(static_cast<PayloadType>(next))));
    if (!reader.U8("reserved", reserved) || !reader.U16("length", length)) {
      reader.BlameAt(at, "Only " + Count(there, "octet") +
                             " for the generic header of the payload " + Describe(type) +
                             ", which takes 4.");
      return std::nullopt;
    }
    if (reserved != 0) {
      reader.BlameAt(at + 1, "The reserved octet is " + std::to_string(reserved) +
                                 ", not 0 (RFC 2408 section 3.2).");
    }
    if (length < kGenericHeaderSize) {
      reader.Blame("The length is " + std::to_string(length) +
                   ", less than the 4 octets of the generic header.");
      return std::nullopt;
    }
    if (length > there) {
      reader.Blame("The length is " + std::to_string(length) + ", but only " +
                   Count(there, "octet") + " are left.");
      return std::nullopt;
    }
    return length;
  }

  void ReadEnd() {
    const std::size_t left = reader_.remaining();
    if (left == 0) return;
    const std::size_t at = reader_.offset();
    reader_.Rest(context_.encrypted ? "padding" : "undecoded");
    if (!context_.encrypted) {
      reader_.BlameAt(at, Count(left, "octet") + " after the last payload.");
    }
  }

  PayloadContext context_;
  FieldReader reader_;
  std::vector<PayloadSpan> spans_;
};

}  // namespace

std::optional<Header> DissectHeader(Octets message, std::vector<Field>& fields,
                                    std::vector<Fault>& faults) {
  FieldReader reader(message, 0, fields, faults);
  Octets initiator;
  Octets responder;
  std::uint32_t id = 0;
  std::uint32_t length = 0;
  ReadCookies(reader, initiator, responder);
  ReadTypes(reader);
  if (reader.U32("message ID", id)) {
    reader.Say(HexNumber(id));
    (void)reader.U32("length", length);
  }
  const Wire<Header> header = ReadHeader(message);
  if (!header) {
    reader.Rest("undecoded");
    faults.push_back({0, "Only " + Count(message.size(), "octet") +
                             ": a header has 28 (RFC 2408 section 3.1)."});
    return std::nullopt;
  }
  if (header->major() == 2) {
    faults.push_back({17, "Major version 2: this is IKEv2, whose payloads are others."});
  } else {
    BlameCookies(*header, faults);
    BlameTypes(*header, faults);
  }
  BlameLength(*header, message.size(), faults);
  return *header;
}

std::vector<PayloadSpan> DissectPayloads(PayloadType first, Octets octets,
                                         const PayloadContext& context, std::vector<Field>& fields,
                                         std::vector<Fault>& faults) {
  return Chain(octets, context, fields, faults).Walk(first);
}

}  // namespace iscsi_ike::ike
