#include "crypto/modp_lanes.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "crypto/dh_groups.hpp"
#include "crypto/lane_limbs.hpp"
#include "crypto/modp_kernel.hpp"
#include "crypto/openssl_ptr.hpp"

namespace iscsi_ike::crypto {
namespace {

std::size_t LimbsOf(std::size_t prime_size) {
  const std::size_t limbs = (prime_size * 8 + 2 + kLimbBits - 1) / kLimbBits;  // R > 4p
  return (limbs + kTile - 1) / kTile * kTile;
}

std::vector<std::uint64_t> ToLimbs(Octets number, std::size_t limbs) {
  std::vector<LaneWord> words(limbs);
  PutNumber(words, 0, kLimbBits, number);
  std::vector<std::uint64_t> values;
  for (const LaneWord& word : words) values.push_back(word.lane[0]);
  return values;
}

// SquareOfR is R^2 mod p, big-endian; empty without memory.
std::vector<std::uint8_t> SquareOfR(Octets prime, std::size_t limbs) {
  const BignumPtr p(BN_bin2bn(prime.data(), static_cast<int>(prime.size()), nullptr));
  const BignumPtr square(BN_new());
  const BnContextPtr context(BN_CTX_new());
  std::vector<std::uint8_t> octets(prime.size());
  if (!p || !square || !context ||
      BN_set_bit(square.get(), static_cast<int>(limbs * 2 * kLimbBits)) != 1 ||
      BN_mod(square.get(), square.get(), p.get(), context.get()) != 1 ||
      BN_bn2binpad(square.get(), octets.data(), static_cast<int>(octets.size())) < 0)
    return {};
  return octets;
}

std::size_t DigitCount(std::size_t key_octets, unsigned bits) {
  return (key_octets * 8 + bits - 1) / bits;
}

constexpr std::size_t kUsesBeforeLaneComb = 16;  // a table costs what some ten exponentiations cost

// LaneComb is the table of 2 in one group, for keys as long as MakePrivateKey draws them.
struct LaneComb {
  std::atomic<std::size_t> uses = 0;
  std::once_flag once;
  std::size_t positions = 0;
  std::vector<LaneWord> words;
};

LaneComb& LaneCombOf(DhGroup group) {
  static std::array<LaneComb, kModpGroups> combs;
  return combs[ModpIndexOf(group)];
}

void FillComb(LaneComb& comb, const ModpField& field, std::size_t key_octets) {
  comb.positions = (DigitCount(key_octets, kCombBits) + kCombRows - 1) / kCombRows;
  comb.words.resize(CombSize(field.limbs, comb.positions));
  std::vector<LaneWord> work(CombWork(field.limbs) + field.limbs);
  LaneWord* const base = &work[CombWork(field.limbs)];
  std::fill_n(base->lane, kLanes, 2);
  FillCombInLanes(field, comb.words.data(), comb.positions, base, work.data());
}

std::size_t LongestKey(std::span<const ModpLanes::Lane> lanes) {
  std::size_t longest = 1;
  for (const auto& lane : lanes) longest = std::max(longest, lane.key.size());
  return longest;
}

// WipeOnReturn clears the work space however a call ends.
struct WipeOnReturn {
  std::span<LaneWord> words;
  ~WipeOnReturn() {
    Wipe({reinterpret_cast<std::uint8_t*>(words.data()),  // NOLINT(*-reinterpret-cast)
          words.size_bytes()});
  }
};

}  // namespace

struct ModpLanes::Field {
  std::vector<std::uint64_t> prime;
  std::vector<std::uint64_t> square;

  Field(Octets octets, Octets square_of_r)
      : prime(ToLimbs(octets, LimbsOf(octets.size()))),
        square(ToLimbs(square_of_r, prime.size())) {}
  [[nodiscard]] ModpField Limbs() const { return {prime.data(), square.data(), prime.size()}; }
};

ModpLanes::ModpLanes() = default;
ModpLanes::~ModpLanes() = default;

const ModpLanes::Field* ModpLanes::FieldOf(DhGroup group) {
  auto& field = fields_[ModpIndexOf(group)];
  if (field) return field.get();
  const Octets prime = ModpPrime(group);
  const std::vector<std::uint8_t> square = SquareOfR(prime, LimbsOf(prime.size()));
  if (!square.empty()) field = std::make_unique<Field>(prime, square);
  return field.get();
}

bool ModpLanes::Raise(DhGroup group, std::span<const Lane> lanes) {
  const Field* const made = FieldOf(group);
  if (made == nullptr) return false;
  const ModpField field = made->Limbs();
  const std::size_t count = DigitCount(LongestKey(lanes), kWindowBits);
  work_.resize(std::max(work_.size(), field.limbs + count + RaiseWork(field.limbs)));
  const std::span<LaneWord> used(work_.data(), field.limbs + count + RaiseWork(field.limbs));
  const WipeOnReturn wipe{used};
  const auto number = used.first(field.limbs);
  const auto digits = used.subspan(field.limbs, count);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    PutNumber(number, i, kLimbBits, lanes[i].base);
    PutNumber(digits, i, kWindowBits, lanes[i].key);
  }
  std::reverse(digits.begin(), digits.end());
  RaiseInLanes(field, number.data(), digits.data(), count,
               used.subspan(field.limbs + count).data());
  for (std::size_t i = 0; i < lanes.size(); ++i) GetNumber(number, i, kLimbBits, lanes[i].out);
  return true;
}

bool ModpLanes::RaiseGenerator(DhGroup group, std::span<const Lane> lanes) {
  const Field* const made = FieldOf(group);
  if (made == nullptr) return false;
  const ModpField field = made->Limbs();
  LaneComb& comb = LaneCombOf(group);
  if (comb.uses < kUsesBeforeLaneComb && (comb.uses += lanes.size()) < kUsesBeforeLaneComb)
    return RaiseTwo(group, lanes);
  std::call_once(comb.once, [&] { FillComb(comb, field, Info(group).private_size); });
  const std::size_t count = comb.positions * kCombRows;
  if (DigitCount(LongestKey(lanes), kCombBits) > count) return RaiseTwo(group, lanes);
  work_.resize(std::max(work_.size(), field.limbs + count + CombWork(field.limbs)));
  const std::span<LaneWord> used(work_.data(), field.limbs + count + CombWork(field.limbs));
  const WipeOnReturn wipe{used};
  const auto number = used.first(field.limbs);
  const auto digits = used.subspan(field.limbs, count);
  for (std::size_t i = 0; i < lanes.size(); ++i) PutNumber(digits, i, kCombBits, lanes[i].key);
  RaiseCombInLanes(field, number.data(), comb.words.data(), comb.positions, digits.data(),
                   used.subspan(field.limbs + count).data());
  for (std::size_t i = 0; i < lanes.size(); ++i) GetNumber(number, i, kLimbBits, lanes[i].out);
  return true;
}

// RaiseTwo serves keys that are longer than the table.
bool ModpLanes::RaiseTwo(DhGroup group, std::span<const Lane> lanes) {
  std::vector<std::uint8_t> two(ModpPrime(group).size());
  two.back() = 2;
  std::vector<Lane> based(lanes.begin(), lanes.end());
  for (Lane& lane : based) lane.base = two;
  return Raise(group, based);
}

}  // namespace iscsi_ike::crypto
