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
#include "policy/translate.hpp"

namespace iscsi_ike::ike::tool {

// Ends is where the two ends stand, as far as it is known.
struct Ends {
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;
};

struct Sources {
  std::string name;                  // of the record; empty: no record
  policy::TranslateRequest request;  // role, binding and addresses still open
  crypto::Secret key;                // empty: none given
  std::string_view key_place;        // "this command line", "the config"; empty: no key
  bool group_key = false;
  std::optional<policy::IpAddress> peer;          // the config binds the key to this peer
  std::optional<policy::Identity> peer_identity;  // the peer must show it
  std::optional<policy::IpAddress> portal;        // the config's portal
  std::uint16_t target_port = policy::kIscsiPort;
};

struct Settings {
  policy::SecurityFlags word;
  policy::Plan plan;  // any outcome
  crypto::Secret key;
  bool group_key = false;
  std::optional<policy::Identity> peer_identity;
  [[nodiscard]] Settings Clone() const {
    return {word, plan, key.Clone(), group_key, peer_identity};
  }
};

// ReadSources reads the command line, the config and the key. `default_word` (may be empty) serves
// when no source gives a word; without it that is an error. `peer`, when known, helps to choose
// from the config.
[[nodiscard]] Checked<Sources> ReadSources(const Options& options, std::string_view default_word,
                                           const std::optional<policy::IpAddress>& peer);

// ApplyOptions lets the options win over what the config says; ApplyKey likewise with the key.
[[nodiscard]] Status<ToolError> ApplyOptions(const Options& options, std::string_view default_word,
                                             Sources& sources);
[[nodiscard]] Status<ToolError> ApplyKey(const KeySource& source, Sources& sources);

// TranslateFor applies the rules for one role. A plan that allows nothing is no error here.
[[nodiscard]] Settings TranslateFor(Role role, const Sources& sources, const Ends& ends,
                                    const PolicyOptions& options);

// DemandKey: an error unless there is a key.
[[nodiscard]] Status<ToolError> DemandKey(const Settings& settings);

// PolicyLine tells the plan on one line: the word, modes, encapsulation, PFS and suites.
[[nodiscard]] std::string PolicyLine(const Settings& settings);

}  // namespace iscsi_ike::ike::tool
