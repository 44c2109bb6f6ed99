// Settings: what the options, the config and the key source come to. Sources is what was read,
// once; Settings is its translation for one role and place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/random.hpp"
#include "ike/endpoint.hpp"
#include "ike/events.hpp"
#include "ike/tool/options.hpp"
#include "policy/settings.hpp"

namespace iscsi_ike::ike::tool {

// Ends is where the two ends stand, as far as it is known.
struct Ends {
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;
  // Responder: where the portal is, when it serves every local address.
  std::optional<policy::IpAddress> target = std::nullopt;
};

// Sources also knows where the key is from: "this command line", "the config"; empty: no key.
struct Sources : policy::Sources {
  std::string_view key_place;
};
using policy::Settings;

// ReadSources reads the command line, the config and the key. `default_word` (may be empty) serves
// when no source gives a word; without it that is an error. `peer`, when known, helps to choose
// from the config.
[[nodiscard]] Checked<Sources> ReadSources(const Options& options, std::string_view default_word,
                                           const std::optional<policy::IpAddress>& peer);

// ApplyOptions lets the options win over what the config says; ApplyKey likewise with the key.
[[nodiscard]] Status<ToolError> ApplyOptions(const Options& options, std::string_view default_word,
                                             Sources& sources);
[[nodiscard]] Status<ToolError> ApplyKey(const KeySource& source, Sources& sources);

// TranslateFor is policy's, with the rules of the options, and with hints for who uses this tool.
[[nodiscard]] Settings TranslateFor(Role role, const Sources& sources, const Ends& ends,
                                    const PolicyOptions& options);

// DemandKey: an error unless there is a key.
[[nodiscard]] Status<ToolError> DemandKey(const Settings& settings);

// PlanLine tells a plan that allows something on one line: modes, encapsulation, PFS and suites, as
// they are for that end.
[[nodiscard]] std::string PlanLine(const policy::Plan& plan, Role role);
// PolicyLine is the word and the PlanLine.
[[nodiscard]] std::string PolicyLine(const Settings& settings, Role role = Role::kResponder);

}  // namespace iscsi_ike::ike::tool
