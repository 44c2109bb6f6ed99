// Settings in JSON. Four forms are known by their look:
//
// 1. What PowerShell's ConvertTo-Json prints for one or more records of the WMI class
//    MSiSCSIInitiator_IKEPresharedKeyAuthenticationInfo (also spelled MSIscsiInitiator_...),
//    with whatever system members stand around the five that count:
//      {"AuthMethod": 1, "SecurityFlags": 39, "IdType": 1, "Id": [192,0,2,1], "key": [115,51]}
// 2. The same for ISCSI_DiscoveredTargetPortal2:
//      {"Address": {"Type": 1, "IpV4Address": 16908480, ...}, "Socket": 3260,
//       "SecurityBitmap": 39, "Key": null, "SymbolicName": "array 1"}
// 3. The same for ISCSI_DiscoveredTargetPortalGroup2, whose portals are of form 2:
//      {"PortalCount": 1, "Tag": 1, "Portals": [{"Address": {...}, "Socket": 3260, ...}]}
// 4. A file of our own, shown whole in tests/golden/config.example.json:
//      {"records":  [{"name": "hba 1", "securityFlags": "VALID|IKE|MAIN|TRANSPORT",
//                     "identity": "fqdn:hba1.example", "key": "text:correct horse", "peer":
//                     "192.0.2.10", "peerIdentity": "fqdn:array.example", "target":
//                     "iqn.2001-04.example:disk", "initiator": "Root\\ISCSIPRT\\0000_0",
//                     "initiatorPort": 0}],
//       "portals":  [{"address": "192.0.2.10", "socket": 3260, "securityBitmap": "0x27",
//                     "key": "hex:00112233", "symbolicName": "array 1", "groupTag": 1,
//                     "passedFlags": "0x27", "requireIpsec": true}],
//       "logins":   [...], "tunnelAddresses": [...] (config_calls.hpp),
//       "defaults": {"securityBitmap": 39, "suite": "rfc7146", "ike": "", "esp": "",
//                    "groupKey": "hex:..."}}
//    Every member but `address` of a portal may be left out (`key` of a record: see
//    ConfigOptions::key_elsewhere). `identity` stands for `idType` and `id`, which may be given
//    instead ("id" as octets, "hex:..." or "text:..."); without either a record's identity is the
//    local address. `peerIdentity` is the one that the peer must show. Unknown members are errors.
//
// Member names are compared without case, and a second member of one name is an error everywhere.
// Octet strings are arrays of numbers. Words may be numbers, "0x27" or names. UTF-8 and UTF-16 are
// read, with or without mark. RFC 8259; Windows headers iscsidsc.h and iscsifnd.h.
#pragma once

#include <string_view>

#include "crypto/secret.hpp"
#include "policy/config.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::policy {

struct ConfigOptions {
  bool ipv4_in_host_order = false;  // see AddressField
  bool key_elsewhere = false;       // a record may have no key: the caller knows where to find one
};

// ParseConfig consumes the octets of a file and wipes them. Errors read "place: path: rule" with
// the path of the member, spelled as that form spells it ("records[1].idType", "[1].IdType"), or
// line and column for what is no JSON, which comes before everything else.
[[nodiscard]] Parsed<Config> ParseConfig(crypto::Secret octets, std::string_view place,
                                         const ConfigOptions& options = {});

}  // namespace iscsi_ike::policy
