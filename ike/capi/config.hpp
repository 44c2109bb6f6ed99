// iscsi_ike_config: see iscsi_ike.h.
#pragma once

#include "ike/capi/iscsi_ike.h"
#include "policy/config_json.hpp"

struct iscsi_ike_config {
  iscsi_ike::policy::Config config;
};
