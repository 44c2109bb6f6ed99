// The functions of ModpArithmetic as compiled for AVX-512 IFMA: to be called
// only where HasLanes().
#pragma once

#include "crypto/modp_arithmetic.hpp"

namespace iscsi_ike::crypto {

void RaiseInLanes(const ModpField& field, LaneWord* number, const LaneWord* digits,
                  std::size_t count, LaneWord* work);
void FillCombInLanes(const ModpField& field, LaneWord* comb, std::size_t positions, LaneWord* base,
                     LaneWord* work);
void RaiseCombInLanes(const ModpField& field, LaneWord* number, const LaneWord* comb,
                      std::size_t positions, const LaneWord* digits, LaneWord* work);

}  // namespace iscsi_ike::crypto
