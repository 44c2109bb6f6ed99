#include "ike/tool/replay_tale.hpp"

#include "ike/tool/event_line.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/report.hpp"

namespace iscsi_ike::ike::tool {

ReplayTale::ReplayTale(Command command, const ReplayPlan& plan, bool json)
    : serves_(command == Command::kServe),
      several_(plan.several),
      children_(plan.children),
      json_(json),
      peers_(plan.settings.peers) {}

std::string ReplayTale::Take(const RecordedInput& input, const FedOutput& output) {
  // Another attempt of connect, with the other exchange that the word allows.
  if (const auto* connect = std::get_if<RecordedConnect>(&input.call)) {
    peer_ = connect->peer;
    outcome_ = Outcome{};
    concluded_ = false;
  }
  std::string lines;
  for (const Event& event : output.events)
    serves_ ? static_cast<void>(lines += Line(event)) : Absorb(event);
  return lines;
}

std::string ReplayTale::Finish() const {
  if (serves_) return {};
  return json_ ? OutcomeLine(outcome_) : OutcomeReport(outcome_);
}

// Absorb ends where connect prints its outcome.
void ReplayTale::Absorb(const Event& event) {
  if (concluded_) return;
  outcome_.Absorb(event);
  const bool complete = children_ == 0 ? std::holds_alternative<Phase1Established>(event)
                                       : std::holds_alternative<ChildEstablished>(event) &&
                                             outcome_.children.size() >= children_;
  concluded_ = complete || std::holds_alternative<Failed>(event);
  if (concluded_ && outcome_.failure && peer_ < peers_.size())
    AddFingerprint(*peers_[peer_], *outcome_.failure);
}

std::string ReplayTale::Line(const Event& event) {
  const SessionId session = SessionOf(event);
  if (const auto* phase1 = std::get_if<Phase1Established>(&event))
    sessions_.insert_or_assign(session, *phase1);
  const auto known = sessions_.find(session);
  const Phase1Established* const phase1 = known == sessions_.end() ? nullptr : &known->second;
  std::string record;
  if (const auto* failed = std::get_if<Failed>(&event)) record = failed->peer_name;
  if (const auto* diagnosed = std::get_if<Diagnosed>(&event)) record = diagnosed->peer_name;
  if (record.empty() && phase1 != nullptr) record = phase1->peer_name;
  if (!several_) record.clear();
  std::string line = json_ ? EventLine(event, phase1, record) : EventOneLine(event, record);
  if (std::holds_alternative<SessionClosed>(event)) sessions_.erase(session);
  return line;
}

}  // namespace iscsi_ike::ike::tool
