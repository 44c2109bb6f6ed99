#include "ike/tool/config_source.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/input_text.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kLongestConfig = 16U << 20U;

using Peer = std::optional<policy::IpAddress>;

// CheckNotEmpty: a file whose lists are empty was hardly meant.
Status<ToolError> CheckNotEmpty(const policy::Config& config, const std::string& place) {
  if (!config.records.empty() || !config.portals.empty()) return Done{};
  const policy::ConfigDefaults& defaults = config.defaults;
  if (defaults.security_bitmap || defaults.suites || !defaults.group_key.empty()) return Done{};
  return Usage("--config", place + ": has no record, no portal and no defaults");
}

}  // namespace

std::string PlaceOf(const PolicyOptions& options) {
  return options.config == "-" ? "standard input" : options.config;
}

Status<ToolError> TakeOne(const policy::Config& config, const PolicyOptions& options,
                          const Peer& peer, Sources& sources) {
  auto chosen = policy::ChooseSources(config, options.entry, peer,
                                      {"--entry", "--config: " + PlaceOf(options)});
  if (!chosen) return Usage(chosen.error());
  static_cast<policy::Sources&>(sources) = std::move(*chosen);
  if (!sources.key.empty()) sources.key_place = "the config";
  return Done{};
}

Checked<std::shared_ptr<const policy::Config>> LoadConfig(const PolicyOptions& options) {
  if (options.loaded) return options.loaded;
  auto text = ReadInput(options.config, "--config", kLongestConfig);
  if (!text) return Failure(text.error());
  if (IsReadableByOthers(options.config))
    Warn("--config: " + options.config +
         " can be read by others; chmod 600 is due if it holds a key");
  const std::string place = PlaceOf(options);
  auto config = policy::ParseConfig(std::move(text).value(), place,
                                    policy::ConfigOptions{.key_elsewhere = true});
  if (!config) return Usage("--config", config.error().Text());
  if (auto filled = CheckNotEmpty(*config, place); !filled) return Failure(filled.error());
  return std::make_shared<const policy::Config>(std::move(config).value());
}

Status<ToolError> ReadConfig(const PolicyOptions& options, const Peer& peer, Sources& sources) {
  if (options.config.empty()) {
    if (!options.entry.empty()) return Usage("--entry", "chooses from a --config; none is given");
    return Done{};
  }
  const auto config = LoadConfig(options);
  return config ? TakeOne(**config, options, peer, sources) : Failure(config.error());
}

}  // namespace iscsi_ike::ike::tool
