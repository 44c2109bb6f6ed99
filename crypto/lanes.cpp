#include "crypto/lanes.hpp"

namespace iscsi_ike::crypto {

bool HasLanes() {
#if defined(ISCSI_IKE_HAS_IFMA)
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
#else
  return false;
#endif
}

}  // namespace iscsi_ike::crypto
