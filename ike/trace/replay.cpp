#include "ike/trace/replay.hpp"

#include <algorithm>
#include <utility>

#include "ike/trace/recorder.hpp"

namespace iscsi_ike::ike {
namespace {

std::string Describe(const Datagram& datagram) {
  return std::to_string(datagram.octets.size()) + " octets sent from " + datagram.local.ToString() +
         " to " + datagram.remote.ToString();
}

// Difference tells of two datagrams; empty when they are the same.
std::string Difference(const Datagram& a, const Datagram& b) {
  if (a.local != b.local || a.remote != b.remote || a.octets.size() != b.octets.size())
    return Describe(b);
  const auto differ = std::mismatch(a.octets.begin(), a.octets.end(), b.octets.begin());
  if (differ.first == a.octets.end()) return {};
  return Describe(b) + ", other ones from offset " +
         std::to_string(differ.first - a.octets.begin()) + " on";
}

// FirstLine: what an event is; the rest of it is for people.
std::string Quoted(const std::string& event) {
  return "the event \"" + event.substr(0, event.find('\n')) + "\"";
}

}  // namespace

Replay::Replay(const Recording& recording, ReplaySettings settings)
    : recording_(recording), engine_(recording, std::move(settings), false) {}

const RecordedLine* Replay::NextInput() const {
  return parting_ || next_ >= recording_.lines.size() ? nullptr : &recording_.lines[next_];
}

FedOutput Replay::Step() {
  const RecordedLine& line = recording_.lines[next_++];
  const auto& input = std::get<RecordedInput>(line.what);
  FedOutput output = engine_.Feed(input);
  ++counts_.inputs;
  if (std::holds_alternative<RecordedArrival>(input.call)) ++counts_.datagrams_in;
  for (const Event& event : output.events) events_.push_back(RecordedText(event));
  Compare(line, output);
  return output;
}

bool Replay::Part(std::size_t line, std::string recorded, std::string now) {
  parting_ = Parting{line, std::move(recorded), std::move(now)};
  return false;
}

void Replay::Compare(const RecordedLine& input, const FedOutput& output) {
  sent_ = 0;
  if (!output.trouble.empty()) {
    Part(input.number, "an input that the engine took", output.trouble);
    return;
  }
  for (; next_ < recording_.lines.size(); ++next_) {
    const RecordedLine& line = recording_.lines[next_];
    if (std::holds_alternative<RecordedInput>(line.what)) break;
    const auto* datagram = std::get_if<Datagram>(&line.what);
    const bool same = datagram != nullptr ? CompareSent(line, *datagram, output)
                                          : CompareEvent(line, std::get<RecordedEvent>(line.what));
    if (!same) return;
  }
  CompareEnd(input, output);
}

bool Replay::CompareSent(const RecordedLine& line, const Datagram& recorded,
                         const FedOutput& output) {
  if (sent_ == output.sent.size()) return Part(line.number, Describe(recorded), "nothing is sent");
  const std::string difference = Difference(recorded, output.sent[sent_]);
  if (!difference.empty()) return Part(line.number, Describe(recorded), difference);
  ++sent_;
  ++counts_.datagrams_out;
  return true;
}

bool Replay::CompareEvent(const RecordedLine& line, const RecordedEvent& recorded) {
  if (events_.empty()) return Part(line.number, Quoted(recorded.text), "nothing happened");
  if (events_.front() != recorded.text) {
    const bool same_start = Quoted(events_.front()) == Quoted(recorded.text);
    return Part(line.number, Quoted(recorded.text),
                same_start ? "the same, with other particulars:\n" + events_.front()
                           : Quoted(events_.front()));
  }
  events_.pop_front();
  ++counts_.events;
  return true;
}

// CompareEnd looks for what was not recorded. A recording that breaks off may lack what its last
// input brought about, and events are only recorded when they are taken.
void Replay::CompareEnd(const RecordedLine& input, const FedOutput& output) {
  const bool last = next_ == recording_.lines.size();
  if (last && !recording_.complete) return;
  if (sent_ < output.sent.size()) {
    Part(input.number, "nothing more is sent", Describe(output.sent[sent_]));
  } else if (last && !events_.empty()) {
    Part(input.number, "nothing more happened", Quoted(events_.front()));
  }
}

}  // namespace iscsi_ike::ike
