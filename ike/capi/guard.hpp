// Guard: the one place where exceptions, and with them failed allocations, turn into a status.
#pragma once

#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "ike/capi/iscsi_ike.h"

namespace iscsi_ike::capi {

// Guarded returns what `call()` returns, or the status that stands for what it threw. Where the
// library is built without exceptions, failed allocations end the process as in any such program.
template <class Call>
iscsi_ike_status Guarded(Call&& call) noexcept {
#if defined(__cpp_exceptions)
  try {
    return std::forward<Call>(call)();
  } catch (const std::bad_alloc&) {
    return ISCSI_IKE_E_NO_MEMORY;
  } catch (...) {
    return ISCSI_IKE_E_INTERNAL;
  }
#else
  return std::forward<Call>(call)();
#endif
}

}  // namespace iscsi_ike::capi
