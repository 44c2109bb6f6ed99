/* The header by itself, in C: with every warning, and no struct of ours with padding. */
#include <iscsi_ike.h>

/* Its initialiser and its macros are C too. */
extern int iscsi_ike_header_in_c(const iscsi_ike_child_sa* sa);
int iscsi_ike_header_in_c(const iscsi_ike_child_sa* sa) {
  const iscsi_ike_event event = ISCSI_IKE_INIT(iscsi_ike_event);
  return ISCSI_IKE_HAS(iscsi_ike_event, &event, failure) &&
         ISCSI_IKE_HAS(iscsi_ike_child_sa, sa, outbound);
}
