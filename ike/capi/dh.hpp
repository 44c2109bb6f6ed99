// iscsi_ike_dh_job and iscsi_ike_dh_runner: see iscsi_ike.h.
#pragma once

#include <vector>

#include "crypto/dh_batch.hpp"
#include "ike/capi/iscsi_ike.h"

struct iscsi_ike_dh_job {
  iscsi_ike::crypto::DhJob job;
  bool marked = false;  // by a call of iscsi_ike_dh_run that counts its jobs
};

struct iscsi_ike_dh_runner {
  iscsi_ike::crypto::BatchDhExecutor executor;
  std::vector<iscsi_ike::crypto::DhJob> batch;
};
