#include "ike/capi/iscsi_ike.h"

const char* iscsi_ike_status_name(iscsi_ike_status status) {
  switch (status) {
    case ISCSI_IKE_OK:
      return "OK";
    case ISCSI_IKE_OK_NONE:
      return "OK_NONE";
    case ISCSI_IKE_E_INVALID:
      return "E_INVALID";
    case ISCSI_IKE_E_VERSION:
      return "E_VERSION";
    case ISCSI_IKE_E_TOO_SMALL:
      return "E_TOO_SMALL";
    case ISCSI_IKE_E_NO_MEMORY:
      return "E_NO_MEMORY";
    case ISCSI_IKE_E_BROKEN:
      return "E_BROKEN";
    case ISCSI_IKE_E_BUSY:
      return "E_BUSY";
    case ISCSI_IKE_E_RANDOM:
      return "E_RANDOM";
    case ISCSI_IKE_E_SYNTAX:
      return "E_SYNTAX";
    case ISCSI_IKE_E_POLICY:
      return "E_POLICY";
    case ISCSI_IKE_E_UNKNOWN:
      return "E_UNKNOWN";
    case ISCSI_IKE_E_LIMIT:
      return "E_LIMIT";
    case ISCSI_IKE_E_DAMAGED:
      return "E_DAMAGED";
    case ISCSI_IKE_E_CRYPTO:
      return "E_CRYPTO";
    case ISCSI_IKE_E_INTERNAL:
      return "E_INTERNAL";
  }
  return "unknown";
}
