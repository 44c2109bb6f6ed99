// The keys of a recording: each has a number, and its place in the settings holds only that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ike/tool/options.hpp"
#include "ike/trace/recording.hpp"

namespace iscsi_ike::ike::tool {

// LoadSources reads the key and the config of the command line now, so that they can be both used
// and recorded.
[[nodiscard]] Status<ToolError> LoadSources(Options& options);

// RecordSources puts the arguments, the config and the fingerprints into the head, and the keys
// with --record-keys. LoadSources has been called. A key that WEAK_KEY warns of has no
// fingerprint: guesses could be tried on it.
void RecordSources(const Options& options, RecordingHead& head);

// KeysFor: the keys of a recording in their order, from the recording or else from the key options
// of `options` and the records of its --config. An error tells which are missing or are others.
[[nodiscard]] Checked<std::vector<crypto::Secret>> KeysFor(const RecordingHead& head,
                                                           const Options& options);

// OptionsOf: the recorded options with their settings, `set` ("flags=0x4b") winning over what was
// recorded. `keys` as KeysFor gives them.
[[nodiscard]] Checked<Options> OptionsOf(const RecordingHead& head,
                                         const std::vector<crypto::Secret>& keys,
                                         const std::vector<std::string>& set);

}  // namespace iscsi_ike::ike::tool
