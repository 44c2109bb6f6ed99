#include "crypto/modp_comb.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <vector>

#include "crypto/dh_groups.hpp"
#include "crypto/openssl_ptr.hpp"

namespace iscsi_ike::crypto {
namespace {

using Limb = std::uint64_t;
__extension__ using Wide = unsigned __int128;
using Limbs = std::vector<Limb>;

constexpr unsigned kLimbBits = 64;
constexpr unsigned kDigitBits = 5;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr std::size_t kRows = 2;           // digits for each position: what it lacks, squarings do
constexpr unsigned kUsesBeforeTable = 16;  // a table costs what some ten exponentiations cost

Limbs ToLimbs(const BIGNUM* number, std::size_t count) {
  std::vector<std::uint8_t> octets(count * sizeof(Limb));
  if (BN_bn2lebinpad(number, octets.data(), static_cast<int>(octets.size())) < 0)
    throw std::bad_alloc();
  Limbs limbs(count);
  for (std::size_t i = 0; i < octets.size(); ++i)
    limbs[i / sizeof(Limb)] |= Limb{octets[i]} << (8 * (i % sizeof(Limb)));
  return limbs;
}

// Multiply: a b / 2^(64 n) mod p, where -1/p mod 2^64 is 1: these primes end in 64 ones. `result`
// may be a or b; `sum` has n + 1 limbs. Product and reduction go side by side, each with a carry of
// its own, so that neither waits for the other.
void Multiply(Limb* result, const Limb* a, const Limb* b, std::span<const Limb> prime, Limb* sum) {
  const std::size_t n = prime.size();
  std::fill_n(sum, n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const Wide lowest = Wide{a[0]} * b[i] + sum[0];
    const auto quotient = static_cast<Limb>(lowest);
    auto of_product = static_cast<Limb>(lowest >> kLimbBits);
    Limb of_reduction = quotient;  // quotient + quotient (2^64 - 1) is quotient 2^64
    for (std::size_t j = 1; j < n; ++j) {
      const Wide product = Wide{a[j]} * b[i] + sum[j] + of_product;
      of_product = static_cast<Limb>(product >> kLimbBits);
      const Wide reduced = Wide{quotient} * prime[j] + static_cast<Limb>(product) + of_reduction;
      of_reduction = static_cast<Limb>(reduced >> kLimbBits);
      sum[j - 1] = static_cast<Limb>(reduced);
    }
    const Wide last = Wide{sum[n]} + of_product + of_reduction;
    sum[n - 1] = static_cast<Limb>(last);
    sum[n] = static_cast<Limb>(last >> kLimbBits);
  }
  // The sum is below 2p: p is taken away where that leaves nothing negative.
  Limb borrow = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const Wide difference = Wide{sum[j]} - prime[j] - borrow;
    result[j] = static_cast<Limb>(difference);
    borrow = static_cast<Limb>(difference >> kLimbBits) & 1U;
  }
  const Limb keep = 0 - (borrow & (sum[n] ^ 1U));
  for (std::size_t j = 0; j < n; ++j) result[j] = (sum[j] & keep) | (result[j] & ~keep);
}

// Comb: of each position, each limb of 2^(digit 2^(5 * 2 * position)) 2^(64 n), digit = 0 .. 31.
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
  void Make(DhGroup group);
};

void Comb::Make(DhGroup group) {
  const Octets octets = ModpPrime(group);
  const std::size_t n = octets.size() / sizeof(Limb);
  const std::size_t digits = (Info(group).private_size * 8 + kDigitBits - 1) / kDigitBits;
  positions = (digits + kRows - 1) / kRows;
  const BignumPtr p(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
  const BignumPtr base(BN_new());
  const BignumPtr entry(BN_new());
  const BnContextPtr context(BN_CTX_new());
  if (!p || !base || !entry || !context || BN_set_word(base.get(), 2) != 1) throw std::bad_alloc();
  prime = ToLimbs(p.get(), n);
  table.resize(positions * n * kDigits);
  for (std::size_t position = 0; position < positions; ++position) {
    bool ok = BN_one(entry.get()) == 1 &&
              BN_lshift(entry.get(), entry.get(), static_cast<int>(kLimbBits * n)) == 1 &&
              BN_nnmod(entry.get(), entry.get(), p.get(), context.get()) == 1;
    for (std::size_t digit = 0; ok && digit < kDigits; ++digit) {
      const Limbs limbs = ToLimbs(entry.get(), n);
      for (std::size_t i = 0; i < n; ++i) table[(position * n + i) * kDigits + digit] = limbs[i];
      ok = BN_mod_mul(entry.get(), entry.get(), base.get(), p.get(), context.get()) == 1;
    }
    for (std::size_t i = 0; ok && i < kDigitBits * kRows; ++i)
      ok = BN_mod_sqr(base.get(), base.get(), p.get(), context.get()) == 1;
    if (!ok) throw std::bad_alloc();
  }
  ready = true;
}

// CombOf: null until there is a table.
const Comb* CombOf(DhGroup group) {
  static std::array<Comb, kModpGroups> combs;
  Comb& comb = combs[ModpIndexOf(group)];
  if (comb.ready) return &comb;
  if (++comb.uses < kUsesBeforeTable) return nullptr;
  std::call_once(comb.once, [&] { comb.Make(group); });
  return &comb;
}

// Pick reads the whole table of a position.
void Pick(Limb* picked, const Comb& comb, std::size_t position, Limb digit) {
  std::array<Limb, kDigits> is{};
  for (std::size_t i = 0; i < kDigits; ++i) {
    const Limb different = digit ^ i;
    is[i] = ((different | (0 - different)) >> 63U) - 1;
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

// Work is wiped however a call ends.
struct Work {
  explicit Work(std::size_t n) : limbs(4 * n + 1) {}
  ~Work() {
    Wipe({reinterpret_cast<std::uint8_t*>(limbs.data()),  // NOLINT(*-reinterpret-cast)
          limbs.size() * sizeof(Limb)});
  }
  Limbs limbs;
};

}  // namespace

bool RaiseTwoByComb(DhGroup group, Octets key, MutableOctets out) try {
  if (key.size() > Info(group).private_size) return false;
  const Comb* const comb = CombOf(group);
  if (comb == nullptr) return false;
  const std::size_t n = comb->prime.size();
  Work work(n);
  Limb* const power = work.limbs.data();
  Limb* const picked = power + n;
  Limb* const sum = picked + n;
  for (std::size_t row = kRows; row-- > 0;) {
    for (std::size_t position = 0; position < comb->positions; ++position) {
      const bool first = row + 1 == kRows && position == 0;
      Pick(first ? power : picked, *comb, position, DigitAt(key, position * kRows + row));
      if (!first) Multiply(power, power, picked, comb->prime, sum);
    }
    for (unsigned bit = 0; row > 0 && bit < kDigitBits; ++bit)
      Multiply(power, power, power, comb->prime, sum);
  }
  std::fill_n(picked, n, 0);
  picked[0] = 1;
  Multiply(power, power, picked, comb->prime, sum);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[out.size() - 1 - i] =
        static_cast<std::uint8_t>((power[i / sizeof(Limb)] >> (8 * (i % sizeof(Limb)))) & 0xff);
  return true;
} catch (const std::bad_alloc&) {
  return false;  // without memory for a table there is none
}

}  // namespace iscsi_ike::crypto
