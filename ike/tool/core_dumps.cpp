#include "ike/tool/core_dumps.hpp"

#include <sys/resource.h>

#include <cstdlib>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

namespace iscsi_ike::ike::tool {

void ForbidCoreDumps() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
  if (std::getenv("ISCSI_IKE_CORE_DUMPS") != nullptr) return;
  // Neither can fail for want of a right, and there is nobody to tell yet.
  const rlimit none{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
#if defined(__linux__)
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
#endif
}

}  // namespace iscsi_ike::ike::tool
