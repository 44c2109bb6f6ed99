#include "ike/tool/fabric_source.hpp"

#include <utility>

#include "ike/tool/config_inputs.hpp"
#include "ike/tool/config_source.hpp"
#include "ike/tool/key_source.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

FabricSource::FabricSource(const Options& options, std::shared_ptr<const policy::Config> config,
                           std::optional<crypto::Secret> key)
    : options_(&options),
      config_(std::move(config)),
      key_(std::move(key)),
      fabric_(*config_, options.policy.entry, {"--entry", PlacesOf(options.policy)}) {
  for (std::size_t i = 0; i < fabric_.size(); ++i)
    if (fabric_.portal(i).in_isns || !options.policy.inputs.isns.Any()) chosen_.push_back(i);
}

std::string FabricSource::NameOf(std::size_t index) const {
  return policy::Plain(fabric_.NameOf(chosen_[index]));
}

Checked<FabricSource> FabricSource::Load(const Options& options) {
  if (!options.policy.HasConfig())
    return Usage("--all", "is for the portals of a --config or its like; none is given");
  auto config = LoadConfig(options.policy);
  if (!config) return Failure(config.error());
  if ((*config)->portals.empty()) return Usage(PlacesOf(options.policy), "has no portal");
  auto key = ReadKey(options.key);
  if (!key) return Failure(key.error());
  FabricSource source(options, std::move(config).value(), std::move(key).value());
  if (auto record = source.fabric_.Check(); !record) return Usage(record.error());
  Sources probe;  // what is wrong with the options is told once
  if (auto applied = ApplyOptions(options, "", probe); !applied) return Failure(applied.error());
  return source;
}

Checked<Sources> FabricSource::SourcesFor(std::size_t index) const {
  auto found = fabric_.SourcesFor(chosen_[index]);
  if (!found) return Usage(found.error());
  Sources sources;
  static_cast<policy::Sources&>(sources) = std::move(found).value();
  if (!sources.key.empty()) sources.key_place = "the config";
  if (auto applied = ApplyOptions(*options_, "", sources); !applied)
    return Failure(applied.error());
  if (!key_) return sources;
  sources.key_place = "this command line";
  sources.GiveKey(key_->Clone(), false);
  return sources;
}

}  // namespace iscsi_ike::ike::tool
