#include "ike/capi/iscsi_ike.h"

const char* iscsi_ike_version(void) { return ISCSI_IKE_VERSION; }

uint32_t iscsi_ike_abi(void) { return ISCSI_IKE_ABI; }
