// SecurityCache: the security settings that an HBA holds, as its driver is given them: the typed
// form of WMI class MSiSCSI_SecurityConfigOperations (iscsiop.h). Keys go in and never come out
// but to a negotiation.
//
// What the headers and the driver documentation leave open is decided here:
//   ports         are 0 to port_count - 1; kAllPorts is an entry of its own, and gives way to one
//                 for the port, for keys and for tunnel addresses alike.
//   replacing     the same port and identity (octet for octet), or the same port and destination,
//                 set again replace what was there; this works in a full cache too.
//   removing      nothing removes one entry. An empty key is refused and not a wish to delete: the
//                 group key would silently take its place. ClearCache, then push the rest again, as
//                 the service does whenever the marker differs.
//   no cache bit  without PRESHARED_KEY_CACHE and ISCSI_AUTHENTICATION_CACHE the adapter still
//                 takes keys, into working memory; ClearCache, SetGenerationalGuid, Save and
//                 Restore are refused.
//   ClearCache    wipes all keys and drops the tunnel addresses, which belong to the same cached
//                 data (CACHE_CORRUPTED is about them too).
// A refused call changes nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/cached_key.hpp"
#include "policy/hba_capabilities.hpp"
#include "policy/hba_status.hpp"
#include "policy/identity.hpp"
#include "policy/initiator.hpp"
#include "policy/ip_address.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::policy {

inline constexpr std::size_t kMostCacheEntries = 0x1000;  // whatever the capabilities say

using GenerationalGuid = std::array<std::uint8_t, 16>;

// SecurityCache is move-only. Every method names its member in errors, "SetGroupPresharedKey.Key".
class SecurityCache {
 public:
  // More than kMostCacheEntries as max_entries counts as that.
  explicit SecurityCache(HbaCapabilities capabilities);

  // Method 1. `id` goes into the identification payload of phase 1; identities are those of
  // Identity::Make. The word is kept as it is, reserved bits included. `key` has 1 to kLongestKey
  // octets and is copied; wiping the caller's is the caller's. Errors: kRequestNotSupported without
  // IPsec, kInvalidPortNumber, kIdTypeNotSupported, kIdIncorrectSize, kInvalidParameter (a
  // malformed name; the key), kCacheFull.
  Status<HbaError> SetPresharedKeyForId(std::uint32_t port, SecurityFlags flags,
                                        std::uint8_t id_type, crypto::Octets id,
                                        crypto::Octets key);

  // Method 2 tells whether an identity has a key of its own, by giving its word; never the key. The
  // group key does not count. For kAllPorts only the entry for all ports does. Errors: those of
  // method 1 about port and identity; kPresharedKeyUnavailable.
  [[nodiscard]] Result<SecurityFlags, HbaError> GetPresharedKeyForId(std::uint32_t port,
                                                                     std::uint8_t id_type,
                                                                     crypto::Octets id) const;

  // Method 3: the key of every identity that has none of its own. Errors: kRequestNotSupported,
  // kInvalidParameter (the key).
  Status<HbaError> SetGroupPresharedKey(crypto::Octets key);

  // Method 4: `outer` is the security gateway for packets to `destination` through the port.
  // Errors: kRequestNotSupported without IPSEC_TUNNEL_MODE or IPsec, kInvalidPortNumber,
  // kInvalidParameter (0.0.0.0 or ::), kCacheFull.
  Status<HbaError> SetTunnelModeOuterAddress(std::uint32_t port, const IpAddress& destination,
                                             const IpAddress& outer);

  // Method 5. Error: kCacheNotSupported.
  Status<HbaError> ClearCache();

  // Method 6 sets the marker by which the service knows after a restart whether the adapter still
  // has what it pushed. Error: kCacheNotSupported.
  Status<HbaError> SetGenerationalGuid(const GenerationalGuid& guid);

  // The marker. To change it is the service's part, after every change of the cache; so that a
  // service that stops in between does not find its old marker on a changed cache, each success of
  // the methods 1, 3, 4 and 5 sets it to zero, which means none: the service pushes everything
  // again. Same contents or other ones, the marker does not tell: it is no way to guess a key.
  [[nodiscard]] const GenerationalGuid& generational_guid() const { return guid_; }

  [[nodiscard]] const HbaCapabilities& capabilities() const { return capabilities_; }
  [[nodiscard]] std::size_t key_count() const { return keys_.size(); }
  [[nodiscard]] std::size_t tunnel_count() const { return tunnels_.size(); }
  [[nodiscard]] bool has_group_key() const { return !group_key_.empty(); }

  // Find gives what a negotiation through `port` with `target` as `own` needs: the key of that
  // identity, else the group key; nullopt when there is neither, and for a port that is not there.
  [[nodiscard]] std::optional<CachedKey> Find(std::uint32_t port, const IpAddress& target,
                                              const Identity& own) const;
  // FindAll is for who has no identity in mind: every identity that has a key for the port, those
  // of the port itself first, else in order of type and octets. Without any, the group key alone,
  // without identity.
  [[nodiscard]] std::vector<CachedKey> FindAll(std::uint32_t port, const IpAddress& target) const;
  [[nodiscard]] std::optional<IpAddress> TunnelOuter(std::uint32_t port,
                                                     const IpAddress& destination) const;

  // Save puts everything, marker included, into a sealed box (crypto/sealed_box.hpp) under a key of
  // 32 octets that the host keeps elsewhere. The same contents under the same key make the same
  // box. Errors: kCacheNotSupported, kInvalidParameter (the key).
  [[nodiscard]] Result<std::vector<std::uint8_t>, HbaError> Save(crypto::Octets seal_key) const;
  // Restore opens a box and checks it all again. Errors: those of Save; kCacheCorrupted for a box
  // that was changed, sealed under another key, of another version or not as Save writes;
  // kInvalidPortNumber, kCacheFull and kRequestNotSupported for contents that these capabilities
  // have no place for. An old box opens like a new one: its marker tells the service.
  [[nodiscard]] static Result<SecurityCache, HbaError> Restore(crypto::Octets seal_key,
                                                               crypto::Octets box,
                                                               HbaCapabilities capabilities);

 private:
  struct KeyEntry {
    std::uint32_t port;
    Identity identity;
    SecurityFlags flags;
    crypto::Secret key;
  };
  struct TunnelEntry {
    std::uint32_t port;
    IpAddress destination;
    IpAddress outer;
  };
  struct KeyValues {
    std::uint32_t port = 0;
    SecurityFlags flags;
    std::uint8_t id_type = 0;
    crypto::Octets id;
    crypto::Octets key;
  };
  class Unpacker;

  static bool Before(const KeyEntry& entry, std::uint32_t port, const Identity& identity);
  static bool TunnelBefore(const TunnelEntry& a, const TunnelEntry& b);
  [[nodiscard]] const KeyEntry* FindKey(std::uint32_t port, const Identity& identity) const;
  [[nodiscard]] const KeyEntry* FindKeyFor(std::uint32_t port, const Identity& identity) const;
  [[nodiscard]] CachedKey Cached(const KeyEntry& entry, std::uint32_t port,
                                 const IpAddress& target) const;
  [[nodiscard]] CachedKey CachedGroup(std::uint32_t port, const IpAddress& target) const;
  [[nodiscard]] bool HasPort(std::uint32_t port) const;
  [[nodiscard]] Status<HbaError> CheckPort(std::uint32_t port, std::string_view place) const;
  [[nodiscard]] Status<HbaError> CheckIpsec(std::string_view place) const;
  [[nodiscard]] Status<HbaError> CheckRoom(std::string_view place) const;
  [[nodiscard]] Status<HbaError> CheckCache(std::string_view place) const;

  Status<HbaError> AddKey(const KeyValues& values, std::string_view place);
  Status<HbaError> AddTunnel(const TunnelEntry& entry, std::string_view place);

  [[nodiscard]] crypto::Secret Packed() const;

  HbaCapabilities capabilities_;
  std::vector<KeyEntry> keys_;        // ascending by port, type and octets of the identity
  std::vector<TunnelEntry> tunnels_;  // ascending by port and destination, IPv4 first
  crypto::Secret group_key_;          // empty: none
  GenerationalGuid guid_{};           // zero: none
};

}  // namespace iscsi_ike::policy
