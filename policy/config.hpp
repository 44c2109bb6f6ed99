// Config: settings as any of the outside forms gives them (config_json.hpp, iscsicli.hpp,
// wmi_binary.hpp, registry_text.hpp), before anything is chosen from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/ip_address.hpp"
#include "policy/preshared_key.hpp"
#include "policy/suites.hpp"
#include "policy/target_portal.hpp"

namespace iscsi_ike::policy {

// TunnelAddress: packets to `destination` go through the security gateway `outer`
// (SetIScsiTunnelModeOuterAddress of iscsidsc.h).
struct TunnelAddress {
  Initiator initiator;
  IpAddress destination;
  IpAddress outer;
};

// Login is one login call (LoginIScsiTarget of iscsidsc.h) with what it passes on. Move-only. At
// most one of `address` and `host` is set; neither: whatever portal the target has.
struct Login {
  std::string target;  // iSCSI name; empty: not told
  std::optional<IpAddress> address;
  std::string host;
  std::optional<std::uint16_t> socket;  // TCP; unset: any that the target has
  Initiator initiator;
  PassedFlags passed;
  crypto::Secret key;  // empty: none passed
};

// ConfigDefaults is what holds where records, portals and logins say nothing.
struct ConfigDefaults {
  std::optional<SecurityFlags> security_bitmap;  // DefaultSecurityBitmap
  std::optional<SuiteSet> suites;
  crypto::Secret group_key;  // empty: none
};

// Config is move-only: it owns keys.
struct Config {
  std::vector<PresharedKey> records;
  std::vector<TargetPortal> portals;
  std::vector<Login> logins;  // in the order of the calls
  std::vector<TunnelAddress> tunnels;
  ConfigDefaults defaults;
};

// IsEmpty: nothing at all is configured.
[[nodiscard]] bool IsEmpty(const Config& config);

// PlacedConfig is what one source gave, and how errors call that source: "--iscsicli: lines.txt".
struct PlacedConfig {
  std::string place;
  Config config;
};

// MergeConfigs takes several sources as one. A record of the same initiator, identity and peer, a
// portal of the same address and socket, an outer address for the same destination, the default
// bitmap, the suites and the group key may come from several sources, and become one: what one
// leaves open the other says. Where they differ the error stands at the later source and names the
// earlier. Within one source everything stays as it is. Logins are calls, and stand one after the
// other.
[[nodiscard]] Parsed<Config> MergeConfigs(std::vector<PlacedConfig> sources);

}  // namespace iscsi_ike::policy
