// FabricSource: all portals of --config and its like, each with its settings as the options have
// them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ike/tool/settings.hpp"
#include "policy/fabric.hpp"

namespace iscsi_ike::ike::tool {

class FabricSource {
 public:
  // Load reads the settings and the key of the options, which outlive it, once.
  [[nodiscard]] static Checked<FabricSource> Load(const Options& options);

  [[nodiscard]] std::size_t size() const { return fabric_.size(); }
  [[nodiscard]] std::string NameOf(std::size_t index) const { return fabric_.NameOf(index); }
  [[nodiscard]] const policy::TargetPortal& portal(std::size_t index) const {
    return fabric_.portal(index);
  }
  // SourcesFor a portal is what ReadSources gives where it is the only one.
  [[nodiscard]] Checked<Sources> SourcesFor(std::size_t index) const;

 private:
  FabricSource(const Options& options, std::shared_ptr<const policy::Config> config,
               std::optional<crypto::Secret> key);

  const Options* options_;
  std::shared_ptr<const policy::Config> config_;
  std::optional<crypto::Secret> key_;  // of the command line
  policy::Fabric fabric_;
};

}  // namespace iscsi_ike::ike::tool
