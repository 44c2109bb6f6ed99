// iscsi_ike_hba: see iscsi_ike.h.
#pragma once

#include "ike/capi/iscsi_ike.h"
#include "policy/security_cache.hpp"
#include "policy/security_config_wire.hpp"

struct iscsi_ike_hba {
  iscsi_ike::policy::SecurityCache cache;
  iscsi_ike::policy::WmiOptions wmi;
};
