// iscsi_ike_plan: see iscsi_ike.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ike/capi/iscsi_ike.h"
#include "ike/config.hpp"
#include "policy/security_flags.hpp"

struct iscsi_ike_plan {
  iscsi_ike::policy::SecurityFlags word;
  iscsi_ike_role role = ISCSI_IKE_ROLE_INITIATOR;
  std::shared_ptr<const iscsi_ike::ike::PeerConfig> peer;  // the plan is its `plan`
  // Made with it, so that whoever reads them shares nothing that changes.
  std::string text, json;
  std::vector<std::string> phase1, phase2, codes;

  [[nodiscard]] const iscsi_ike::policy::Plan& plan() const { return peer->plan; }
};
