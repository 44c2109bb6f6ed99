// What a negotiation finds in the cache: an entry for the port before one for all ports, a key of
// the identity's own before the group key.
#include <algorithm>

#include "policy/security_cache.hpp"

namespace iscsi_ike::policy {

const SecurityCache::KeyEntry* SecurityCache::FindKey(std::uint32_t port,
                                                      const Identity& identity) const {
  const auto at = std::lower_bound(
      keys_.begin(), keys_.end(), identity,
      [&](const KeyEntry& entry, const Identity& id) { return Before(entry, port, id); });
  const bool found = at != keys_.end() && at->port == port && at->identity == identity;
  return found ? &*at : nullptr;
}

const SecurityCache::KeyEntry* SecurityCache::FindKeyFor(std::uint32_t port,
                                                         const Identity& identity) const {
  const KeyEntry* entry = FindKey(port, identity);
  return entry != nullptr ? entry : FindKey(kAllPorts, identity);
}

std::optional<IpAddress> SecurityCache::TunnelOuter(std::uint32_t port,
                                                    const IpAddress& destination) const {
  if (!HasPort(port)) return std::nullopt;
  for (const std::uint32_t wanted : {port, kAllPorts}) {
    for (const TunnelEntry& entry : tunnels_) {
      if (entry.port == wanted && entry.destination == destination) return entry.outer;
    }
  }
  return std::nullopt;
}

CachedKey SecurityCache::Cached(const KeyEntry& entry, std::uint32_t port,
                                const IpAddress& target) const {
  return {PresharedKey{entry.flags, entry.identity, entry.key.Clone(), {}, target, {}, {}, {}},
          false, TunnelOuter(port, target)};
}

CachedKey SecurityCache::CachedGroup(std::uint32_t port, const IpAddress& target) const {
  return {PresharedKey{{}, {}, group_key_.Clone(), {}, target, {}, {}, {}}, true,
          TunnelOuter(port, target)};
}

std::optional<CachedKey> SecurityCache::Find(std::uint32_t port, const IpAddress& target,
                                             const Identity& own) const {
  if (!HasPort(port)) return std::nullopt;
  if (const KeyEntry* entry = FindKeyFor(port, own)) return Cached(*entry, port, target);
  if (!has_group_key()) return std::nullopt;
  CachedKey group = CachedGroup(port, target);
  group.record.identity = own;
  return group;
}

std::vector<CachedKey> SecurityCache::FindAll(std::uint32_t port, const IpAddress& target) const {
  std::vector<CachedKey> found;
  if (!HasPort(port)) return found;
  // Entries for all ports stand behind those of every port.
  for (const KeyEntry& entry : keys_) {
    if (FindKeyFor(port, entry.identity) == &entry) found.push_back(Cached(entry, port, target));
  }
  if (found.empty() && has_group_key()) found.push_back(CachedGroup(port, target));
  return found;
}

}  // namespace iscsi_ike::policy
