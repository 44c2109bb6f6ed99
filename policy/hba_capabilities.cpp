#include "policy/hba_capabilities.hpp"

#include <algorithm>

namespace iscsi_ike::policy {
namespace {

bool Covers(EncryptionType type, const EspSuite& suite) {
  switch (type) {
    case EncryptionType::kNone:
      return false;
    case EncryptionType::kTripleDesHmacSha1:
      return suite.cipher == EspCipher::kTripleDesCbc && suite.auth == EspAuth::kHmacSha1_96;
    case EncryptionType::kAesCtr:
      return suite.cipher == EspCipher::kAesCtr && suite.auth == EspAuth::kAesXcbc96;
  }
  return false;
}

bool CanDo(const SecurityCapabilities& security, const EspSuite& suite) {
  return std::any_of(security.encryption.begin(), security.encryption.end(),
                     [&](EncryptionType type) { return Covers(type, suite); });
}

}  // namespace

Abilities CheckAbilities(const Plan& plan, const HbaCapabilities& capabilities) {
  Abilities result;
  if (plan.outcome != Outcome::kPlan) return result;
  if (!capabilities.security.protect_iscsi) {
    result.lacks.push_back({"ProtectiScsiTraffic", "is false; the plan protects iSCSI traffic"});
    result.usable = false;
  }
  std::size_t encapsulations = plan.encapsulations.size();
  if (!capabilities.Has(HbaFunctionality::kIpsecTunnelMode)) {
    const auto tunnels = static_cast<std::size_t>(
        std::count(plan.encapsulations.begin(), plan.encapsulations.end(), Encapsulation::kTunnel));
    encapsulations -= tunnels;
    if (tunnels != 0) {
      result.lacks.push_back(
          {"FunctionalitySupported", "is without IPSEC_TUNNEL_MODE; the plan has tunnel mode"});
    }
  }
  std::size_t suites = plan.phase2.size();
  for (const EspSuite& suite : plan.phase2) {
    if (CanDo(capabilities.security, suite)) continue;
    result.lacks.push_back({"EncryptionAvailable", "is without ESP " + ToString(suite)});
    --suites;
  }
  if (encapsulations == 0 || suites == 0) result.usable = false;
  return result;
}

}  // namespace iscsi_ike::policy
