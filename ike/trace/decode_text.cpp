#include "ike/trace/decode_report.hpp"
#include "ike/trace/field_reader.hpp"
#include "ike/wire/registry.hpp"

namespace iscsi_ike::ike {
namespace {

std::string SecondsText(std::chrono::microseconds time) {
  constexpr std::int64_t kPerSecond = 1'000'000;
  const bool negative = time.count() < 0;
  const std::int64_t micro = negative ? -(time.count() + 1) + 1 : time.count();
  std::string fraction = std::to_string(micro % kPerSecond);
  fraction.insert(0, 6 - fraction.size(), '0');
  return (negative ? "-" : "") + std::to_string(micro / kPerSecond) + "." + fraction + " s";
}

std::string Heading(const CapturedDatagram& datagram, std::chrono::microseconds zero) {
  std::string line = "frame " + std::to_string(datagram.frame);
  if (datagram.time) line += ", " + SecondsText(*datagram.time - zero);
  if (datagram.source && datagram.destination) {
    line += ", " + datagram.source->ToString() + " to " + datagram.destination->ToString();
  }
  return line + ", " + Count(datagram.octets.size() + datagram.missing, "octet") + "\n";
}

// Title: "MM5, main mode (2), from the initiator, decrypted".
std::string Title(const DecodedMessage& message) {
  std::string line = message.name;
  const auto add = [&line](const std::string& text) { line += (line.empty() ? "" : ", ") + text; };
  if (message.header) {
    add(Describe(message.header->exchange));
    if (message.sender) add("from the " + std::string(Name(*message.sender)));
    switch (message.protection) {
      case DecodedMessage::Protection::kClear:
        add("in clear");
        break;
      case DecodedMessage::Protection::kDecrypted:
        add("decrypted");
        break;
      case DecodedMessage::Protection::kSealed:
        add("encrypted");
        break;
    }
  } else {
    add("no ISAKMP message");
  }
  if (message.repeats != 0) add("a repetition of frame " + std::to_string(message.repeats));
  return line + "\n";
}

std::string MessageText(const DecodedMessage& message) {
  std::string text = Title(message) + FieldsText(message.fields, " ");
  if (!message.sealed_why.empty()) text += "  # " + message.sealed_why + "\n";
  for (const Fault& fault : message.faults) {
    text += "  ! at " + std::to_string(fault.offset) + ": " + fault.text + "\n";
  }
  return text;
}

}  // namespace

std::string DecodeText(const CapturedDatagram& datagram, const DecodedDatagram& decoded,
                       std::chrono::microseconds zero) {
  std::string text = Heading(datagram, zero);
  if (!datagram.oddity.empty()) text += "  ! " + datagram.oddity + "\n";
  if (decoded.kind == DatagramKind::kKeepalive) text += "NAT keepalive\n";
  if (decoded.kind == DatagramKind::kEsp) {
    text += "ESP in UDP, not decoded\n" + FieldsText(decoded.fields, " ");
  }
  if (decoded.kind == DatagramKind::kMarkedIsakmp) text += "behind a non-ESP marker of 4 octets\n";
  if (decoded.message) text += MessageText(*decoded.message);
  if (decoded.assembled) text += "assembled from fragments: " + MessageText(*decoded.assembled);
  return text;
}

std::string RemarkText(const CaptureRemark& remark) {
  if (remark.frame == 0) return remark.text;
  return "frame " + std::to_string(remark.frame) + " " + remark.text;
}

}  // namespace iscsi_ike::ike
