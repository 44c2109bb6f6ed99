#include "ike/tool/config_source.hpp"

#include <utility>

#include "ike/tool/config_inputs.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using Peer = std::optional<policy::IpAddress>;

// CheckNotEmpty: a file whose lists are empty was hardly meant.
Status<ToolError> CheckNotEmpty(const std::vector<policy::PlacedConfig>& sources) {
  for (const policy::PlacedConfig& source : sources)
    if (IsEmpty(source.config))
      return Usage(source.place, "has no record, no portal, no login and no defaults");
  return Done{};
}

// CheckListed: who asks an iSNS server means a portal that it knows.
Status<ToolError> CheckListed(const policy::Config& config, const PolicyOptions& options,
                              const Peer& peer) {
  if (!options.inputs.isns.Any() || !peer) return Done{};
  for (const policy::TargetPortal& portal : config.portals)
    if (portal.in_isns && portal.address == peer) return Done{};
  return Usage("--portal", "the iSNS server shows no portal at " + peer->ToString());
}

}  // namespace

Status<ToolError> TakeOne(const policy::Config& config, const PolicyOptions& options,
                          const Peer& peer, Sources& sources) {
  if (auto known = CheckListed(config, options, peer); !known) return known;
  auto chosen = policy::ChooseSources(config, options.entry, peer, {"--entry", PlacesOf(options)});
  if (!chosen) return Usage(chosen.error());
  static_cast<policy::Sources&>(sources) = std::move(*chosen);
  if (!sources.key.empty()) sources.key_place = "the config";
  return Done{};
}

Checked<std::shared_ptr<const policy::Config>> LoadConfig(const PolicyOptions& options) {
  if (options.loaded) return options.loaded;
  auto sources = ReadInputs(options);
  if (!sources) return Failure(sources.error());
  if (auto filled = CheckNotEmpty(*sources); !filled) return Failure(filled.error());
  auto config = policy::MergeConfigs(std::move(sources).value());
  if (!config) return Usage(config.error());
  return std::make_shared<const policy::Config>(std::move(config).value());
}

Status<ToolError> ReadConfig(const PolicyOptions& options, const Peer& peer, Sources& sources) {
  if (!options.HasConfig()) {
    if (!options.entry.empty()) return Usage("--entry", "chooses from a --config; none is given");
    return Done{};
  }
  const auto config = LoadConfig(options);
  return config ? TakeOne(**config, options, peer, sources) : Failure(config.error());
}

}  // namespace iscsi_ike::ike::tool
