// X25519Arithmetic as compiled for AVX-512 IFMA: to be called only where HasLanes().
#pragma once

#include "crypto/x25519_arithmetic.hpp"

namespace iscsi_ike::crypto {

void LadderInLanes(LaneWord* u, const LaneWord* bits);

}  // namespace iscsi_ike::crypto
