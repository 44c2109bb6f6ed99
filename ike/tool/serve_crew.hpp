// ServeCrew: the engines of a serve, one in each thread.
#pragma once

#include <deque>

#include "ike/tool/isns_registrar.hpp"
#include "ike/tool/serve_run.hpp"
#include "ike/tool/spare_memory.hpp"

namespace iscsi_ike::ike::tool {

class ServeCrew {
 public:
  // An engine at each of `stations`, which outlive the crew. `recording` is of a single one.
  ServeCrew(const Options& options, std::deque<Station>& stations, const EngineConfig& config,
            unsigned dh_threads, Observer* observer, RunRecording& recording, bool several);

  // Start begins to answer once Serve is called. `registrar`, if any, is to take its registration
  // back at a signal before the sessions end; a second signal waits no longer.
  void Start(IsnsRegistrar* registrar);
  // Serve answers until a signal; the first engine runs on the calling thread.
  ServeSummary Serve();

 private:
  void Report();
  void LeaveAll();

  std::deque<Station>& stations_;
  bool json_;
  std::deque<ServeRun> runs_;
  SpareMemory spare_;
};

}  // namespace iscsi_ike::ike::tool
