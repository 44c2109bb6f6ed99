// Steps and ends of a replay in words.
#pragma once

#include <string>
#include <vector>

#include "ike/trace/ladder.hpp"
#include "ike/trace/replay.hpp"

namespace iscsi_ike::ike::tool {

// StepLog keeps what an engine shows between two calls of Take.
class StepLog final : public Observer {
 public:
  StepLog();
  StepLog(const StepLog&) = delete;
  StepLog& operator=(const StepLog&) = delete;
  void OnMessage(const MessageTrace& message) override;
  void OnDropped(Time now, const Endpoint& remote, std::string_view rule) override;
  void OnDecision(Time now, SessionId session, std::string_view text) override;

  // What happened, as lines: the messages with their payloads, and decisions.
  struct Entry {
    std::string text;
    std::vector<std::string> sent;      // names, repetitions left out
    std::vector<std::string> received;  // that could be read
  };
  [[nodiscard]] Entry Take();

 private:
  Entry entry_;
  Ladder ladder_;
};

// SecondsText: "0.004".
[[nodiscard]] std::string SecondsText(Duration time);

// InputText: "line 7, +0.004 s: a datagram of 124 octets from 127.0.0.1:5500".
[[nodiscard]] std::string InputText(const RecordedLine& line, Time begin);

// ReactionText: what an input brought about, as indented lines; "  nothing" if it is that.
[[nodiscard]] std::string ReactionText(const StepLog::Entry& entry, const FedOutput& output);

// StepText: the paragraph of one input, with the time of the next timer.
[[nodiscard]] std::string StepText(const RecordedLine& line, Time begin,
                                   const StepLog::Entry& entry, const FedOutput& output);

// CountsText: "5 datagrams in, 6 out, 3 events".
[[nodiscard]] std::string CountsText(const ReplayCounts& counts);

}  // namespace iscsi_ike::ike::tool
