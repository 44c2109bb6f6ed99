// Watch: everything that observes one engine: the files of TraceFiles and, when asked for, the
// ladder.
#pragma once

#include <memory>
#include <optional>

#include "ike/tool/trace_files.hpp"
#include "ike/trace/fan_out.hpp"
#include "ike/trace/ladder.hpp"

namespace iscsi_ike::ike::tool {

// IsWatched: something of what Watch does is asked for.
[[nodiscard]] bool IsWatched(const OutputOptions& output);

class Watch {
 public:
  // Open creates the files (TraceFiles::Open). Call it last, when nothing else can keep the run
  // from starting: files of an earlier run are lost by it.
  // `nat_port` is that of the engine.
  Status<ToolError> Open(const OutputOptions& output, std::uint16_t nat_port);
  // Close reports the first octet that could not be written.
  Status<ToolError> Close();
  void Add(Observer& observer) { all_.Add(observer); }
  void AddLadder(LadderOptions options, TextSink sink);
  // AddVerbosity draws the ladder on stderr from verbosity 1, its payloads from 2.
  void AddVerbosity(const OutputOptions& output);
  [[nodiscard]] Observer& observer() { return all_; }

 private:
  FanOut all_;
  std::optional<TraceFiles> files_;
  std::unique_ptr<Ladder> ladder_;
};

}  // namespace iscsi_ike::ike::tool
