// ReplayTale: what happens in a replay, told as the recorded command told it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ike/tool/options.hpp"
#include "ike/tool/replay_settings.hpp"
#include "ike/trace/outcome.hpp"
#include "ike/trace/replay.hpp"

namespace iscsi_ike::ike::tool {

// ReplayTale is an outcome for connect and a line an event for serve.
class ReplayTale {
 public:
  ReplayTale(Command command, const ReplayPlan& plan, bool json);

  // Take returns what is to be printed at once.
  [[nodiscard]] std::string Take(const RecordedInput& input, const FedOutput& output);
  // Finish returns the outcome of connect.
  [[nodiscard]] std::string Finish() const;

 private:
  void Absorb(const Event& event);
  [[nodiscard]] std::string Line(const Event& event);

  bool serves_;
  bool several_;
  std::size_t children_;
  bool json_;
  bool concluded_ = false;
  std::vector<std::shared_ptr<const PeerConfig>> peers_;  // of connect
  std::size_t peer_ = 0;                                  // of the last attempt
  Outcome outcome_;
  std::map<SessionId, Phase1Established> sessions_;
};

}  // namespace iscsi_ike::ike::tool
