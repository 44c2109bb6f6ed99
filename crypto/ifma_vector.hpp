// IfmaVector: the few operations that arithmetic in lanes is made of, as AVX-512F and IFMA
// instructions. Only for files that are compiled for such machines: nothing here may end up in the
// code of others, so all of it is inlined by force.
#pragma once

#include <immintrin.h>

#include "crypto/lanes.hpp"

namespace iscsi_ike::crypto {
// NOLINTNEXTLINE(google-build-namespaces): what is compiled for these registers is nobody else's
namespace {

struct IfmaVector {
  using Word = __m512i;
  using Mask = __mmask8;

#define ISCSI_IKE_INLINE [[gnu::always_inline]] static inline
  ISCSI_IKE_INLINE Word Load(const LaneWord& word) { return _mm512_load_si512(&word); }
  ISCSI_IKE_INLINE void Store(LaneWord& word, Word value) { _mm512_store_si512(&word, value); }
  ISCSI_IKE_INLINE Word Zero() { return _mm512_setzero_si512(); }
  // All puts one number into every lane.
  ISCSI_IKE_INLINE Word All(std::uint64_t value) {
    return _mm512_set1_epi64(static_cast<long long>(value));
  }
  // AddLow and AddHigh: sum + the low or the high 52 bits of the product of the low 52 bits.
  ISCSI_IKE_INLINE Word AddLow(Word sum, Word a, Word b) {
    return _mm512_madd52lo_epu64(sum, a, b);
  }
  ISCSI_IKE_INLINE Word AddHigh(Word sum, Word a, Word b) {
    return _mm512_madd52hi_epu64(sum, a, b);
  }
  ISCSI_IKE_INLINE Word Add(Word a, Word b) { return _mm512_add_epi64(a, b); }
  ISCSI_IKE_INLINE Word Subtract(Word a, Word b) { return _mm512_sub_epi64(a, b); }
  ISCSI_IKE_INLINE Word And(Word a, Word b) { return _mm512_and_si512(a, b); }
  template <unsigned kBits>
  ISCSI_IKE_INLINE Word Left(Word a) {
    return _mm512_slli_epi64(a, kBits);
  }
  template <unsigned kBits>
  ISCSI_IKE_INLINE Word Right(Word a) {
    return _mm512_srli_epi64(a, kBits);
  }
  ISCSI_IKE_INLINE Mask Equal(Word a, Word b) { return _mm512_cmpeq_epi64_mask(a, b); }
  // Select: `yes` where the mask is set.
  ISCSI_IKE_INLINE Word Select(Mask mask, Word yes, Word no) {
    return _mm512_mask_blend_epi64(mask, no, yes);
  }
  // Pick32 gives each lane the entry of its index (below 32); every entry is read.
  ISCSI_IKE_INLINE Word Pick32(const LaneWord* entries, Word index) {
    const Word low = _mm512_permutex2var_epi64(Load(entries[0]), index, Load(entries[1]));
    const Word high = _mm512_permutex2var_epi64(Load(entries[2]), index, Load(entries[3]));
    return Select(_mm512_test_epi64_mask(index, All(16)), high, low);
  }
#undef ISCSI_IKE_INLINE
};

}  // namespace
}  // namespace iscsi_ike::crypto
