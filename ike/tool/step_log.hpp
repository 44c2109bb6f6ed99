// StepLog: what an engine shows while one input is in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ike/trace/ladder.hpp"

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

}  // namespace iscsi_ike::ike::tool
