// Fabric: all portals of a config, each with what is configured for the way to it.
#pragma once

#include <cstddef>
#include <string>

#include "policy/record_choice.hpp"
#include "policy/settings.hpp"

namespace iscsi_ike::policy {

class Fabric {
 public:
  // The config outlives the fabric, and stays as it is. `record` is taken for every portal, as
  // RecordChoice::Choose has it; empty: whichever fits the portal. Errors stand at `places`.
  Fabric(const Config& config, std::string record, ChoicePlaces places);

  [[nodiscard]] std::size_t size() const { return config_->portals.size(); }
  [[nodiscard]] const TargetPortal& portal(std::size_t index) const {
    return config_->portals[index];
  }
  // Check: the record that is asked for exists.
  [[nodiscard]] Status<Error> Check() const;
  // NameOf a portal: "192.0.2.10:3260", "array.example:3260", "[2001:db8::1]:3260".
  [[nodiscard]] std::string NameOf(std::size_t index) const;
  // SourcesFor a portal. Errors: no record fits it, several do, the one that is asked for is bound
  // to another peer.
  [[nodiscard]] Parsed<Sources> SourcesFor(std::size_t index) const;

 private:
  const Config* config_;
  RecordChoice choice_;
  std::string record_;
  ChoicePlaces places_;
};

}  // namespace iscsi_ike::policy
