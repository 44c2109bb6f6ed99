#include "ike/trace/ladder.hpp"

#include <algorithm>
#include <utility>

#include "ike/wire/describe.hpp"
#include "ike/wire/payload.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kMargin = 6;       // columns of the name
constexpr std::size_t kLeastWidth = 40;  // an arrow with its text
constexpr std::size_t kHanging = 2;      // continuation lines

// Wrapped breaks `text` at spaces into lines of `width` columns, the first indented by `indent`,
// the others a little more. A word longer than a line stays whole.
std::string Wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t margin = indent;
  while (!text.empty()) {
    const std::size_t room = width > margin + 1 ? width - margin : 1;
    std::size_t cut = text.size();
    if (cut > room) {
      cut = text.rfind(' ', room);
      if (cut == std::string_view::npos || cut == 0) cut = text.find(' ', room);
      cut = std::min(cut, text.size());
    }
    out.append(margin, ' ');
    out += text.substr(0, cut);
    out += '\n';
    text.remove_prefix(std::min(cut + 1, text.size()));
    margin = indent + kHanging;
  }
  return out;
}

bool StartsPhase1(const MessageTrace& message) {
  return (message.name == "MM1" || message.name == "AM1") && !message.retransmission;
}

}  // namespace

Ladder::Ladder(LadderOptions options, TextSink sink)
    : options_(std::move(options)), sink_(std::move(sink)) {
  options_.width = std::max(options_.width, kLeastWidth);
}

std::string Ladder::Heading(const MessageTrace& message) const {
  const bool initiator = message.role == Role::kInitiator;
  const std::string left = "initiator " + (initiator ? message.local : message.remote).ToString();
  const std::string right = "responder " + (initiator ? message.remote : message.local).ToString();
  const std::size_t used = kMargin + left.size() + right.size();
  std::string line(kMargin, ' ');
  line += left;
  line.append(used < options_.width ? options_.width - used : 1, ' ');
  return line + right + "\n";
}

std::string Ladder::Arrow(const MessageTrace& message) const {
  const bool rightward =
      (message.role == Role::kInitiator) == (message.direction == Direction::kSent);
  const char shaft = message.header.encrypted() ? '=' : '-';

  std::string label = " " + std::to_string(message.datagram_size) + " octets";
  if (message.header.encrypted()) label += ", encrypted";
  if (message.retransmission) label += ", retransmission";
  label += ' ';

  std::string line(message.name);
  line.resize(std::max(line.size() + 1, kMargin), ' ');
  line += rightward ? "|" : "|<";
  line.append(rightward ? 7 : 6, shaft);
  line += label;
  const std::size_t end = options_.width - (rightward ? 2 : 1);
  if (line.size() < end) line.append(end - line.size(), shaft);
  return line + (rightward ? ">|" : "|") + "\n";
}

void Ladder::Remark(char mark, std::string_view text) const {
  std::string line(1, mark);
  line += ' ';
  if (!options_.end.empty()) line += options_.end + ": ";
  line += text;
  sink_(Wrapped(line, kMargin, options_.width));
}

void Ladder::OnMessage(const MessageTrace& message) {
  if (options_.show == LadderOptions::Show::kSentOnly && message.direction != Direction::kSent) {
    return;
  }
  if (StartsPhase1(message)) sink_(Heading(message));
  sink_(Arrow(message));
  if (!options_.payloads || message.retransmission) return;

  const auto payloads = ParsePayloads(message.header.next, message.payloads);
  if (!payloads.ok()) {
    sink_(Wrapped(DescribeError(payloads.error()), kMargin, options_.width));
    return;
  }
  DescribePayloads(*payloads, [this](const Payload&, std::string_view line) {
    sink_(Wrapped(line, kMargin, options_.width));
  });
}

void Ladder::OnDropped(Time /*now*/, const Endpoint& remote, std::string_view rule) {
  if (!options_.drops) return;
  Remark('!', "dropped a datagram from " + remote.ToString() + ": " + std::string(rule));
}

void Ladder::OnDecision(Time /*now*/, SessionId /*session*/, std::string_view text) {
  if (options_.decisions) Remark('#', text);
}

}  // namespace iscsi_ike::ike
