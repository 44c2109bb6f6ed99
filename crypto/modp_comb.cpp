#include "crypto/modp_comb.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <vector>

#include "crypto/dh_groups.hpp"
#include "crypto/exhaustion.hpp"
#include "crypto/openssl_ptr.hpp"

namespace iscsi_ike::crypto {
namespace {

// A limb is half of the widest product there is.
#if defined(__SIZEOF_INT128__)
using Limb = std::uint64_t;
__extension__ using Wide = unsigned __int128;
#else
using Limb = std::uint32_t;
using Wide = std::uint64_t;
#endif
using Limbs = std::vector<Limb>;

constexpr unsigned kLimbWidth = 8 * sizeof(Limb);
constexpr unsigned kDigitBits = 5;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr std::size_t kRows = 2;          // digits for each position: what it lacks, squarings do
constexpr unsigned kUsesBeforeComb = 16;  // a table costs what some ten exponentiations cost

// ToLimbs: empty without memory.
Limbs ToLimbs(const BIGNUM* number, std::size_t count) {
  std::vector<std::uint8_t> octets(count * sizeof(Limb));
  if (BN_bn2lebinpad(number, octets.data(), static_cast<int>(octets.size())) < 0) return {};
  Limbs limbs(count);
  for (std::size_t i = 0; i < octets.size(); ++i)
    limbs[i / sizeof(Limb)] |= Limb{octets[i]} << (8 * (i % sizeof(Limb)));
  return limbs;
}

// TakeAway: the sum, with `top` above it, is below 2p: p is taken away where that leaves nothing
// negative.
void TakeAway(Limb* result, const Limb* sum, Limb top, std::span<const Limb> prime) {
  const std::size_t n = prime.size();
  Limb borrow = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const Wide difference = Wide{sum[j]} - prime[j] - borrow;
    result[j] = static_cast<Limb>(difference);
    borrow = static_cast<Limb>(difference >> kLimbWidth) & 1U;
  }
  const Limb keep = 0 - (borrow & (top ^ 1U));
  for (std::size_t j = 0; j < n; ++j) result[j] = (sum[j] & keep) | (result[j] & ~keep);
}

#if defined(__x86_64__)
// AddProduct: sum += a b, n limbs, a multiple of four; the carry is returned. Two chains of carries
// (ADX) run through it at once, which compilers do not write.
// NOLINTNEXTLINE(readability-non-const-parameter): the instructions write there
Limb AddProduct(Limb* sum, const Limb* a, Limb b, std::size_t n) {
  Limb high = 0;
  // clang-format off
  asm volatile(
      "xorl %%r8d, %%r8d\n"  // the limb carried, and both flags
      "1:\n\t"
      "mulxq (%[a]), %%r9, %%r10\n\t"
      "adcxq (%[sum]), %%r9\n\t"
      "adoxq %%r8, %%r9\n\t"
      "movq %%r9, (%[sum])\n\t"
      "mulxq 8(%[a]), %%r9, %%r8\n\t"
      "adcxq 8(%[sum]), %%r9\n\t"
      "adoxq %%r10, %%r9\n\t"
      "movq %%r9, 8(%[sum])\n\t"
      "mulxq 16(%[a]), %%r9, %%r10\n\t"
      "adcxq 16(%[sum]), %%r9\n\t"
      "adoxq %%r8, %%r9\n\t"
      "movq %%r9, 16(%[sum])\n\t"
      "mulxq 24(%[a]), %%r9, %%r8\n\t"
      "adcxq 24(%[sum]), %%r9\n\t"
      "adoxq %%r10, %%r9\n\t"
      "movq %%r9, 24(%[sum])\n\t"
      "leaq 32(%[a]), %[a]\n\t"
      "leaq 32(%[sum]), %[sum]\n\t"
      "leaq -4(%%rcx), %%rcx\n\t"
      "jrcxz 2f\n\t"
      "jmp 1b\n"
      "2:\n\t"
      "movl $0, %%r9d\n\t"
      "adcxq %%r9, %%r8\n\t"
      "adoxq %%r9, %%r8\n\t"
      "movq %%r8, %[high]"
      : [high] "=r"(high), [a] "+r"(a), [sum] "+r"(sum), "+c"(n)
      : "d"(b)
      : "r8", "r9", "r10", "cc", "memory");
  // clang-format on
  return high;
}

// HasAdx: leaf 7 has both BMI2 (MULX) and ADX in EBX.
bool HasAdx() {
  static const bool kHas = [] {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1U << 8U)) != 0 &&
           (b & (1U << 19U)) != 0;
  }();
  return kHas;
}

// MultiplyByAdx is Multiply; `sum` has 2 n limbs.
void MultiplyByAdx(Limb* result, const Limb* a, const Limb* b, std::span<const Limb> prime,
                   Limb* sum) {
  const std::size_t n = prime.size();
  std::fill_n(sum, 2 * n, 0);
  Limb top = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Limb of_product = AddProduct(sum + i, a, b[i], n);
    const Limb of_reduction = AddProduct(sum + i, prime.data(), sum[i], n);
    const Wide last = Wide{of_product} + of_reduction + top;
    sum[i + n] = static_cast<Limb>(last);
    top = static_cast<Limb>(last >> kLimbWidth);
  }
  TakeAway(result, sum + n, top, prime);
}
#else
bool HasAdx() { return false; }
void MultiplyByAdx(Limb*, const Limb*, const Limb*, std::span<const Limb>, Limb*) {}
#endif

// Multiply: a b / 2^(w n) mod p, limbs of w bits, where -1/p mod 2^w is 1: these primes end in 64
// ones. `result` may be a or b; `sum` has 2 n + 1 limbs. Product and reduction go side by side,
// each with a carry of its own, so that neither waits for the other.
void Multiply(Limb* result, const Limb* a, const Limb* b, std::span<const Limb> prime, Limb* sum) {
  const std::size_t n = prime.size();
  std::fill_n(sum, n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const Wide lowest = Wide{a[0]} * b[i] + sum[0];
    const auto quotient = static_cast<Limb>(lowest);
    auto of_product = static_cast<Limb>(lowest >> kLimbWidth);
    Limb of_reduction = quotient;  // quotient + quotient (2^w - 1) is quotient 2^w
    for (std::size_t j = 1; j < n; ++j) {
      const Wide product = Wide{a[j]} * b[i] + sum[j] + of_product;
      of_product = static_cast<Limb>(product >> kLimbWidth);
      const Wide reduced = Wide{quotient} * prime[j] + static_cast<Limb>(product) + of_reduction;
      of_reduction = static_cast<Limb>(reduced >> kLimbWidth);
      sum[j - 1] = static_cast<Limb>(reduced);
    }
    const Wide last = Wide{sum[n]} + of_product + of_reduction;
    sum[n - 1] = static_cast<Limb>(last);
    sum[n] = static_cast<Limb>(last >> kLimbWidth);
  }
  TakeAway(result, sum, sum[n], prime);
}

// Comb: of each position, each limb of 2^(digit 2^(5 * 2 * position)) 2^(w n), digit = 0 .. 31.
struct Comb {
  std::atomic<unsigned> uses = 0;
  std::once_flag once;
  std::atomic<bool> ready = false;
  std::size_t positions = 0;
  Limbs prime;
  Limbs table;

  [[nodiscard]] const Limb* At(std::size_t position) const {
    return &table[position * prime.size() * kDigits];
  }
  [[nodiscard]] bool Make(DhGroup group);  // false: without memory
};

bool Comb::Make(DhGroup group) {
  const Octets octets = ModpPrime(group);
  const std::size_t n = octets.size() / sizeof(Limb);
  const std::size_t digits = (Info(group).private_size * 8 + kDigitBits - 1) / kDigitBits;
  positions = (digits + kRows - 1) / kRows;
  const BignumPtr p(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
  const BignumPtr base(BN_new());
  const BignumPtr entry(BN_new());
  const BnContextPtr context(BN_CTX_new());
  if (!p || !base || !entry || !context || BN_set_word(base.get(), 2) != 1) return false;
  prime = ToLimbs(p.get(), n);
  if (prime.empty()) return false;
  table.resize(positions * n * kDigits);
  for (std::size_t position = 0; position < positions; ++position) {
    bool ok = BN_one(entry.get()) == 1 &&
              BN_lshift(entry.get(), entry.get(), static_cast<int>(kLimbWidth * n)) == 1 &&
              BN_nnmod(entry.get(), entry.get(), p.get(), context.get()) == 1;
    for (std::size_t digit = 0; ok && digit < kDigits; ++digit) {
      const Limbs limbs = ToLimbs(entry.get(), n);
      if (limbs.empty()) return false;
      for (std::size_t i = 0; i < n; ++i) table[(position * n + i) * kDigits + digit] = limbs[i];
      ok = BN_mod_mul(entry.get(), entry.get(), base.get(), p.get(), context.get()) == 1;
    }
    for (std::size_t i = 0; ok && i < kDigitBits * kRows; ++i)
      ok = BN_mod_sqr(base.get(), base.get(), p.get(), context.get()) == 1;
    if (!ok) return false;
  }
  return true;
}

// CombOf: null until there is a table; without memory for one there is none.
const Comb* CombOf(DhGroup group) {
  static std::array<Comb, kModpGroups> combs;
  Comb& comb = combs[ModpIndexOf(group)];
  if (comb.ready) return &comb;
  if (++comb.uses < kUsesBeforeComb) return nullptr;
  std::call_once(comb.once, [&] { comb.ready = comb.Make(group); });
  return comb.ready ? &comb : nullptr;
}

// Pick reads the whole table of a position.
void Pick(Limb* picked, const Comb& comb, std::size_t position, Limb digit) {
  std::array<Limb, kDigits> is{};
  for (std::size_t i = 0; i < kDigits; ++i) {
    const Limb different = digit ^ i;
    is[i] = ((different | (0 - different)) >> (kLimbWidth - 1)) - 1;
  }
  const Limb* entries = comb.At(position);
  for (std::size_t limb = 0; limb < comb.prime.size(); ++limb, entries += kDigits) {
    Limb value = 0;
    for (std::size_t i = 0; i < kDigits; ++i) value |= entries[i] & is[i];
    picked[limb] = value;
  }
}

// DigitAt: the digits of a big-endian key, the lowest is 0; beyond the key they are 0.
Limb DigitAt(Octets key, std::size_t digit) {
  Limb bits = 0;
  const std::size_t first = digit * kDigitBits / 8;
  for (std::size_t i = 0; i < 2; ++i)
    if (first + i < key.size()) bits |= Limb{key[key.size() - 1 - first - i]} << (8 * i);
  return (bits >> (digit * kDigitBits % 8)) & (kDigits - 1);
}

// PowerWork is wiped however a call ends.
struct PowerWork {
  explicit PowerWork(std::size_t n) : limbs(4 * n + 1) {}
  ~PowerWork() {
    Wipe({reinterpret_cast<std::uint8_t*>(limbs.data()),  // NOLINT(*-reinterpret-cast)
          limbs.size() * sizeof(Limb)});
  }
  Limbs limbs;
};

void RaiseBy(const Comb& comb, Octets key, MutableOctets out, CombArithmetic arithmetic) {
  const std::size_t n = comb.prime.size();
  PowerWork work(n);
  Limb* const power = work.limbs.data();
  Limb* const picked = power + n;
  Limb* const sum = picked + n;
  const auto multiply =
      arithmetic == CombArithmetic::kBestThereIs && HasAdx() ? MultiplyByAdx : Multiply;
  for (std::size_t row = kRows; row-- > 0;) {
    for (std::size_t position = 0; position < comb.positions; ++position) {
      const bool first = row + 1 == kRows && position == 0;
      Pick(first ? power : picked, comb, position, DigitAt(key, position * kRows + row));
      if (!first) multiply(power, power, picked, comb.prime, sum);
    }
    for (unsigned bit = 0; row > 0 && bit < kDigitBits; ++bit)
      multiply(power, power, power, comb.prime, sum);
  }
  std::fill_n(picked, n, 0);
  picked[0] = 1;
  multiply(power, power, picked, comb.prime, sum);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[out.size() - 1 - i] =
        static_cast<std::uint8_t>((power[i / sizeof(Limb)] >> (8 * (i % sizeof(Limb)))) & 0xff);
}

}  // namespace

bool RaiseTwoByComb(DhGroup group, Octets key, MutableOctets out, CombArithmetic arithmetic) {
  if (key.size() > Info(group).private_size) return false;
  bool raised = false;
  const auto work = [&] {
    const Comb* const comb = CombOf(group);
    if (comb == nullptr) return;
    RaiseBy(*comb, key, out, arithmetic);
    raised = true;
  };
  return Completes(work) && raised;
}

}  // namespace iscsi_ike::crypto
