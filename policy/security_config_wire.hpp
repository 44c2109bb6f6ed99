// MSiSCSI_SecurityConfigOperations as octets: the IN and OUT structures of its methods as iscsiop.h
// lays them out for the C compilers of Windows. Numbers have the least significant octet first,
// whatever the machine. Offset and size in octets:
//
//   1 SetPresharedKeyForId_IN       PortNumber 0, 4      2 GetPresharedKeyForId_IN  PortNumber 0, 4
//                                   SecurityFlags 8, 8                              IdType     4, 1
//                                   IdType 16, 1                                    IdSize     8, 4
//                                   IdSize 20, 4                                    Id        12
//                                   KeySize 24, 4
//                                   Id 28               3 SetGroupPresharedKey_IN   KeySize    0, 4
//                                   Key right behind                                Key        4
//
//   4 SetTunnelModeOuterAddress_IN  PortNumber 0, 4; DestinationAddress 4, 548;
//                                   TunnelModeOuterAddress 552, 548
//   5 ClearCache                    nothing
//   6 SetGenerationalGuid_IN        GenerationalGuid 0, 16
//
//   ISCSI_IP_Address                Type 0, 4; IpV4Address 4, 4; IpV6Address 8, 16;
//                                   IpV6FlowInfo 24, 4; IpV6ScopeId 28, 4; TextAddress 32, 514
//                                   and 2 to fill up
//   OUT                             Status 0, 4; method 2 also SecurityFlags 8, 8, 16 in all
//
// An address counts by its Type alone: TEXT 0, IPV4 1, IPV6 2, EMPTY 3. TextAddress is a counted
// string of WMI, octets of text in its first unit, and ends at a U+0000 before that. It holds a
// literal: nobody here resolves names, so a driver reports RequiresBinaryIpAddresses. IpV6FlowInfo
// is passed over; an IpV6ScopeId is refused, for no selector has a place for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/hba_capabilities.hpp"
#include "policy/hba_status.hpp"
#include "policy/security_cache.hpp"
#include "policy/security_config_in.hpp"

namespace iscsi_ike::policy {

// The class: 391f3325-0ba3-4083-a861-cf4f6f97a527, one instance, by the name of the PDO.
enum class SecurityMethod : std::uint32_t {
  kSetPresharedKeyForId = 1,
  kGetPresharedKeyForId = 2,
  kSetGroupPresharedKey = 3,
  kSetTunnelModeOuterAddress = 4,
  kClearCache = 5,
  kSetGenerationalGuid = 6,
};

// WmiAnswer: `out` is the OUT structure, with the status in it too; empty for an unknown method.
// `error` is unset on success only, and never holds octets of a key.
struct WmiAnswer {
  HbaStatus status = HbaStatus::kSuccess;
  std::vector<std::uint8_t> out;
  std::optional<Error> error;
};

// Invoke runs one method on its IN structure. Octets that do not make up the structure, sizes that
// reach past `in` or past what a key or an identity may have, are refused and change nothing:
// kIdIncorrectSize for an IdSize past kLongestId, else kInvalidParameter; kRequestNotSupported for
// a name as address and for a method of another number; then as the method itself. Keys are copied
// out of `in`, which is the caller's to wipe.
[[nodiscard]] WmiAnswer Invoke(SecurityCache& cache, std::uint32_t method_id, crypto::Octets in,
                               const WmiOptions& options = {});

// WriteSecurityCapabilities gives MSiSCSI_SecurityCapabilities (iscsicfg.h) for the driver's
// answer: three booleans 0, 1 and 2; EncryptionAvailableCount 4, 4; EncryptionAvailable 8, 4 each.
[[nodiscard]] std::vector<std::uint8_t> WriteSecurityCapabilities(
    const SecurityCapabilities& security);

}  // namespace iscsi_ike::policy
