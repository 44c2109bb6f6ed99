// Montgomery arithmetic for the MODP groups in eight lanes, in constant time: no branch and no
// address depends on a number, only on its length.
//
// A number has `limbs` words of 52 bits, a multiple of 4, and is below 2p: R = 2^(52 limbs) is more
// than 4p, so that products stay below 2p without a last subtraction ("almost Montgomery", Gueron,
// IACR ePrint 2011/239). All primes of RFC 2409 and RFC 3526 end in 64 ones, hence -1/p mod 2^52
// is 1, and the quotient of a column is the column itself.
//
// Products are made in tiles of 4 by 4 limbs along the diagonals of the product, so that eight
// columns at a time stay in registers while both the product and the reduction are added to them.
#pragma once

#include "crypto/lanes.hpp"

namespace iscsi_ike::crypto {

// ModpField: the prime and R^2 mod p, as limbs.
struct ModpField {
  const std::uint64_t* prime;
  const std::uint64_t* square;
  std::size_t limbs;
};

inline constexpr std::size_t kTile = 4;
inline constexpr unsigned kLimbBits = 52;
inline constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << kLimbBits) - 1;

// Digits of a private key: 4 bits for any base, 5 bits for the table of a fixed one.
inline constexpr unsigned kWindowBits = 4;
inline constexpr std::size_t kWindow = std::size_t{1} << kWindowBits;
inline constexpr unsigned kCombBits = 5;
inline constexpr std::size_t kComb = std::size_t{1} << kCombBits;
inline constexpr std::size_t kCombWords = kComb / kLanes;  // of one limb of all entries
// A comb has one position for this many digits: what it lacks is made up by squarings.
inline constexpr std::size_t kCombRows = 2;

// Words of work space for Raise, and for the two functions of the comb.
constexpr std::size_t RaiseWork(std::size_t limbs) { return (kWindow + 3) * limbs; }
constexpr std::size_t CombWork(std::size_t limbs) { return 5 * limbs; }
constexpr std::size_t CombSize(std::size_t limbs, std::size_t positions) {
  return positions * limbs * kCombWords;
}

template <class Vector>
class ModpArithmetic {
 public:
  explicit ModpArithmetic(const ModpField& field) : field_(field) {}

  // Raise replaces `number` (below 2p) by number^key mod p. `digits` are the key's, kWindowBits
  // each, the highest first, at least one.
  void Raise(LaneWord* number, const LaneWord* digits, std::size_t count, LaneWord* work) const {
    LaneWord* const table = work;
    LaneWord* const power = table + kWindow * field_.limbs;
    LaneWord* const picked = power + field_.limbs;
    LaneWord* const quotients = picked + field_.limbs;
    ToMontgomery(number, picked, quotients);
    One(table, picked, quotients);
    Copy(table + field_.limbs, number);
    for (std::size_t i = 2; i < kWindow; ++i) {
      LaneWord* const entry = table + i * field_.limbs;
      if (i % 2 == 0)
        Square(entry, table + i / 2 * field_.limbs, quotients);
      else
        Multiply(entry, entry - field_.limbs, number, quotients);
    }
    Pick(power, table, digits[0]);
    for (std::size_t i = 1; i < count; ++i) {
      for (unsigned bit = 0; bit < kWindowBits; ++bit) Square(power, power, quotients);
      Pick(picked, table, digits[i]);
      Multiply(power, power, picked, quotients);
    }
    FromMontgomery(number, power, picked, quotients);
  }

  // FillComb makes the table of a base (below 2p, the same in all lanes): of each position, each
  // limb of base^(digit * 2^(kCombBits * kCombRows * position)), digit = 0 .. kComb-1.
  void FillComb(LaneWord* comb, std::size_t positions, LaneWord* base, LaneWord* work) const {
    LaneWord* const one = work;
    LaneWord* const entry = one + field_.limbs;
    LaneWord* const picked = entry + field_.limbs;
    LaneWord* const quotients = picked + field_.limbs;
    ToMontgomery(base, picked, quotients);
    One(one, picked, quotients);
    for (std::size_t position = 0; position < positions; ++position) {
      LaneWord* const table = comb + position * field_.limbs * kCombWords;
      Copy(entry, one);
      for (std::size_t digit = 0; digit < kComb; ++digit) {
        for (std::size_t i = 0; i < field_.limbs; ++i)
          table[i * kCombWords + digit / kLanes].lane[digit % kLanes] = entry[i].lane[0];
        Multiply(entry, entry, base, quotients);
      }
      for (std::size_t i = 0; i < kCombBits * kCombRows; ++i) Square(base, base, quotients);
    }
  }

  // RaiseComb sets `number` to base^key mod p. `digits` are the key's, kCombBits each, the lowest
  // first, kCombRows for each position.
  void RaiseComb(LaneWord* number, const LaneWord* comb, std::size_t positions,
                 const LaneWord* digits, LaneWord* work) const {
    LaneWord* const power = work;
    LaneWord* const picked = power + field_.limbs;
    LaneWord* const quotients = picked + field_.limbs;
    for (std::size_t row = kCombRows; row-- > 0;) {
      for (std::size_t position = 0; position < positions; ++position) {
        const bool first = row + 1 == kCombRows && position == 0;
        PickComb(first ? power : picked, comb + position * field_.limbs * kCombWords,
                 digits[position * kCombRows + row]);
        if (!first) Multiply(power, power, picked, quotients);
      }
      for (unsigned bit = 0; row > 0 && bit < kCombBits; ++bit) Square(power, power, quotients);
    }
    FromMontgomery(number, power, picked, quotients);
  }

  // Multiply: a b / R, below 2p; `result` may be either. Square likewise. `quotients` are what the
  // reduction adds multiples of p by.
  void Multiply(LaneWord* result, const LaneWord* a, const LaneWord* b, LaneWord* quotients) const {
    const std::size_t tiles = field_.limbs / kTile;
    Columns columns;
    for (std::size_t diagonal = 0; diagonal + 1 < 2 * tiles; ++diagonal) {
      Tile tile;
      const std::size_t last = diagonal < tiles ? diagonal : tiles - 1;
      for (std::size_t i = diagonal - MinOf(diagonal, tiles - 1); i <= last; ++i)
        tile.AddProduct(a + kTile * i, b + kTile * (diagonal - i));
      AddReduction(tile, quotients, diagonal);
      columns.Add(tile);
      Finish(columns, result, quotients, diagonal);
    }
    columns.Take(result + kTile * (tiles - 1));
  }

  void Square(LaneWord* result, const LaneWord* a, LaneWord* quotients) const {
    const std::size_t tiles = field_.limbs / kTile;
    Columns columns;
    for (std::size_t diagonal = 0; diagonal + 1 < 2 * tiles; ++diagonal) {
      Tile twice;
      for (std::size_t i = diagonal - MinOf(diagonal, tiles - 1); 2 * i < diagonal; ++i)
        twice.AddProduct(a + kTile * i, a + kTile * (diagonal - i));
      if (diagonal % 2 == 0) {
        twice.AddUpperTriangle(a + kTile / 2 * diagonal);
        columns.AddSquares(a + kTile / 2 * diagonal);
      }
      columns.AddTwice(twice);
      Tile tile;
      AddReduction(tile, quotients, diagonal);
      columns.Add(tile);
      Finish(columns, result, quotients, diagonal);
    }
    columns.Take(result + kTile * (tiles - 1));
  }

 private:
  using Word = typename Vector::Word;

  static constexpr std::size_t MinOf(std::size_t a, std::size_t b) { return a < b ? a : b; }

  // Tile: the sums of a diagonal's tiles, low and high halves apart, so that no sum waits for
  // itself: low[k] counts 2^(52 k), high[k] counts 2^(52 (k+1)).
  struct Tile {
    [[gnu::always_inline]] Tile() {
      for (std::size_t k = 0; k < 2 * kTile - 1; ++k) low[k] = high[k] = Vector::Zero();
    }
    [[gnu::always_inline]] void AddProduct(const LaneWord* a, const LaneWord* b) {
      AddRows(a, Vector::Load(b[0]), Vector::Load(b[1]), Vector::Load(b[2]), Vector::Load(b[3]));
    }
    // AddMultiple: b is the same in all lanes.
    [[gnu::always_inline]] void AddMultiple(const LaneWord* a, const std::uint64_t* b) {
      AddRows(a, Vector::All(b[0]), Vector::All(b[1]), Vector::All(b[2]), Vector::All(b[3]));
    }
    // AddUpperTriangle: the products of different limbs, each once.
    [[gnu::always_inline]] void AddUpperTriangle(const LaneWord* a) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kTile; ++i)
#pragma GCC unroll 4
        for (std::size_t j = i + 1; j < kTile; ++j)
          AddOne(i + j, Vector::Load(a[i]), Vector::Load(a[j]));
    }
    [[gnu::always_inline]] void AddOne(std::size_t k, Word a, Word b) {
      low[k] = Vector::AddLow(low[k], a, b);
      high[k] = Vector::AddHigh(high[k], a, b);
    }
    [[gnu::always_inline]] void AddRows(const LaneWord* a, Word b0, Word b1, Word b2, Word b3) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kTile; ++i) {
        const Word word = Vector::Load(a[i]);
        AddOne(i, word, b0);
        AddOne(i + 1, word, b1);
        AddOne(i + 2, word, b2);
        AddOne(i + 3, word, b3);
      }
    }
    Word low[2 * kTile - 1];   // NOLINT(modernize-avoid-c-arrays): registers
    Word high[2 * kTile - 1];  // NOLINT(modernize-avoid-c-arrays)
  };

  // Columns: what the diagonals so far have come to in the eight columns at work.
  struct Columns {
    [[gnu::always_inline]] Columns() : carry(Vector::Zero()) {
      for (Word& one : column) one = Vector::Zero();
    }
    [[gnu::always_inline]] void Add(const Tile& tile) {
      column[0] = Vector::Add(column[0], tile.low[0]);
#pragma GCC unroll 6
      for (std::size_t k = 1; k < 2 * kTile - 1; ++k)
        column[k] = Vector::Add(Vector::Add(column[k], tile.low[k]), tile.high[k - 1]);
      column[7] = Vector::Add(column[7], tile.high[6]);
    }
    [[gnu::always_inline]] void AddTwice(const Tile& tile) {
      column[0] = Vector::Add(column[0], Vector::template Left<1>(tile.low[0]));
#pragma GCC unroll 6
      for (std::size_t k = 1; k < 2 * kTile - 1; ++k)
        column[k] = Vector::Add(
            column[k], Vector::template Left<1>(Vector::Add(tile.low[k], tile.high[k - 1])));
      column[7] = Vector::Add(column[7], Vector::template Left<1>(tile.high[6]));
    }
    [[gnu::always_inline]] void AddSquares(const LaneWord* a) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kTile; ++i) {
        const Word word = Vector::Load(a[i]);
        column[2 * i] = Vector::AddLow(column[2 * i], word, word);
        column[2 * i + 1] = Vector::AddHigh(column[2 * i + 1], word, word);
      }
    }
    // Reduce makes the four lowest columns zero by adding p times their quotients. p[0] is
    // 2^52 - 1: with it a column becomes its carry and the quotient.
    [[gnu::always_inline]] void Reduce(LaneWord* quotients, const std::uint64_t* prime) {
      const Word mask = Vector::All(kLimbMask);
#pragma GCC unroll 4
      for (std::size_t k = 0; k < kTile; ++k) {
        const Word sum = Vector::Add(column[k], carry);
        const Word quotient = Vector::And(sum, mask);
        Vector::Store(quotients[k], quotient);
        carry = Vector::Add(Vector::template Right<kLimbBits>(sum), quotient);
#pragma GCC unroll 3
        for (std::size_t j = 1; j < kTile; ++j) {
          const Word limb = Vector::All(prime[j]);
          column[k + j] = Vector::AddLow(column[k + j], limb, quotient);
          column[k + j + 1] = Vector::AddHigh(column[k + j + 1], limb, quotient);
        }
      }
      Advance();
    }
    // Take carries the four lowest columns out.
    [[gnu::always_inline]] void Take(LaneWord* result) {
      const Word mask = Vector::All(kLimbMask);
#pragma GCC unroll 4
      for (std::size_t k = 0; k < kTile; ++k) {
        const Word sum = Vector::Add(column[k], carry);
        Vector::Store(result[k], Vector::And(sum, mask));
        carry = Vector::template Right<kLimbBits>(sum);
      }
      Advance();
    }
    [[gnu::always_inline]] void Advance() {
#pragma GCC unroll 4
      for (std::size_t k = 0; k < kTile; ++k) {
        column[k] = column[k + kTile];
        column[k + kTile] = Vector::Zero();
      }
    }
    Word column[2 * kTile];  // NOLINT(modernize-avoid-c-arrays): registers
    Word carry;
  };

  // AddReduction adds what the quotients so far contribute to this diagonal.
  [[gnu::always_inline]] void AddReduction(Tile& tile, const LaneWord* quotients,
                                           std::size_t diagonal) const {
    const std::size_t tiles = field_.limbs / kTile;
    const std::size_t end = diagonal < tiles ? diagonal : tiles;
    for (std::size_t i = diagonal - MinOf(diagonal, tiles - 1); i < end; ++i)
      tile.AddMultiple(quotients + kTile * i, field_.prime + kTile * (diagonal - i));
  }

  [[gnu::always_inline]] void Finish(Columns& columns, LaneWord* result, LaneWord* quotients,
                                     std::size_t diagonal) const {
    const std::size_t tiles = field_.limbs / kTile;
    if (diagonal < tiles)
      columns.Reduce(quotients + kTile * diagonal, field_.prime);
    else
      columns.Take(result + kTile * (diagonal - tiles));
  }

  void Copy(LaneWord* to, const LaneWord* from) const {
    for (std::size_t i = 0; i < field_.limbs; ++i) Vector::Store(to[i], Vector::Load(from[i]));
  }

  void ToMontgomery(LaneWord* number, LaneWord* factor, LaneWord* quotients) const {
    for (std::size_t i = 0; i < field_.limbs; ++i)
      Vector::Store(factor[i], Vector::All(field_.square[i]));
    Multiply(number, number, factor, quotients);
  }

  void One(LaneWord* one, LaneWord* factor, LaneWord* quotients) const {
    Set(one, 1);
    ToMontgomery(one, factor, quotients);
  }

  void Set(LaneWord* number, std::uint64_t value) const {
    Vector::Store(number[0], Vector::All(value));
    for (std::size_t i = 1; i < field_.limbs; ++i) Vector::Store(number[i], Vector::Zero());
  }

  // FromMontgomery gives the number below p. A product with 1 is at most p.
  void FromMontgomery(LaneWord* number, const LaneWord* power, LaneWord* scratch,
                      LaneWord* quotients) const {
    Set(scratch, 1);
    Multiply(number, power, scratch, quotients);
    Word borrow = Vector::Zero();
    for (std::size_t i = 0; i < field_.limbs; ++i) {
      const Word difference = Vector::Subtract(
          Vector::Subtract(Vector::Load(number[i]), Vector::All(field_.prime[i])), borrow);
      Vector::Store(scratch[i], Vector::And(difference, Vector::All(kLimbMask)));
      borrow = Vector::template Right<63>(difference);
    }
    const auto below = Vector::Equal(borrow, Vector::All(1));
    for (std::size_t i = 0; i < field_.limbs; ++i)
      Vector::Store(number[i],
                    Vector::Select(below, Vector::Load(number[i]), Vector::Load(scratch[i])));
  }

  // Pick reads the whole table.
  void Pick(LaneWord* picked, const LaneWord* table, const LaneWord& digit) const {
    const Word index = Vector::Load(digit);
    typename Vector::Mask is[kWindow];  // NOLINT(modernize-avoid-c-arrays): registers
    for (std::size_t entry = 0; entry < kWindow; ++entry)
      is[entry] = Vector::Equal(index, Vector::All(entry));
    for (std::size_t i = 0; i < field_.limbs; ++i) {
      Word word = Vector::Load(table[i]);
#pragma GCC unroll 16
      for (std::size_t entry = 1; entry < kWindow; ++entry)
        word = Vector::Select(is[entry], Vector::Load(table[entry * field_.limbs + i]), word);
      Vector::Store(picked[i], word);
    }
  }

  void PickComb(LaneWord* picked, const LaneWord* table, const LaneWord& digit) const {
    const Word index = Vector::Load(digit);
    for (std::size_t i = 0; i < field_.limbs; ++i)
      Vector::Store(picked[i], Vector::Pick32(table + i * kCombWords, index));
  }

  ModpField field_;
};

}  // namespace iscsi_ike::crypto
