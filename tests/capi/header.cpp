// The header by itself, in C++: with every warning, and no struct of ours with padding.
#include <iscsi_ike.h>

extern bool HeaderInCpp(const iscsi_ike_child_sa* sa);
bool HeaderInCpp(const iscsi_ike_child_sa* sa) {
  const auto event = ISCSI_IKE_INIT(iscsi_ike_event);
  return ISCSI_IKE_HAS(iscsi_ike_event, &event, failure) &&
         ISCSI_IKE_HAS(iscsi_ike_child_sa, sa, outbound);
}
