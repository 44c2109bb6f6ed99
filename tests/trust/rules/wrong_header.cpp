// Wrong headers and wrong exchange types.
#include <algorithm>

#include "tests/trust/rules/wrong_message.hpp"

namespace iscsi_ike::test {
namespace {

using ike::ExchangeType;

bool HasResponderCookie(const Bytes& message) { return !HeaderOf(message).responder.IsZero(); }

void AddVersions(const Tape& tape, const Place& place, const Bytes& base, WrongMessages& all) {
  const Stand stand = StandOf(tape, place);
  // A version is only refused to who could be a beginner, and by who serves one.
  const bool answerable = !HasResponderCookie(base) && stand.role == ike::Role::kResponder;
  for (const int version : {0x11, 0x1f, 0x20, 0x21, 0x30, 0xf0})
    all.push_back({answerable ? Rule::kHigherVersion : Rule::kHigherVersionWithin,
                   "version " + std::to_string(version),
                   WithOctet(base, kVersionAt, static_cast<std::uint8_t>(version))});
  for (const int version : {0x00, 0x01, 0x0f})
    all.push_back({Rule::kLowerVersion, "version " + std::to_string(version),
                   WithOctet(base, kVersionAt, static_cast<std::uint8_t>(version))});
}

void AddLengths(const Bytes& base, WrongMessages& all) {
  const auto size = static_cast<std::uint32_t>(base.size());
  for (const std::uint32_t length : {0U, 1U, 27U})
    all.push_back({Rule::kLengthBelowHeader, "length " + std::to_string(length),
                   WithU32(base, ike::kHeaderLengthAt, length)});
  for (const std::uint32_t length : {size + 1, size + 16, 0x10000U, 0x7fffffffU, 0xffffffffU})
    all.push_back({Rule::kLengthBeyondDatagram, "length " + std::to_string(length),
                   WithU32(base, ike::kHeaderLengthAt, length)});
  all.push_back(
      {Rule::kLengthBeyondDatagram, "the last octet cut off", Bytes(base.begin(), base.end() - 1)});
  for (const std::size_t left : {0U, 1U, 16U, 27U})
    all.push_back({Rule::kShorterThanHeader, "cut to " + std::to_string(left),
                   Bytes(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(left))});
}

void AddFlags(const Place& place, const Bytes& base, WrongMessages& all) {
  for (unsigned bit = 3; bit < 8; ++bit)
    all.push_back(
        {Rule::kReservedFlag, "flag " + std::to_string(1U << bit),
         WithOctet(base, kFlagsAt, static_cast<std::uint8_t>(base[kFlagsAt] | 1U << bit))});
  if (!place.at_receiver) return;
  for (const std::uint8_t flag : {ike::kFlagCommit, ike::kFlagAuthOnly,
                                  static_cast<std::uint8_t>(ike::kFlagCommit | ike::kFlagAuthOnly)})
    all.push_back({Rule::kCommitOrAuthOnlyFlag, "flag " + std::to_string(flag),
                   WithOctet(base, kFlagsAt, base[kFlagsAt] | flag)});
  all.push_back({Rule::kEncryptionFlagTurned, "flag 1",
                 WithOctet(base, kFlagsAt, base[kFlagsAt] ^ ike::kFlagEncryption)});
}

Bytes WithCookies(Bytes message, const ike::Cookie& initiator, const ike::Cookie& responder) {
  std::copy(initiator.octets.begin(), initiator.octets.end(), message.begin());
  std::copy(responder.octets.begin(), responder.octets.end(), message.begin() + kResponderCookieAt);
  return message;
}

// OtherCookieRule: HASH_R covers the responder's cookie, so that an AM2 under another one is
// noticed.
Rule OtherResponderRule(const Tape& tape, const Place& place) {
  const Stand stand = StandOf(tape, place);
  const bool verified =
      stand.due && tape.at(*stand.due).Row().required.Has(ike::PayloadType::kHash);
  const bool first_answer = stand.situation == Situation::kFirstAnswerDue;
  return first_answer && verified ? Rule::kHashOfOtherContent : Rule::kOtherResponderCookie;
}

void AddCookies(const Tape& tape, const Place& place, const Bytes& base, WrongMessages& all) {
  const ike::Header h = HeaderOf(base);
  all.push_back({Rule::kZeroInitiatorCookie, "", WithCookies(base, {}, h.responder)});
  all.push_back({Rule::kSameCookies, "", WithCookies(base, h.initiator, h.initiator)});
  all.push_back({Rule::kSwappedCookies, "", WithCookies(base, h.responder, h.initiator)});
  if (HasResponderCookie(base))
    all.push_back({Rule::kZeroResponderCookie, "", WithCookies(base, h.initiator, {})});
  if (!place.at_receiver) return;
  for (const std::size_t bit : {0U, 7U, 31U, 63U}) {
    ike::Cookie i = h.initiator, r = h.responder;
    i.octets[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    r.octets[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const std::string what = "bit " + std::to_string(bit);
    all.push_back({Rule::kOtherInitiatorCookie, what, WithCookies(base, i, h.responder)});
    all.push_back({OtherResponderRule(tape, place), what, WithCookies(base, h.initiator, r)});
  }
}

void AddMessageIds(const Tape& tape, const Place& place, const Bytes& base, WrongMessages& all) {
  const std::uint32_t id = ike::ToNumber(HeaderOf(base).id);
  if (id == 0) {
    for (const std::uint32_t other : {1U, 0x80000000U, 0xffffffffU})
      all.push_back({Rule::kMessageIdInPhase1, "", WithU32(base, kMessageIdAt, other)});
    return;
  }
  all.push_back({Rule::kNoMessageIdInPhase2, "", WithU32(base, kMessageIdAt, 0)});
  for (const std::uint32_t bit : {0U, 15U, 31U})
    all.push_back({Rule::kOtherMessageId, "bit " + std::to_string(bit),
                   WithU32(base, kMessageIdAt, id ^ 1U << bit)});
  for (const Message& message : tape.messages()) {
    if (message.script->phase1 || message.run != 0 || !tape.kind().further || !place.at_receiver)
      continue;
    all.push_back(
        {Rule::kUsedMessageId, "",
         WithU32(base, kMessageIdAt, ike::ToNumber(HeaderOf(message.datagram.octets).id))});
    break;
  }
}

// ContradictsHeader: RFC 2408 section 3.1 and RFC 2409 section 5.5, of message ID and cookies.
bool ContradictsHeader(ExchangeType type, const ike::Header& header) {
  const bool no_id = header.id == ike::MessageId{0};
  if (ike::IsPhase1(type)) return !no_id;
  if (type == ExchangeType::kQuick || type == ExchangeType::kNewGroup)
    return no_id || header.responder.IsZero();
  return false;
}

Rule ExchangeRule(const Tape& tape, const Place& place, ExchangeType type, const Bytes& base) {
  const Stand stand = StandOf(tape, place);
  if (ContradictsHeader(type, HeaderOf(base))) return Rule::kExchangeAgainstHeader;
  if (type == ExchangeType::kInformational) return Rule::kAsInformational;
  if (type == ExchangeType::kMain || type == ExchangeType::kAggressive)
    return Rule::kOtherPhase1Exchange;
  const bool to_server = HasResponderCookie(base) || stand.role == ike::Role::kResponder;
  return to_server ? Rule::kUnknownExchange : Rule::kUnknownExchangeOfNobody;
}

}  // namespace

std::size_t BaseOf(const Tape& tape, const Place& place) {
  if (place.at_receiver) return place.index;
  const ike::Role writer = tape.at(place.index).Row().writer;
  for (std::size_t before = place.index; before-- > 0;)
    if (tape.at(before).Row().writer != writer) return before;
  return place.index;
}

Bytes WithOctet(Bytes message, std::size_t at, std::uint8_t octet) {
  message[at] = octet;
  return message;
}

Bytes WithU32(Bytes message, std::size_t at, std::uint32_t word) {
  for (std::size_t i = 0; i < 4; ++i)
    message[at + i] = static_cast<std::uint8_t>(word >> (24 - 8 * i));
  return message;
}

WrongMessages WrongHeaders(const Tapes& tapes, const Place& place) {
  const Tape& tape = tapes.tape;
  const Bytes& base = tape.at(BaseOf(tape, place)).datagram.octets;
  WrongMessages all;
  AddVersions(tape, place, base, all);
  AddLengths(base, all);
  AddFlags(place, base, all);
  AddCookies(tape, place, base, all);
  AddMessageIds(tape, place, base, all);
  return all;
}

WrongMessages WrongExchanges(const Tapes& tapes, const Place& place) {
  const Tape& tape = tapes.tape;
  const Bytes& base = tape.at(BaseOf(tape, place)).datagram.octets;
  const ExchangeType own = HeaderOf(base).exchange;
  WrongMessages all;
  for (unsigned number = 0; number < 256; ++number) {
    const auto type = static_cast<ExchangeType>(number);
    if (type == own || (type == ExchangeType::kQuick && !ContradictsHeader(type, HeaderOf(base))))
      continue;
    Rule rule = ExchangeRule(tape, place, type, base);
    // A reflection of an initiator's first message is known by its cookie.
    const bool reflected =
        !HasResponderCookie(base) && StandOf(tape, place).role == ike::Role::kInitiator;
    if (reflected && rule == Rule::kOtherPhase1Exchange) rule = Rule::kOwnMessage;
    all.push_back({rule, "exchange type " + std::to_string(number),
                   WithOctet(base, kExchangeAt, static_cast<std::uint8_t>(number))});
  }
  return all;
}

}  // namespace iscsi_ike::test
