// LoadRun: a login storm under way, from one engine.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "ike/tool/load_plan.hpp"
#include "ike/tool/load_result.hpp"
#include "ike/tool/node.hpp"

namespace iscsi_ike::ike::tool {

// LoadRun logs HBAs in as the plan has it. It is an Observer because the first answer is no event.
class LoadRun final : public Observer {
 public:
  // Progress is told the result so far, once a second.
  using Progress = std::function<void(const LoadResult&)>;

  // `hbas` has plan.hbas elements; all outlive the run. `keep`: no Deletes in the end.
  LoadRun(const LoadPlan& plan, std::vector<std::shared_ptr<const PeerConfig>> hbas, bool keep,
          net::Reactor& reactor);

  // Run returns when all logins have ended, at the end of the duration, or after a signal. `node`
  // has this object among its observers.
  [[nodiscard]] LoadResult Run(Node& node, const Progress& progress);

  void OnMessage(const MessageTrace& message) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Login {
    Clock::time_point intended;
    Clock::time_point started;
    std::size_t hba = 0;
    bool answered = false;
  };

  [[nodiscard]] bool MayStart() const;
  void StartOne(Clock::time_point intended);
  void StartByCompletion();
  void StartByClock();
  void OnEvent(const Event& event);
  void OnFailed(SessionId session, const NegotiationFailure& failure);
  void Tick(const Progress& progress);
  void EndIfDone();
  void End();
  void CloseSome();
  void UpdateTimes();

  const LoadPlan& plan_;
  std::vector<std::shared_ptr<const PeerConfig>> hbas_;
  bool keep_;
  net::Reactor& reactor_;
  Node* node_ = nullptr;
  LoadResult result_;
  std::unordered_map<SessionId, Login> under_way_;
  std::vector<SessionId> held_;  // by HBA; 0: none
  Clock::time_point began_;
  CpuTime own_cpu_before_{0};
  std::optional<CpuTime> peer_cpu_before_;
  std::size_t next_to_close_ = 0;
  bool ending_ = false;
};

}  // namespace iscsi_ike::ike::tool
