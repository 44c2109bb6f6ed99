#include "ike/trace/decoder.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "ike/trace/captured_fragments.hpp"
#include "ike/trace/decryption.hpp"
#include "ike/trace/dissect.hpp"
#include "ike/trace/field_reader.hpp"
#include "ike/trace/judge_message.hpp"

namespace iscsi_ike::ike {
namespace {

bool IsFragment(const Header& header) { return header.next == PayloadType::kFragment; }

bool Has(const std::vector<PayloadSpan>& payloads, PayloadType type) {
  return std::any_of(payloads.begin(), payloads.end(),
                     [type](const PayloadSpan& p) { return p.type == type; });
}

// QuickName: QM3 has a HASH and no SA; of the other two, the first is whose sender began.
std::string QuickName(const SeenExchange& exchange, std::optional<Role> sender, bool is_open,
                      bool has_sa) {
  if (is_open && !has_sa) return "QM3";
  if (exchange.messages == 0) return "QM1";
  const bool begun_by_sender = sender && exchange.starter && *sender == *exchange.starter;
  if (is_open && sender && exchange.starter) return begun_by_sender ? "QM1" : "QM2";
  if (begun_by_sender) return "QM3";
  return exchange.messages == 1 || (sender && exchange.starter) ? "QM2" : "QM3";
}

}  // namespace

struct Decoder::Impl {
  explicit Impl(KeyTable keys) : decryption(std::move(keys)) {}

  Decryption decryption;
  CapturedFragments fragments;
  std::map<decltype(Cookie::octets), DecodeSession> sessions;  // by initiator cookie

  // Step is one message on its way through.
  struct Step {
    const CapturedDatagram& datagram;
    Octets message;     // as long as the header says, where it can be
    Octets ciphertext;  // of a message that is encrypted
    std::size_t block_size = 0;
    DecodedMessage decoded{};
    std::vector<PayloadSpan> payloads{};
    std::vector<std::uint8_t> clear{};  // what `payloads` borrow when decrypted
  };

  DecodedMessage DecodeMessage(const CapturedDatagram& datagram, Octets message,
                               std::size_t missing);
  void DecodeInSession(Step& step, DecodeSession& session);
  void OpenPayloads(Step& step, const DecodeSession& session);
  static void NameMessage(Step& step, const DecodeSession& session, const SeenExchange* exchange,
                          std::size_t& number);
  static void Remember(Step& step, DecodeSession& session, std::size_t number);
  std::optional<DecodedMessage> Assemble(const CapturedDatagram& datagram, Octets message,
                                         DecodedMessage& decoded);
};

// OpenPayloads makes the payloads readable and reads them.
void Decoder::Impl::OpenPayloads(Step& step, const DecodeSession& session) {
  DecodedMessage& decoded = step.decoded;
  const Header& header = *decoded.header;
  Octets payloads = step.message.subspan(kHeaderSize);
  const bool encrypted = header.encrypted() && !IsFragment(header);
  if (encrypted) {
    Opened opened = decryption.Open(session, header, payloads);
    if (!opened.obstacle.empty()) {
      decoded.protection = DecodedMessage::Protection::kSealed;
      decoded.sealed_why = std::move(opened.obstacle);
      step.ciphertext = payloads;
      step.block_size = opened.block_size;
      FieldReader reader(payloads, kHeaderSize, decoded.fields, decoded.faults);
      reader.Rest("encrypted payloads");
      const std::size_t block = opened.block_size == 0 ? 8 : opened.block_size;
      if (payloads.empty() || payloads.size() % block != 0) {
        reader.BlameAt(kHeaderSize, Count(payloads.size(), "octet") +
                                        " of encrypted payloads are no whole number of blocks of " +
                                        std::to_string(block) + ".");
      }
      return;
    }
    decoded.protection = DecodedMessage::Protection::kDecrypted;
    step.ciphertext = payloads;
    step.block_size = opened.block_size;
    step.clear = std::move(opened.clear);
    payloads = step.clear;
  }
  step.payloads = DissectPayloads(header.next, payloads, {IsPhase1(header.exchange), encrypted},
                                  decoded.fields, decoded.faults);
}

void Decoder::Impl::NameMessage(Step& step, const DecodeSession& session,
                                const SeenExchange* exchange, std::size_t& number) {
  DecodedMessage& decoded = step.decoded;
  const Header& header = *decoded.header;
  const bool has_sa = Has(step.payloads, PayloadType::kSa);
  number = NumberOf(session, header, decoded.sender, has_sa);
  if (IsFragment(header)) {
    decoded.name = "FRAGMENT";
    number = 0;
  } else if (number != 0) {
    decoded.name = (header.exchange == ExchangeType::kMain ? "MM" : "AM") + std::to_string(number);
  } else if (header.exchange == ExchangeType::kQuick && exchange != nullptr) {
    decoded.name = QuickName(*exchange, decoded.sender,
                             decoded.protection != DecodedMessage::Protection::kSealed, has_sa);
  } else if (header.exchange == ExchangeType::kInformational) {
    decoded.name = "INFO";
  }
}

// Remember is not called for a repetition.
void Decoder::Impl::Remember(Step& step, DecodeSession& session, std::size_t number) {
  const Header& header = *step.decoded.header;
  SeenPhase1& phase1 = session.phase1;
  if (phase1.responder.IsZero()) phase1.responder = header.responder;
  if (number != 0) {
    if (phase1.exchange == ExchangeType::kNone) phase1.exchange = header.exchange;
    if (phase1.exchange == header.exchange) {
      LearnPhase1(session, number, step.payloads, step.datagram.frame);
    }
    ++session.phase1_messages[number];
  }
  if (IsFragment(header)) return;
  const bool opened = step.decoded.protection == DecodedMessage::Protection::kDecrypted;
  if (number != 0 || header.id == MessageId{0}) {
    session.phase1_blocks.Push(step.ciphertext, step.block_size, opened);
    return;
  }
  SeenExchange& exchange = session.exchanges[header.id];
  if (exchange.messages++ == 0) {
    exchange.type = header.exchange;
    exchange.starter = step.decoded.sender;
  }
  if (header.exchange == ExchangeType::kQuick) session.phase1_over = true;
  exchange.blocks.Push(step.ciphertext, step.block_size, opened);
  for (const PayloadSpan& payload : step.payloads) {
    if (step.decoded.name != "QM1" || payload.type != PayloadType::kSa) continue;
    for (OfferedTransform& transform : TransformsOf(payload.body)) {
      exchange.offer.push_back(std::move(transform));
    }
  }
}

void Decoder::Impl::DecodeInSession(Step& step, DecodeSession& session) {
  DecodedMessage& decoded = step.decoded;
  const Header& header = *decoded.header;
  const CapturedDatagram& datagram = step.datagram;
  const std::vector<std::uint8_t> octets(step.message.begin(), step.message.end());
  const auto before = session.messages.find(octets);
  OpenPayloads(step, session);
  LearnEnds(session, header, Has(step.payloads, PayloadType::kSa), datagram.source,
            datagram.destination);
  decoded.sender = SenderOf(session, header, datagram.source);
  if (before != session.messages.end()) {
    decoded.repeats = before->second.frame;
    decoded.name = before->second.name;
    return;
  }
  static const SeenExchange kNew;
  const auto found = session.exchanges.find(header.id);
  const SeenExchange* exchange = nullptr;
  if (header.id != MessageId{0}) {
    exchange = found == session.exchanges.end() ? &kNew : &found->second;
  }
  std::size_t number = 0;
  NameMessage(step, session, exchange, number);
  // The second message chooses what its own KE and HASH are measured by.
  if (number == 2) LearnPhase1(session, number, step.payloads, datagram.frame);
  const MessageView view{decoded.name, header, step.payloads, session, exchange};
  JudgeHeader(view, decoded.faults);
  if (decoded.protection != DecodedMessage::Protection::kSealed) JudgeMessage(view, decoded.faults);
  session.messages.emplace(octets, SeenMessage{datagram.frame, decoded.name});
  Remember(step, session, number);
}

DecodedMessage Decoder::Impl::DecodeMessage(const CapturedDatagram& datagram, Octets message,
                                            std::size_t missing) {
  Step step{datagram, message, {}};
  DecodedMessage& decoded = step.decoded;
  decoded.size = message.size();
  decoded.header = DissectHeader(message, decoded.fields, decoded.faults);
  if (missing != 0) {
    decoded.faults.push_back(
        {message.size(), "The capture lacks the last " + Count(missing, "octet") + "."});
  }
  // cppcheck-suppress returnStdMoveLocal // it is a reference
  if (!decoded.header) return std::move(decoded);
  const Header& header = *decoded.header;
  const std::size_t end = std::clamp<std::size_t>(header.length, kHeaderSize, message.size());
  step.message = message.first(end);
  if (header.major() == 1) {
    DecodeSession& session = sessions[header.initiator.octets];
    session.phase1.initiator = header.initiator;
    DecodeInSession(step, session);
  } else {
    FieldReader(step.message.subspan(kHeaderSize), kHeaderSize, decoded.fields, decoded.faults)
        .Rest("undecoded");
  }
  if (end != message.size()) {
    FieldReader(message.subspan(end), end, decoded.fields, decoded.faults).Rest("undecoded");
  }
  std::stable_sort(decoded.faults.begin(), decoded.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  // cppcheck-suppress returnStdMoveLocal // it is a reference
  return std::move(decoded);
}

std::optional<DecodedMessage> Decoder::Impl::Assemble(const CapturedDatagram& datagram,
                                                      Octets message, DecodedMessage& decoded) {
  const auto& header = decoded.header;
  if (!header || header->major() != 1 || !IsFragment(*header)) return std::nullopt;
  if (decoded.repeats != 0) return std::nullopt;
  const std::size_t end = std::clamp<std::size_t>(header->length, kHeaderSize, message.size());
  const Wire<PayloadList> list =
      ParsePayloads(header->next, message.first(end).subspan(kHeaderSize));
  if (!list || list->empty()) return std::nullopt;
  const Wire<FragmentView> fragment = ParseFragment((*list)[0].body);
  if (!fragment) return std::nullopt;
  const std::string source = datagram.source ? datagram.source->ToString() : std::string();
  const CapturedFragments::Added added = fragments.Add(
      {header->initiator.octets, header->responder.octets, source, fragment->id}, *fragment);
  if (!added.fault.empty()) decoded.faults.push_back({kHeaderSize, added.fault});
  if (added.whole.empty()) return std::nullopt;
  return DecodeMessage(datagram, added.whole, 0);
}

Decoder::Decoder(KeyTable keys) : impl_(std::make_unique<Impl>(std::move(keys))) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

DecodedDatagram Decoder::Decode(const CapturedDatagram& datagram, DatagramKind kind) {
  DecodedDatagram result;
  result.kind = kind;
  Octets octets = datagram.octets;
  switch (kind) {
    case DatagramKind::kKeepalive:
      return result;
    case DatagramKind::kEsp: {
      std::vector<Fault> faults;
      FieldReader reader(octets, 0, result.fields, faults);
      Octets spi;
      std::uint32_t sequence = 0;
      if (reader.Opaque("SPI", 4, spi)) (void)reader.U32("sequence number", sequence);
      return result;
    }
    case DatagramKind::kMarkedIsakmp:
      octets = octets.subspan(std::min(kNonEspMarkerSize, octets.size()));
      break;
    case DatagramKind::kIsakmp:
      break;
  }
  result.message = impl_->DecodeMessage(datagram, octets, datagram.missing);
  result.assembled = impl_->Assemble(datagram, octets, *result.message);
  return result;
}

std::vector<const SeenPhase1*> Decoder::phases() const {
  std::vector<const SeenPhase1*> phases;
  for (const auto& [cookie, session] : impl_->sessions) phases.push_back(&session.phase1);
  return phases;
}

}  // namespace iscsi_ike::ike
