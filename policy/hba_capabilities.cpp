#include "policy/hba_capabilities.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "policy/reason.hpp"

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

void Lack(Plan& plan, std::string_view member, const std::string& rule) {
  plan.reasons.push_back(MakeReason(ReasonCode::kAdapterLacks, std::string(member) + ": " + rule));
}

// HoldToTunnelMode: without it none is offered, and none accepted from a peer that offers it.
void HoldToTunnelMode(const HbaCapabilities& capabilities, Plan& plan) {
  if (capabilities.Has(HbaFunctionality::kIpsecTunnelMode)) return;
  const bool accepts = Contains(plan.reasons, ReasonCode::kOtherEncapsulationAccepted);
  if (std::erase(plan.encapsulations, Encapsulation::kTunnel) != 0) {
    Lack(plan, "FunctionalitySupported", "is without IPSEC_TUNNEL_MODE; the plan has tunnel mode");
  } else if (accepts) {
    Lack(plan, "FunctionalitySupported",
         "is without IPSEC_TUNNEL_MODE; an offer of tunnel mode is refused");
  }
  plan.accept_other_encapsulation = false;
}

void HoldToEncryption(const SecurityCapabilities& security, Plan& plan) {
  if (security.encryption.empty()) return;
  std::erase_if(plan.phase2, [&](const EspSuite& suite) {
    if (CanDo(security, suite)) return false;
    Lack(plan, "EncryptionAvailable", "is without ESP " + ToString(suite));
    return true;
  });
}

}  // namespace

void HoldTo(const HbaCapabilities& capabilities, Plan& plan) {
  if (plan.outcome != Outcome::kPlan) return;
  const bool protects = capabilities.security.protect_iscsi;
  if (!protects) Lack(plan, "ProtectiScsiTraffic", "is false; the plan protects iSCSI traffic");
  HoldToTunnelMode(capabilities, plan);
  HoldToEncryption(capabilities.security, plan);
  if (protects && !plan.encapsulations.empty() && !plan.phase2.empty()) return;
  Plan rejected;
  rejected.outcome = Outcome::kRejected;
  rejected.reasons = std::move(plan.reasons);
  rejected.reasons.push_back(MakeReason(ReasonCode::kAdapterCannot));
  plan = std::move(rejected);
}

}  // namespace iscsi_ike::policy
