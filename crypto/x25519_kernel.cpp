#include "crypto/x25519_kernel.hpp"

#include "crypto/machine_vector.hpp"

namespace iscsi_ike::crypto {

void LadderInLanes(LaneWord* u, const LaneWord* bits) {
  X25519Arithmetic<MachineVector>::Ladder(u, bits);
}

}  // namespace iscsi_ike::crypto
