// Memory that cannot be had. With exceptions it is std::bad_alloc, and Diffie-Hellman, which asks
// for most of it, answers for that itself. Without them (ISCSI_IKE_EXCEPTIONS=OFF) operator new
// ends the process before anybody here could answer, and there is nothing to catch.
#pragma once

#include <new>

namespace iscsi_ike::crypto {

// Completes: false when `work` was broken off for want of memory.
template <class Work>
[[nodiscard]] bool Completes(Work work) {
#if defined(__cpp_exceptions)
  try {
    work();
  } catch (const std::bad_alloc&) {
    return false;
  }
#else
  work();
#endif
  return true;
}

}  // namespace iscsi_ike::crypto
