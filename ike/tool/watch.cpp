#include "ike/tool/watch.hpp"

#include <utility>

#include "ike/tool/console.hpp"

namespace iscsi_ike::ike::tool {

bool IsWatched(const OutputOptions& output) {
  return output.verbosity > 0 || !output.pcap.empty() || !output.pcap_clear.empty() ||
         !output.recording.empty() || !output.keylog.empty() || !output.esp_keylog.empty() ||
         !output.secrets.empty();
}

Status<ToolError> Watch::Open(const OutputOptions& output, std::uint16_t nat_port) {
  auto files = TraceFiles::Open(output, nat_port);
  if (!files) return Failure(files.error());
  files_ = std::move(*files);
  for (Observer* observer : files_->observers()) all_.Add(*observer);
  return Done{};
}

Status<ToolError> Watch::Close() { return files_ ? files_->Close() : Done{}; }

void Watch::AddLadder(LadderOptions options, TextSink sink) {
  ladder_ = std::make_unique<Ladder>(std::move(options), std::move(sink));
  all_.Add(*ladder_);
}

void Watch::AddVerbosity(const OutputOptions& output) {
  if (output.verbosity == 0) return;
  LadderOptions options;
  options.payloads = output.verbosity > 1;
  AddLadder(options, PrintError);
}

}  // namespace iscsi_ike::ike::tool
