// MachineVector: the vector of the processor that a kernel is compiled for.
#pragma once

#if defined(__AVX512IFMA__)
#include "crypto/ifma_vector.hpp"
#else
#include "crypto/plain_vector.hpp"
#endif

namespace iscsi_ike::crypto {

#if defined(__AVX512IFMA__)
using MachineVector = IfmaVector;
#else
using MachineVector = PlainVector;  // never used: HasLanes() is false
#endif

}  // namespace iscsi_ike::crypto
