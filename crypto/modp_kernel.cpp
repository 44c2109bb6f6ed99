#include "crypto/modp_kernel.hpp"

#include "crypto/machine_vector.hpp"

namespace iscsi_ike::crypto {
namespace {

using Arithmetic = ModpArithmetic<MachineVector>;

}  // namespace

void RaiseInLanes(const ModpField& field, LaneWord* number, const LaneWord* digits,
                  std::size_t count, LaneWord* work) {
  Arithmetic(field).Raise(number, digits, count, work);
}

void FillCombInLanes(const ModpField& field, LaneWord* comb, std::size_t positions, LaneWord* base,
                     LaneWord* work) {
  Arithmetic(field).FillComb(comb, positions, base, work);
}

void RaiseCombInLanes(const ModpField& field, LaneWord* number, const LaneWord* comb,
                      std::size_t positions, const LaneWord* digits, LaneWord* work) {
  Arithmetic(field).RaiseComb(number, comb, positions, digits, work);
}

}  // namespace iscsi_ike::crypto
