#include "ike/tool/run_recording.hpp"

#include <utility>

#include "ike/net/reactor.hpp"
#include "ike/tool/recorded_keys.hpp"

#ifndef ISCSI_IKE_VERSION
#define ISCSI_IKE_VERSION "unknown"
#endif

namespace iscsi_ike::ike::tool {

Status<ToolError> RunRecording::Open(const Options& options, std::vector<Endpoint> local,
                                     std::uint16_t nat_port) {
  const std::string& path = options.output.recording;
  if (path.empty()) return Done{};
  RecordingHead head;
  head.tool = "iscsi-ike " ISCSI_IKE_VERSION;
  head.command = options.command == Command::kServe ? "serve" : "connect";
  head.local = std::move(local);
  head.nat_port = nat_port;
  head.seed = crypto::Secret(crypto::kSeedSize);
  if (!system_.Fill(head.seed.ExposeMutable()))
    return Usage("random", "the machine gives no randomness");
  RecordSources(options, head);
  head.begin = net::SteadyNow();
  seeded_.emplace(head.seed.Expose());

  auto created = SecretFile::Create(path);
  if (!created) return Usage("--record", created.error().Text());
  file_ = std::make_unique<SecretFile>(std::move(created).value());
  recorder_ = std::make_unique<Recorder>(
      head, [file = file_.get()](std::string_view text) { file->Write(text); });
  return Done{};
}

crypto::RandomSource& RunRecording::random() {
  if (seeded_) return *seeded_;
  return system_;
}

void RunRecording::AddTo(Watch& watch) {
  if (recorder_) watch.Add(*recorder_);
}

void RunRecording::Note(const Event& event) {
  if (recorder_) recorder_->OnEvent(event);
}

Status<ToolError> RunRecording::Close() {
  if (!recorder_) return Done{};
  recorder_->End();
  auto closed = file_->Close();
  return closed ? Status<ToolError>(Done{}) : Usage("--record", closed.error().Text());
}

}  // namespace iscsi_ike::ike::tool
