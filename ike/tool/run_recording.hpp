// RunRecording: the recording of one engine's run, if --record asks for one, and the randomness
// that goes with it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "crypto/random.hpp"
#include "ike/tool/options.hpp"
#include "ike/tool/secret_file.hpp"
#include "ike/tool/watch.hpp"
#include "ike/trace/recorder.hpp"

namespace iscsi_ike::ike::tool {

class RunRecording {
 public:
  // Open does nothing without --record. Else it creates the file (mode 0600, never through a
  // symbolic link) and draws a seed. `local` and `nat_port` are bound; LoadSources has been called.
  Status<ToolError> Open(const Options& options, std::vector<Endpoint> local,
                         std::uint16_t nat_port);
  [[nodiscard]] bool is_open() const { return recorder_ != nullptr; }

  // The engine's: a seeded source when it is recorded, else the system's.
  [[nodiscard]] crypto::RandomSource& random();
  void AddTo(Watch& watch);
  // Note takes each event, before anything else is done with it.
  void Note(const Event& event);
  // Close writes the end, and reports the first octet that could not be written.
  Status<ToolError> Close();

 private:
  crypto::SystemRandom system_;
  std::optional<crypto::SeededRandom> seeded_;
  std::unique_ptr<SecretFile> file_;
  std::unique_ptr<Recorder> recorder_;
};

}  // namespace iscsi_ike::ike::tool
