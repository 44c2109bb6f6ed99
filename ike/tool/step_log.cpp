#include "ike/tool/step_log.hpp"

#include <utility>

namespace iscsi_ike::ike::tool {

StepLog::StepLog()
    : ladder_(LadderOptions{}, [this](std::string_view text) { entry_.text += text; }) {}

void StepLog::OnMessage(const MessageTrace& message) {
  ladder_.OnMessage(message);
  if (message.retransmission) return;
  auto& names = message.direction == Direction::kSent ? entry_.sent : entry_.received;
  names.emplace_back(message.name);
}

void StepLog::OnDropped(Time now, const Endpoint& remote, std::string_view rule) {
  ladder_.OnDropped(now, remote, rule);
}

void StepLog::OnDecision(Time now, SessionId session, std::string_view text) {
  ladder_.OnDecision(now, session, text);
}

StepLog::Entry StepLog::Take() { return std::exchange(entry_, {}); }

}  // namespace iscsi_ike::ike::tool
