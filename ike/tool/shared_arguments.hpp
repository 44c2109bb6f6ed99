// Options that several commands have, each with one wording and in one group of their help.
#pragma once

#include <string>
#include <vector>

#include "ike/tool/options.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace iscsi_ike::ike::tool {

// AddSource: where the settings come from.
void AddSource(CLI::App& app, PolicyOptions& policy);
// AddChoices: suites and mode.
void AddChoices(CLI::App& app, PolicyOptions& policy);
// AddReading: how a word is read.
void AddReading(CLI::App& app, PolicyOptions& policy);
void AddRefusePfs(CLI::App& app, PolicyOptions& policy);
// AddKey: --key itself has been taken out before, and leaves a placeholder (key_argument.hpp).
void AddKey(CLI::App& app, KeySource& key, std::string& placeholder);
// AddPeer: the peer's identity and the child SA.
void AddPeer(CLI::App& app, Options& options);
void AddPhase1Only(CLI::App& app, Options& options);
// AddInitiatorPlaces: where the portal is, and from where it is spoken to.
void AddInitiatorPlaces(CLI::App& app, NetworkOptions& network);
void AddTimeout(CLI::App& app, Options& options);
// AddIsnsTimeout is for commands that speak with nobody else than the iSNS server.
void AddIsnsTimeout(CLI::App& app, Options& options);
void AddThreads(CLI::App& app, Options& options);
// AddOutput: explain has what is printed alone.
void AddOutput(CLI::App& app, OutputOptions& output);
void AddRecording(CLI::App& app, OutputOptions& output);

// GivenOf lists what was given of the options that say how to negotiate; of these --config alone
// names a file.
[[nodiscard]] std::vector<std::string> GivenOf(const CLI::App& app);

}  // namespace iscsi_ike::ike::tool
