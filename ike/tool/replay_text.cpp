#include "ike/tool/replay_text.hpp"

#include <algorithm>

#include "ike/trace/event_text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

std::string Text(const RecordedConnect&) { return "connect"; }
std::string Text(const NegotiateCalled&) { return "a further child SA is asked for"; }
std::string Text(const CloseCalled& call) {
  return "close session " + std::to_string(static_cast<std::uint32_t>(call.session));
}
std::string Text(const RenewCalled& call) {
  return "renew session " + std::to_string(static_cast<std::uint32_t>(call.session));
}
std::string Text(const RenewChildCalled& call) {
  return "renew child " + std::to_string(static_cast<std::uint32_t>(call.child));
}
std::string Text(const CloseChildCalled& call) {
  return "close child " + std::to_string(static_cast<std::uint32_t>(call.child));
}
std::string Text(const UseReported& call) {
  return "child " + std::to_string(static_cast<std::uint32_t>(call.child)) + " has carried " +
         std::to_string(call.octets) + " octets";
}
std::string Text(const RecordedArrival& call) {
  return "a datagram of " + std::to_string(call.datagram.octets.size()) + " octets from " +
         call.datagram.remote.ToString();
}
std::string Text(const TimeoutHandled&) { return "a timer"; }
std::string Text(const DhFinished&) { return "Diffie-Hellman is computed"; }

}  // namespace

std::string SecondsText(Duration time) {
  const auto milliseconds = static_cast<std::uint64_t>(std::max<Duration::rep>(time.count(), 0));
  std::string fraction = std::to_string(milliseconds % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(milliseconds / 1000) + "." + fraction;
}

std::string InputText(const RecordedLine& line, Time begin) {
  const auto& input = std::get<RecordedInput>(line.what);
  return "line " + std::to_string(line.number) + ", +" + SecondsText(input.at - begin) +
         " s: " + std::visit([](const auto& call) { return Text(call); }, input.call);
}

std::string ReactionText(const StepLog::Entry& entry, const FedOutput& output) {
  std::string text = entry.text;
  for (const Event& event : output.events) text += EventText(event);
  if (!output.trouble.empty()) text += output.trouble + "\n";
  if (text.empty()) return "  nothing\n";
  std::string indented;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
    indented += "  " + text.substr(at, end + 1 - at);
    at = end + 1;
  }
  return indented;
}

std::string StepText(const RecordedLine& line, Time begin, const StepLog::Entry& entry,
                     const FedOutput& output) {
  const Time now = std::get<RecordedInput>(line.what).at;
  std::string text = InputText(line, begin) + "\n" + ReactionText(entry, output);
  if (output.next_timeout)
    text += "  next timer in " + SecondsText(*output.next_timeout - now) + " s\n";
  return text;
}

std::string CountsText(const ReplayCounts& counts) {
  return std::to_string(counts.datagrams_in) + " datagrams in, " +
         std::to_string(counts.datagrams_out) + " out, " + std::to_string(counts.events) +
         " events";
}

}  // namespace iscsi_ike::ike::tool
