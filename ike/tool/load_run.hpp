// LoadRun: a login storm under way, from one engine.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "ike/tool/load_plan.hpp"
#include "ike/tool/load_result.hpp"
#include "ike/tool/node.hpp"

namespace iscsi_ike::ike::tool {

// LoadRun logs HBAs in as its share of the plan has it. It is an Observer because the first answer
// is no event. It lives on the thread of its reactor, after Begin.
class LoadRun final : public Observer {
 public:
  using Clock = std::chrono::steady_clock;
  // News is told the result so far, once a second and when the last login has ended.
  using News = std::function<void(const LoadResult&, bool ended)>;

  // `hbas` has share.hbas elements; `reactor` outlives the run.
  LoadRun(LoadPlan share, std::vector<std::shared_ptr<const PeerConfig>> hbas,
          net::Reactor& reactor);

  // Begin: all logins end, or the duration does, or Interrupt ends them. `node` has this object
  // among its observers.
  void Begin(Node& node, Clock::time_point began, News news);
  void Interrupt();
  // Close ends the logins under way and deletes what is held, unless all is to be kept; then it
  // ends the reactor.
  void Close(bool keep);

  void OnMessage(const MessageTrace& message) override;

 private:
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
  void Hold(std::size_t hba, SessionId session);
  void OnFailed(std::size_t hba, const NegotiationFailure& failure);
  void Tick();
  void EndIfDone();
  void CloseSome();
  void Stop();
  void End();

  LoadPlan plan_;
  std::vector<std::shared_ptr<const PeerConfig>> hbas_;
  net::Reactor& reactor_;
  Node* node_ = nullptr;
  News news_;
  LoadResult result_;
  std::unordered_map<SessionId, Login> under_way_;
  std::vector<SessionId> held_;  // by HBA; 0: none
  Clock::time_point began_;
  Duration parted_{0};
  std::deque<SessionId> to_close_;
  bool ending_ = false;
};

}  // namespace iscsi_ike::ike::tool
