// LoadCrew: the engines of a load, one in each thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "ike/tool/load_run.hpp"
#include "ike/tool/stations.hpp"

namespace iscsi_ike::ike::tool {

class LoadCrew {
 public:
  // Progress is told the result so far, once a second.
  using Progress = std::function<void(const LoadResult&)>;

  // `hbas` has plan.hbas elements. All that is given by reference outlives the crew. `keep`: no
  // Deletes in the end.
  LoadCrew(const LoadPlan& plan, const std::vector<std::shared_ptr<const PeerConfig>>& hbas,
           bool keep, std::deque<Station>& stations);

  ~LoadCrew();

  // Run returns when all logins have ended, at the end of the duration, or after a signal.
  // `observer` (may be null) watches the only engine.
  LoadResult Run(const EngineConfig& config, Observer* observer, const Progress& progress);

 private:
  struct Member;

  void Work(Member& member);
  void OnNews(Member& member, const LoadResult& result, bool ended);
  [[nodiscard]] LoadResult Sum() const;
  [[nodiscard]] std::uint64_t ToldByAll() const;
  void CloseAll();

  const LoadPlan& plan_;
  bool keep_;
  std::deque<Member> members_;
  LoadRun::Clock::time_point began_;
  CpuTime own_cpu_before_{0};
  std::optional<CpuTime> peer_cpu_before_;

  std::mutex mutex_;              // what follows, and the results of the members
  std::uint64_t progressed_ = 0;  // seconds
  LoadResult last_;               // when all have ended
  const Progress* progress_ = nullptr;
};

}  // namespace iscsi_ike::ike::tool
