// Translation: one run of the translator, shared by its rules. Not for use outside Translate().
#pragma once

#include <string_view>

#include "policy/reason.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy {

struct Translation {
  const TranslateRequest& request;
  Plan plan;

  void Say(ReasonCode code, std::string_view detail = {}) {
    plan.reasons.push_back(MakeReason(code, detail));
  }
  [[nodiscard]] bool Has(SecurityFlag flag) const { return request.word.Has(flag); }
  [[nodiscard]] bool IsInitiator() const { return request.role == Role::kInitiator; }
  [[nodiscard]] bool HasDynamicAddress() const {
    return request.own_address_dynamic || request.peer_address_dynamic;
  }
  [[nodiscard]] bool HasName() const {
    return request.identity.has_value() && !request.identity->IsAddress();
  }
  [[nodiscard]] bool Plans(ExchangeMode mode) const;
  [[nodiscard]] bool Plans(Encapsulation mode) const;
};

// Cross-checks (translate_checks.cpp), in the order in which they run.
void CheckMainModeKey(Translation& run);         // row 10
void CheckMainModeAddresses(Translation& run);   // rows 10 and RFC 3723 section 2.3.3
void CheckAggressiveIdentity(Translation& run);  // row 11
void CheckIdentity(Translation& run);            // row 11
void CheckTunnelAddress(Translation& run);       // row 9
void CheckSuites(Translation& run);

}  // namespace iscsi_ike::policy
