// ServeRun: one engine of a serve.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "ike/tool/node.hpp"
#include "ike/tool/options.hpp"
#include "ike/tool/run_recording.hpp"
#include "ike/tool/serve_summary.hpp"
#include "ike/tool/stations.hpp"

namespace iscsi_ike::ike::tool {

class ServeRun {
 public:
  // All that is given by reference outlives the run; the sockets of `station` are bound.
  // `recording` may be null. `several`: there is more than one record. `config` has the place of
  // this engine among others.
  ServeRun(const Options& options, Station& station, EngineConfig config, unsigned dh_threads,
           Observer* observer, RunRecording* recording, bool several);

  // Start begins to answer; Station::reactor is to be run then.
  void Start();
  // Leave closes all sessions and ends the reactor; on its thread.
  void Leave();
  // Summary is of this moment; on its thread, or when that is over.
  [[nodiscard]] ServeSummary Summary() const;

 private:
  void OnEvent(Event event);
  void Tell(Event event, const Phase1Established* phase1);
  [[nodiscard]] std::string RecordOf(const Event& event, const Phase1Established* phase1) const;
  void Flush();

  const OutputOptions& output_;
  Station& station_;
  CookieShard shard_;
  bool several_;
  crypto::SystemRandom random_;
  RunRecording* recording_;
  Node node_;
  ServeSummary summary_;
  std::string lines_;  // not yet printed
  // With a phase 1 to close; and what the lines tell of it, where they do.
  std::unordered_map<SessionId, std::unique_ptr<const Phase1Established>> sessions_;
};

}  // namespace iscsi_ike::ike::tool
