#include "policy/fabric.hpp"

#include <utility>

namespace iscsi_ike::policy {

Fabric::Fabric(const Config& config, std::string record, ChoicePlaces places)
    : config_(&config), choice_(config), record_(std::move(record)), places_(std::move(places)) {}

Status<Error> Fabric::Check() const {
  if (record_.empty()) return Done{};
  const auto choice = choice_.Choose(record_, std::nullopt, places_);
  if (!choice) return Failure(choice.error());
  return Done{};
}

std::string Fabric::NameOf(std::size_t index) const {
  const TargetPortal& there = portal(index);
  const std::string port = ":" + std::to_string(there.socket);
  if (!there.address) return there.host + port;
  const std::string address = there.address->ToString();
  return (there.address->is_v6() ? "[" + address + "]" : address) + port;
}

Parsed<Sources> Fabric::SourcesFor(std::size_t index) const {
  const TargetPortal& there = portal(index);
  const auto choice = choice_.Choose(record_, there.address, places_);
  if (!choice) return Failure(choice.error());
  const PresharedKey* const record = *choice;
  if (record != nullptr && record->peer && record->peer != there.address)
    return Reject(places_.record, "is bound to the peer " + record->peer->ToString());
  Sources sources = SourcesOf(*config_, record, &there, there.address);
  if (record != nullptr) sources.name = choice_.NameOf(*record);
  return sources;
}

}  // namespace iscsi_ike::policy
