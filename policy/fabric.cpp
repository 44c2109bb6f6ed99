#include "policy/fabric.hpp"

#include <utility>

#include "policy/address_text.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {

Fabric::Fabric(const Config& config, std::string record, ChoicePlaces places)
    : config_(&config), choice_(config), record_(std::move(record)), places_(std::move(places)) {}

Status<Error> Fabric::Check() const {
  if (record_.empty()) return Done{};
  const auto choice = choice_.Choose(record_, {}, places_);
  if (!choice) return Failure(choice.error());
  return Done{};
}

std::string Fabric::NameOf(std::size_t index) const {
  const TargetPortal& there = portal(index);
  return there.address ? WithPort(*there.address, there.socket)
                       : there.host + ":" + std::to_string(there.socket);
}

Parsed<Sources> Fabric::SourcesFor(std::size_t index) const {
  const TargetPortal& there = portal(index);
  const auto choice = choice_.Choose(record_, {there.address, there.targets}, places_);
  if (!choice) return Failure(choice.error());
  const PresharedKey* const record = *choice;
  if (record != nullptr && record->peer && record->peer != there.address)
    return Reject(places_.record, "is bound to the peer " + record->peer->ToString());
  if (record != nullptr && !record->target.empty() && !there.LeadsTo(record->target))
    return Reject(places_.record, "is for the target " + Quote(record->target));
  Sources sources = SourcesOf(*config_, record, &there, there.address);
  if (record != nullptr) sources.name = choice_.NameOf(*record);
  return sources;
}

}  // namespace iscsi_ike::policy
