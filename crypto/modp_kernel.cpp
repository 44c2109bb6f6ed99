#include "crypto/modp_kernel.hpp"

#if defined(__AVX512IFMA__)
#include "crypto/ifma_vector.hpp"
#else
#include "crypto/plain_vector.hpp"
#endif

namespace iscsi_ike::crypto {
namespace {

#if defined(__AVX512IFMA__)
using Arithmetic = ModpArithmetic<IfmaVector>;
#else
using Arithmetic = ModpArithmetic<PlainVector>;  // never called: HasLanes() is false
#endif

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
