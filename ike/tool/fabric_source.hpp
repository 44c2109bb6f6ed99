// FabricSource: all portals of --config and its like, each with its settings as the options have
// them. With --isns those alone that the server has named.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/tool/settings.hpp"
#include "policy/fabric.hpp"

namespace iscsi_ike::ike::tool {

class FabricSource {
 public:
  // Load reads the settings and the key of the options, which outlive it, once.
  [[nodiscard]] static Checked<FabricSource> Load(const Options& options);

  [[nodiscard]] std::size_t size() const { return chosen_.size(); }
  // NameOf is fit for a terminal.
  [[nodiscard]] std::string NameOf(std::size_t index) const;
  [[nodiscard]] const policy::TargetPortal& portal(std::size_t index) const {
    return fabric_.portal(chosen_[index]);
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
  std::vector<std::size_t> chosen_;  // of the fabric
};

}  // namespace iscsi_ike::ike::tool
