// Curve25519 in eight lanes (RFC 7748 section 5): the Montgomery ladder, in constant time.
//
// A field element has five limbs of 51 bits modulo 2^255 - 19. Between operations limbs are below
// 2^51 + 2^16, so that each is an operand of 52 bits; Multiply and Square take nothing wider.
#pragma once

#include "crypto/lanes.hpp"

namespace iscsi_ike::crypto {

inline constexpr std::size_t kFieldLimbs = 5;
inline constexpr unsigned kFieldLimbBits = 51;
inline constexpr unsigned kLadderBits = 255;

template <class Vector>
class X25519Arithmetic {
 public:
  // Ladder replaces the u-coordinate `u` (kFieldLimbs words, any value below 2^255) by that of
  // scalar * u, below p. `bits` are those of the clamped scalar, kLadderBits words of 0 or 1, the
  // highest first.
  static void Ladder(LaneWord* u, const LaneWord* bits) {
    Element x1;
    for (std::size_t i = 0; i < kFieldLimbs; ++i) x1.limb[i] = Vector::Load(u[i]);
    Element x2 = Small(1);
    Element z2 = Small(0);
    Element x3 = x1;
    Element z3 = Small(1);
    Word swapped = Vector::Zero();
    for (unsigned step = 0; step < kLadderBits; ++step) {
      const Word bit = Vector::Load(bits[step]);
      // Exclusive or of bits: a + b - 2ab, and the sum of two bits is 1 where they differ.
      const auto differ = Vector::Equal(Vector::Add(bit, swapped), Vector::All(1));
      Swap(differ, x2, x3);
      Swap(differ, z2, z3);
      swapped = bit;
      Step(x1, x2, z2, x3, z3);
    }
    const auto last = Vector::Equal(swapped, Vector::All(1));
    Swap(last, x2, x3);
    Swap(last, z2, z3);
    const Element result = Canonical(Multiply(x2, Inverse(z2)));
    for (std::size_t i = 0; i < kFieldLimbs; ++i) Vector::Store(u[i], result.limb[i]);
  }

 private:
  using Word = typename Vector::Word;
  static constexpr std::uint64_t kMask = (std::uint64_t{1} << kFieldLimbBits) - 1;

  struct Element {
    Word limb[kFieldLimbs];  // NOLINT(modernize-avoid-c-arrays): registers
  };
  // Product: ten columns of 51 bits.
  struct Product {
    [[gnu::always_inline]] Product() {
      for (std::size_t k = 0; k < 2 * kFieldLimbs - 1; ++k) low[k] = high[k] = Vector::Zero();
    }
    [[gnu::always_inline]] void Add(std::size_t k, Word a, Word b) {
      low[k] = Vector::AddLow(low[k], a, b);
      high[k] = Vector::AddHigh(high[k], a, b);
    }
    // Column: the high half of a product begins at bit 52 and the next column at bit 51.
    [[gnu::always_inline]] Word Column(std::size_t k) const {
      const Word above =
          k == 0 ? Vector::Zero() : Vector::template Left<1>(high[k == 0 ? 0 : k - 1]);
      return k < 2 * kFieldLimbs - 1 ? Vector::Add(low[k < 9 ? k : 0], above) : above;
    }
    Word low[2 * kFieldLimbs - 1];   // NOLINT(modernize-avoid-c-arrays)
    Word high[2 * kFieldLimbs - 1];  // NOLINT(modernize-avoid-c-arrays)
  };

  static Element Small(std::uint64_t value) {
    Element element;
    element.limb[0] = Vector::All(value);
    for (std::size_t i = 1; i < kFieldLimbs; ++i) element.limb[i] = Vector::Zero();
    return element;
  }

  [[gnu::always_inline]] static Word Times19(Word a) {
    return Vector::Add(Vector::Add(Vector::template Left<4>(a), Vector::template Left<1>(a)), a);
  }

  // Carry: limbs below 2^62 come down to less than 2^51 + 2^16.
  [[gnu::always_inline]] static Element Carry(const Element& a) {
    const Word mask = Vector::All(kMask);
    Element b;
    b.limb[0] =
        Vector::Add(Vector::And(a.limb[0], mask),
                    Times19(Vector::template Right<kFieldLimbBits>(a.limb[kFieldLimbs - 1])));
#pragma GCC unroll 4
    for (std::size_t i = 1; i < kFieldLimbs; ++i)
      b.limb[i] = Vector::Add(Vector::And(a.limb[i], mask),
                              Vector::template Right<kFieldLimbBits>(a.limb[i - 1]));
    return b;
  }

  // Reduce: 2^255 is 19. Columns are below 2^56.
  [[gnu::always_inline]] static Element Reduce(const Product& product) {
    Element sum;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i)
      sum.limb[i] = Vector::Add(product.Column(i), Times19(product.Column(i + kFieldLimbs)));
    return Carry(sum);
  }

  [[gnu::always_inline]] static Element Multiply(const Element& a, const Element& b) {
    Product product;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i)
#pragma GCC unroll 5
      for (std::size_t j = 0; j < kFieldLimbs; ++j) product.Add(i + j, a.limb[i], b.limb[j]);
    return Reduce(product);
  }

  [[gnu::always_inline]] static Element Square(const Element& a) {
    Product product;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i)
#pragma GCC unroll 5
      for (std::size_t j = i + 1; j < kFieldLimbs; ++j) product.Add(i + j, a.limb[i], a.limb[j]);
#pragma GCC unroll 9
    for (std::size_t k = 0; k < 2 * kFieldLimbs - 1; ++k) {
      product.low[k] = Vector::template Left<1>(product.low[k]);
      product.high[k] = Vector::template Left<1>(product.high[k]);
    }
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i) product.Add(2 * i, a.limb[i], a.limb[i]);
    return Reduce(product);
  }

  [[gnu::always_inline]] static Element Add(const Element& a, const Element& b) {
    Element sum;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i) sum.limb[i] = Vector::Add(a.limb[i], b.limb[i]);
    return Carry(sum);
  }

  // Subtract adds 4p first, so that no limb is negative.
  [[gnu::always_inline]] static Element Subtract(const Element& a, const Element& b) {
    Element difference;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i) {
      const Word bias = Vector::All(4 * (i == 0 ? kMask - 18 : kMask));
      difference.limb[i] = Vector::Subtract(Vector::Add(a.limb[i], bias), b.limb[i]);
    }
    return Carry(difference);
  }

  // TimesA24: a24 is (486662 - 2) / 4.
  [[gnu::always_inline]] static Element TimesA24(const Element& a) {
    const Word factor = Vector::All(121665);
    Word high = Vector::Zero();
    Element product;
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i) {
      product.limb[i] = Vector::AddLow(Vector::template Left<1>(high), a.limb[i], factor);
      high = Vector::AddHigh(Vector::Zero(), a.limb[i], factor);
    }
    product.limb[0] = Vector::Add(product.limb[0], Times19(Vector::template Left<1>(high)));
    return Carry(product);
  }

  [[gnu::always_inline]] static void Swap(typename Vector::Mask differ, Element& a, Element& b) {
#pragma GCC unroll 5
    for (std::size_t i = 0; i < kFieldLimbs; ++i) {
      const Word was = a.limb[i];
      a.limb[i] = Vector::Select(differ, b.limb[i], was);
      b.limb[i] = Vector::Select(differ, was, b.limb[i]);
    }
  }

  // Step is one step of the ladder, with the names of RFC 7748 section 5.
  [[gnu::always_inline]] static void Step(const Element& x1, Element& x2, Element& z2, Element& x3,
                                          Element& z3) {
    const Element a = Add(x2, z2);
    const Element b = Subtract(x2, z2);
    const Element c = Add(x3, z3);
    const Element d = Subtract(x3, z3);
    const Element da = Multiply(d, a);
    const Element cb = Multiply(c, b);
    const Element aa = Square(a);
    const Element bb = Square(b);
    const Element e = Subtract(aa, bb);
    x3 = Square(Add(da, cb));
    z3 = Multiply(x1, Square(Subtract(da, cb)));
    x2 = Multiply(aa, bb);
    z2 = Multiply(e, Add(aa, TimesA24(e)));
  }

  static Element SquareTimes(Element a, unsigned times) {
    for (unsigned i = 0; i < times; ++i) a = Square(a);
    return a;
  }

  // Inverse is a^(p-2), 0 for 0. The names tell the exponents: a_n is a^(2^n - 1).
  static Element Inverse(const Element& a) {
    const Element square = Square(a);
    const Element to9 = Multiply(a, SquareTimes(square, 2));
    const Element to11 = Multiply(square, to9);
    const Element a5 = Multiply(to9, Square(to11));
    const Element a10 = Multiply(SquareTimes(a5, 5), a5);
    const Element a20 = Multiply(SquareTimes(a10, 10), a10);
    const Element a40 = Multiply(SquareTimes(a20, 20), a20);
    const Element a50 = Multiply(SquareTimes(a40, 10), a10);
    const Element a100 = Multiply(SquareTimes(a50, 50), a50);
    const Element a200 = Multiply(SquareTimes(a100, 100), a100);
    const Element a250 = Multiply(SquareTimes(a200, 50), a50);
    return Multiply(SquareTimes(a250, 5), to11);
  }

  // Canonical gives the number below p. After two rounds of carries it is below 2^255; it is p or
  // more just when adding 19 carries out of bit 255.
  static Element Canonical(const Element& a) {
    Element b = CarryInOrder(CarryInOrder(a));
    Word carry = Vector::All(19);
    for (std::size_t i = 0; i < kFieldLimbs; ++i)
      carry = Vector::template Right<kFieldLimbBits>(Vector::Add(b.limb[i], carry));
    b.limb[0] = Vector::Add(b.limb[0], Times19(carry));
    const Word mask = Vector::All(kMask);
    carry = Vector::Zero();
    for (std::size_t i = 0; i < kFieldLimbs; ++i) {
      const Word sum = Vector::Add(b.limb[i], carry);
      b.limb[i] = Vector::And(sum, mask);
      carry = Vector::template Right<kFieldLimbBits>(sum);
    }
    return b;
  }

  static Element CarryInOrder(Element a) {
    const Word mask = Vector::All(kMask);
    Word carry = Vector::Zero();
    for (std::size_t i = 0; i < kFieldLimbs; ++i) {
      const Word sum = Vector::Add(a.limb[i], carry);
      a.limb[i] = Vector::And(sum, mask);
      carry = Vector::template Right<kFieldLimbBits>(sum);
    }
    a.limb[0] = Vector::Add(a.limb[0], Times19(carry));
    return a;
  }
};

}  // namespace iscsi_ike::crypto
