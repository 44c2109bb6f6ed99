// Buffers: octets for the caller, as iscsi_ike.h has it under Buffers.
#pragma once

#include <cstddef>
#include <cstring>

#include "ike/capi/iscsi_ike.h"

namespace iscsi_ike::capi {

// WriteOctets fills the caller's buffer, or tells how much room is needed.
[[nodiscard]] inline iscsi_ike_status WriteOctets(const void* data, std::size_t needed,
                                                  void* buffer, std::size_t* size) {
  if (size == nullptr || (buffer == nullptr && *size != 0)) return ISCSI_IKE_E_INVALID;
  const std::size_t room = *size;
  *size = needed;
  if (room < needed) return ISCSI_IKE_E_TOO_SMALL;
  if (needed != 0) std::memcpy(buffer, data, needed);
  return ISCSI_IKE_OK;
}

}  // namespace iscsi_ike::capi
