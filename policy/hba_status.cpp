#include "policy/hba_status.hpp"

namespace iscsi_ike::policy {

std::string_view Name(HbaStatus status) {
  switch (status) {
    case HbaStatus::kSuccess:
      return "success";
    case HbaStatus::kPresharedKeyUnavailable:
      return "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE";
    case HbaStatus::kCacheFull:
      return "ISDSC_HBA_SECURITY_CACHE_FULL";
    case HbaStatus::kInvalidPortNumber:
      return "ISDSC_INVALID_PORT_NUMBER";
    case HbaStatus::kCacheNotSupported:
      return "ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED";
    case HbaStatus::kIdTypeNotSupported:
      return "ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED";
    case HbaStatus::kIdIncorrectSize:
      return "ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE";
    case HbaStatus::kNoTunnelOuterAddress:
      return "ISDSC_NO_TUNNEL_OUTER_MODE_ADDRESS";
    case HbaStatus::kCacheCorrupted:
      return "ISDSC_CACHE_CORRUPTED";
    case HbaStatus::kRequestNotSupported:
      return "ISDSC_REQUEST_NOT_SUPPORTED";
    case HbaStatus::kInvalidParameter:
      return "ISDSC_INVALID_PARAMETER";
  }
  return "?";
}

}  // namespace iscsi_ike::policy
