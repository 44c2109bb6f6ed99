// What EntrySink takes of a group of portals.
#include <memory>
#include <string>

#include "policy/config_entry.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {

// FinishGroup: the portals are there already, and get the tag of their group.
JsonVerdict EntrySink::FinishGroup() {
  if (!portals_.is_given()) return Missing("Portals");
  const std::size_t count = config_.portals.size() - portals_.first();
  if (portal_count_.value && *portal_count_.value != count) {
    return Problem("PortalCount", "is " + std::to_string(*portal_count_.value) +
                                      ", and Portals has " + std::to_string(count));
  }
  if (!tag_.value) return std::nullopt;
  for (std::size_t i = portals_.first(); i < config_.portals.size(); ++i)
    config_.portals[i].group_tag = static_cast<std::uint16_t>(*tag_.value);
  return std::nullopt;
}

// PortalsField

PortalsField::PortalsField(const ConfigOptions& options, Config& config)
    : options_(options), config_(config) {}

PortalsField::~PortalsField() = default;

JsonVerdict PortalsField::OnArray() {
  if (is_given_) return Broken("is given twice");
  is_given_ = true;
  first_ = config_.portals.size();
  return std::nullopt;
}

JsonSink::Next PortalsField::OnMember(std::string_view name) {
  if (SameName(name, "value")) return this;
  if (SameName(name, "Count")) return nullptr;
  return Failure(JsonProblem{{}, "is no list of portals; " + Wanted()});
}

JsonSink::Next PortalsField::OnElement(std::size_t /*index*/) {
  entry_ = std::make_unique<EntrySink>(EntryKind::kPortal, Dialect::kPowerShell, options_, config_);
  return entry_.get();
}

std::string PortalsField::Wanted() const {
  return "an array of portals is expected (was ConvertTo-Json given enough -Depth?)";
}

}  // namespace iscsi_ike::policy
