// No struct of iscsi_ike.h that begins with its size has padding at its end: a member that was
// added there later would not change the size, by which callers and libraries of different releases
// know each other. (That there is none inside either is seen by -Wpadded: tests/capi.)
#include <cstddef>

#include "ike/capi/iscsi_ike.h"

#define ISCSI_IKE_ENDS_WITH(type, last)                                    \
  static_assert(offsetof(type, size) == 0);                                \
  static_assert(offsetof(type, last) + sizeof(type::last) == sizeof(type), \
                #type " has padding behind its last member")

// NOLINTBEGIN(bugprone-sizeof-expression): the sizes of pointers are meant
ISCSI_IKE_ENDS_WITH(iscsi_ike_error, rule);
ISCSI_IKE_ENDS_WITH(iscsi_ike_hba_options, encryption);
ISCSI_IKE_ENDS_WITH(iscsi_ike_plan_options, reserved);
ISCSI_IKE_ENDS_WITH(iscsi_ike_plan_info, fingerprint);
ISCSI_IKE_ENDS_WITH(iscsi_ike_reason, text);
ISCSI_IKE_ENDS_WITH(iscsi_ike_engine_options, refusals_per_second);
ISCSI_IKE_ENDS_WITH(iscsi_ike_counters, sessions_withheld);
ISCSI_IKE_ENDS_WITH(iscsi_ike_dh_info, output_size);
ISCSI_IKE_ENDS_WITH(iscsi_ike_phase1, remote_identity);
ISCSI_IKE_ENDS_WITH(iscsi_ike_child_sa, outbound);
ISCSI_IKE_ENDS_WITH(iscsi_ike_failure, text);
ISCSI_IKE_ENDS_WITH(iscsi_ike_event, failure);
// NOLINTEND(bugprone-sizeof-expression)

#undef ISCSI_IKE_ENDS_WITH
