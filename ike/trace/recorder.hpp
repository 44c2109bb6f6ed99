// Recorder: writes a Recording (recording.hpp) while an engine runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ike/observer.hpp"
#include "ike/trace/recording.hpp"
#include "ike/trace/sink.hpp"

namespace iscsi_ike::ike {

// RecordedText is EventText with octets outside printable ASCII as \\xNN, newlines kept, and, for a
// child, a one-way mark of its keys.
[[nodiscard]] std::string RecordedText(const Event& event);

// Recorder is the engine's observer from its first call on. The engine draws its randomness from a
// crypto::SeededRandom of the same seed. The sink is expected to be a file of mode 0600
// (ike/tool/secret_file.hpp).
class Recorder final : public Observer {
 public:
  // The first lines go to the sink at once.
  Recorder(const RecordingHead& head, TextSink sink);

  void OnInput(Time now, const Input& input) override;
  void OnDatagram(Time now, Direction direction, const Endpoint& local, const Endpoint& remote,
                  crypto::Octets octets) override;
  // OnEvent: for the caller to call with each event that it took out, before it does anything else.
  void OnEvent(const Event& event);
  // End: the recording is whole. Call it last, with no event left in the engine.
  void End();

 private:
  [[nodiscard]] std::size_t NumberOf(const std::shared_ptr<const PeerConfig>& peer);

  TextSink sink_;
  Time begin_;
  std::vector<std::shared_ptr<const PeerConfig>> peers_;
};

}  // namespace iscsi_ike::ike
