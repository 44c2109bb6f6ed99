#include "policy/security_cache.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

// IdStatus finds the code for an identity that Identity::Make refuses.
HbaStatus IdStatus(std::uint8_t id_type, std::size_t size) {
  switch (id_type) {
    case 1:
    case 5:
      return HbaStatus::kIdIncorrectSize;
    case 2:
    case 3:
      return size == 0 || size > kLongestId ? HbaStatus::kIdIncorrectSize
                                            : HbaStatus::kInvalidParameter;
    default:
      return HbaStatus::kIdTypeNotSupported;
  }
}

Result<Identity, HbaError> MakeIdentity(std::uint8_t id_type, crypto::Octets id,
                                        std::string_view place) {
  Parsed<Identity> identity = Identity::Make(id_type, id, place);
  if (identity) return *std::move(identity);
  return Failure<HbaError>({IdStatus(id_type, id.size()), std::move(identity).error()});
}

Result<crypto::Secret, HbaError> MakeKey(crypto::Octets key, std::string_view place) {
  // One octet more is enough to be refused for.
  key = key.first(std::min(key.size(), kLongestKey + 1));
  Parsed<crypto::Secret> checked = CheckKey(crypto::Secret::CopyOf(key), place);
  if (checked) return *std::move(checked);
  return Failure<HbaError>({HbaStatus::kInvalidParameter, std::move(checked).error()});
}

}  // namespace

SecurityCache::SecurityCache(HbaCapabilities capabilities)
    : capabilities_(std::move(capabilities)) {
  capabilities_.max_entries = std::min(capabilities_.max_entries, kMostCacheEntries);
}

bool SecurityCache::Before(const KeyEntry& entry, std::uint32_t port, const Identity& identity) {
  const IdType type = entry.identity.type();
  const IdType other = identity.type();
  return std::tie(entry.port, type, entry.identity.octets()) <
         std::tie(port, other, identity.octets());
}

bool SecurityCache::TunnelBefore(const TunnelEntry& a, const TunnelEntry& b) {
  if (a.port != b.port) return a.port < b.port;
  const crypto::Octets left = a.destination.octets();
  const crypto::Octets right = b.destination.octets();
  if (left.size() != right.size()) return left.size() < right.size();
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
}

bool SecurityCache::HasPort(std::uint32_t port) const {
  return port == kAllPorts || port < capabilities_.port_count;
}

Status<HbaError> SecurityCache::CheckPort(std::uint32_t port, std::string_view place) const {
  if (HasPort(port)) return Done{};
  return Refuse(HbaStatus::kInvalidPortNumber, Below(place, "PortNumber"),
                "is " + std::to_string(port) + "; the adapter has " +
                    std::to_string(capabilities_.port_count) +
                    " ports, numbered from 0, and 0xffffffff means all");
}

Status<HbaError> SecurityCache::CheckIpsec(std::string_view place) const {
  if (capabilities_.HasIpsec()) return Done{};
  return Refuse(HbaStatus::kRequestNotSupported, std::string(place),
                "the adapter protects neither iSCSI nor iSNS traffic");
}

Status<HbaError> SecurityCache::CheckRoom(std::string_view place) const {
  if (keys_.size() + tunnels_.size() < capabilities_.max_entries) return Done{};
  return Refuse(HbaStatus::kCacheFull, std::string(place),
                "the cache is full with " + std::to_string(capabilities_.max_entries) + " entries");
}

Status<HbaError> SecurityCache::CheckCache(std::string_view place) const {
  if (capabilities_.HasCache()) return Done{};
  return Refuse(HbaStatus::kCacheNotSupported, std::string(place),
                "FunctionalitySupported has neither PRESHARED_KEY_CACHE nor "
                "ISCSI_AUTHENTICATION_CACHE");
}

Status<HbaError> SecurityCache::AddKey(const KeyValues& values, std::string_view place) {
  if (Status<HbaError> ipsec = CheckIpsec(place); !ipsec) return ipsec;
  if (Status<HbaError> port = CheckPort(values.port, place); !port) return port;
  Result<Identity, HbaError> identity = MakeIdentity(values.id_type, values.id, place);
  if (!identity) return Failure(std::move(identity).error());
  Result<crypto::Secret, HbaError> key = MakeKey(values.key, Below(place, "Key"));
  if (!key) return Failure(std::move(key).error());

  const auto at = std::lower_bound(
      keys_.begin(), keys_.end(), *identity,
      [&](const KeyEntry& entry, const Identity& id) { return Before(entry, values.port, id); });
  if (at != keys_.end() && at->port == values.port && at->identity == *identity) {
    at->flags = values.flags;
    at->key = *std::move(key);
    return Done{};
  }
  if (Status<HbaError> room = CheckRoom(place); !room) return room;
  keys_.insert(at, KeyEntry{values.port, *std::move(identity), values.flags, *std::move(key)});
  return Done{};
}

Status<HbaError> SecurityCache::AddTunnel(const TunnelEntry& entry, std::string_view place) {
  if (Status<HbaError> ipsec = CheckIpsec(place); !ipsec) return ipsec;
  if (!capabilities_.Has(HbaFunctionality::kIpsecTunnelMode)) {
    return Refuse(HbaStatus::kRequestNotSupported, std::string(place),
                  "FunctionalitySupported is without IPSEC_TUNNEL_MODE");
  }
  if (Status<HbaError> port = CheckPort(entry.port, place); !port) return port;
  for (const IpAddress* address : {&entry.destination, &entry.outer}) {
    if (!address->IsUnspecified()) continue;
    const bool destination = address == &entry.destination;
    return Refuse(HbaStatus::kInvalidParameter,
                  Below(place, destination ? "DestinationAddress" : "TunnelModeOuterAddress"),
                  "is " + address->ToString() + ", the address of nobody");
  }
  const auto at = std::lower_bound(tunnels_.begin(), tunnels_.end(), entry, TunnelBefore);
  if (at != tunnels_.end() && at->port == entry.port && at->destination == entry.destination) {
    at->outer = entry.outer;
    return Done{};
  }
  if (Status<HbaError> room = CheckRoom(place); !room) return room;
  tunnels_.insert(at, entry);
  return Done{};
}

Status<HbaError> SecurityCache::SetPresharedKeyForId(std::uint32_t port, SecurityFlags flags,
                                                     std::uint8_t id_type, crypto::Octets id,
                                                     crypto::Octets key) {
  Status<HbaError> added = AddKey({port, flags, id_type, id, key}, "SetPresharedKeyForId");
  if (added) guid_ = {};
  return added;
}

Result<SecurityFlags, HbaError> SecurityCache::GetPresharedKeyForId(std::uint32_t port,
                                                                    std::uint8_t id_type,
                                                                    crypto::Octets id) const {
  constexpr std::string_view kPlace = "GetPresharedKeyForId";
  if (Status<HbaError> ipsec = CheckIpsec(kPlace); !ipsec) {
    return Failure(std::move(ipsec).error());
  }
  if (Status<HbaError> known = CheckPort(port, kPlace); !known) {
    return Failure(std::move(known).error());
  }
  Result<Identity, HbaError> identity = MakeIdentity(id_type, id, kPlace);
  if (!identity) return Failure(std::move(identity).error());
  if (const KeyEntry* entry = FindKeyFor(port, *identity)) return entry->flags;
  return Refuse(HbaStatus::kPresharedKeyUnavailable, Below(kPlace, "Id"),
                identity->ToString() + " has no key of its own");
}

Status<HbaError> SecurityCache::SetGroupPresharedKey(crypto::Octets key) {
  if (Status<HbaError> ipsec = CheckIpsec("SetGroupPresharedKey"); !ipsec) return ipsec;
  Result<crypto::Secret, HbaError> checked = MakeKey(key, "SetGroupPresharedKey.Key");
  if (!checked) return Failure(std::move(checked).error());
  group_key_ = *std::move(checked);
  guid_ = {};
  return Done{};
}

Status<HbaError> SecurityCache::SetTunnelModeOuterAddress(std::uint32_t port,
                                                          const IpAddress& destination,
                                                          const IpAddress& outer) {
  Status<HbaError> added = AddTunnel({port, destination, outer}, "SetTunnelModeOuterAddress");
  if (added) guid_ = {};
  return added;
}

Status<HbaError> SecurityCache::ClearCache() {
  if (Status<HbaError> cache = CheckCache("ClearCache"); !cache) return cache;
  keys_.clear();
  tunnels_.clear();
  group_key_.Clear();
  guid_ = {};
  return Done{};
}

Status<HbaError> SecurityCache::SetGenerationalGuid(const GenerationalGuid& guid) {
  if (Status<HbaError> cache = CheckCache("SetGenerationalGuid"); !cache) return cache;
  guid_ = guid;
  return Done{};
}

}  // namespace iscsi_ike::policy
