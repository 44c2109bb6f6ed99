// HbaCapabilities: what an adapter states that it can do about security, and plans held to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "policy/plan.hpp"

namespace iscsi_ike::policy {

// HbaFunctionality: bits of MSiSCSI_HBAInformation.FunctionalitySupported (iscsimgt.h).
enum class HbaFunctionality : std::uint32_t {
  kPresharedKeyCache = 0x01,
  kAuthenticationCache = 0x02,
  kIpsecTunnelMode = 0x04,
  kChapViaRadius = 0x08,
  kIsnsDiscovery = 0x10,
  kSlpDiscovery = 0x20,
};

// EncryptionType: ISCSI_ENCRYPTION_TYPES (iscsicfg.h). NONE also means no authentication, AES_CTR
// goes with AES-XCBC (ENCRYPTION_TYPES_QUALIFIERS of the driver documentation).
enum class EncryptionType : std::uint32_t { kNone = 0, kTripleDesHmacSha1 = 1, kAesCtr = 2 };

// SecurityCapabilities: MSiSCSI_SecurityCapabilities (iscsicfg.h), member for member.
struct SecurityCapabilities {
  bool protect_iscsi = true;  // ProtectiScsiTraffic
  bool protect_isns = false;  // ProtectiSNSTraffic
  bool certificates = false;  // CertificatesSupported
  // EncryptionAvailable; empty: nothing is stated, and a plan keeps all its suites.
  std::vector<EncryptionType> encryption = {EncryptionType::kTripleDesHmacSha1,
                                            EncryptionType::kAesCtr};
};

// HbaCapabilities. An adapter that protects neither kind of traffic has no IPsec, and refuses
// every key and tunnel address.
struct HbaCapabilities {
  std::uint32_t functionality = 0x05;  // or-ed HbaFunctionality: the key cache and tunnel mode
  SecurityCapabilities security;
  // NumberOfPorts. Ports are numbered from 0 here; the headers leave the first number open.
  std::uint32_t port_count = 1;
  std::size_t max_entries = 64;  // keys by identity and tunnel addresses, taken together

  [[nodiscard]] bool Has(HbaFunctionality bit) const {
    return (functionality & static_cast<std::uint32_t>(bit)) != 0;
  }
  // HasCache: something outlives a restart. The cache methods ask for it.
  [[nodiscard]] bool HasCache() const {
    return Has(HbaFunctionality::kPresharedKeyCache) || Has(HbaFunctionality::kAuthenticationCache);
  }
  [[nodiscard]] bool HasIpsec() const { return security.protect_iscsi || security.protect_isns; }
};

// HoldTo takes out of a plan what the adapter states that it cannot do, with a reason ADAPTER_LACKS
// for each thing; where no iSCSI traffic, no encapsulation or no ESP suite is left, ADAPTER_CANNOT
// rejects the plan. Plans of any outcome but kPlan want nothing. EncryptionAvailable is about ESP
// alone and says nothing of key lengths and ESN; nobody states what phase 1 can do.
void HoldTo(const HbaCapabilities& capabilities, Plan& plan);

}  // namespace iscsi_ike::policy
