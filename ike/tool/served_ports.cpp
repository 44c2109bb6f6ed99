#include "ike/tool/served_ports.hpp"

#include <algorithm>

#include "ike/tool/console.hpp"
#include "ike/tool/served.hpp"

namespace iscsi_ike::ike::tool {

bool NeedPlaces(const policy::Config& config, const ChildOptions& child) {
  if (config.portals.size() < 2) return false;
  return std::ranges::any_of(config.portals, [&](const policy::TargetPortal& portal) {
    return portal.address && (portal.socket != policy::kIscsiPort || !child.target_port.empty());
  });
}

PortalPorts::PortalPorts(const policy::Config& config) {
  for (const policy::TargetPortal& portal : config.portals) {
    if (!portal.address) continue;
    const auto known = ports_.emplace(*portal.address, portal.socket).first;
    if (known->second != portal.socket) known->second = kAnyPort;
  }
  if (config.portals.size() == 1) only_ = config.portals.front().address;
}

void PortalPorts::Aim(const std::optional<policy::IpAddress>& local, Sources& sources) const {
  const auto at = local ? local : only_ ? only_ : sources.portal;
  std::optional<std::uint16_t> port;
  if (at) {
    if (const auto found = ports_.find(*at); found != ports_.end()) port = found->second;
  }
  if (port) {
    sources.target_port = *port;
  } else if (!at || sources.portal != at) {
    sources.target_port = policy::kIscsiPort;
  }
  if (!local) sources.portal = at;
}

void WarnOfNoPortal(const policy::Config& config, const Ends& ends,
                    const std::vector<Served>& served) {
  if (!ends.local || config.portals.size() < 2) return;  // the only one speaks everywhere
  const policy::IpAddress& local = ends.local->address;
  const auto there = [&](const policy::TargetPortal& portal) { return portal.address == local; };
  const auto has_word = [](const Served& one) { return one.settings.word.IsValid(); };
  if (std::ranges::any_of(config.portals, there) || std::ranges::any_of(served, has_word)) return;
  const policy::TargetPortal& first = config.portals.front();
  Warn("--local: no portal of the config is at " + local.ToString() + ", of " +
       std::to_string(config.portals.size()) + "; the first is at " +
       (first.address ? first.address->ToString() : first.host));
}

ChildOptions ServingChild(ChildOptions child, const Served& served) {
  if (!child.target_port.empty() || !child.local_ts.empty()) return child;
  const Ends& ends = served.ends;
  const auto address = ends.local ? std::optional(ends.local->address) : ends.target;
  if (!address || served.tcp_port == policy::kIscsiPort) return child;
  child.local_ts = policy::ToString(policy::Selector{
      *address, static_cast<std::uint8_t>(address->bits()), policy::kProtocolTcp, served.tcp_port});
  return child;
}

}  // namespace iscsi_ike::ike::tool
