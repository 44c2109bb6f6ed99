// PlainVector: the operations of IfmaVector in C++ that runs anywhere, slowly. It lets builds for
// other processors link, and lets a test follow secrets through the arithmetic.
#pragma once

#include "crypto/lanes.hpp"

namespace iscsi_ike::crypto {

struct PlainVector {
  using Word = LaneWord;
  using Mask = LaneWord;  // all ones or zero

  static Word Load(const LaneWord& word) { return word; }
  static void Store(LaneWord& word, const Word& value) { word = value; }
  static Word Zero() { return Word{}; }
  static Word All(std::uint64_t value) {
    return Each([&](std::size_t) { return value; });
  }
  static Word AddLow(const Word& sum, const Word& a, const Word& b) {
    return Each([&](std::size_t i) { return sum.lane[i] + Low(a.lane[i], b.lane[i]); });
  }
  static Word AddHigh(const Word& sum, const Word& a, const Word& b) {
    return Each([&](std::size_t i) { return sum.lane[i] + High(a.lane[i], b.lane[i]); });
  }
  static Word Add(const Word& a, const Word& b) {
    return Each([&](std::size_t i) { return a.lane[i] + b.lane[i]; });
  }
  static Word Subtract(const Word& a, const Word& b) {
    return Each([&](std::size_t i) { return a.lane[i] - b.lane[i]; });
  }
  static Word And(const Word& a, const Word& b) {
    return Each([&](std::size_t i) { return a.lane[i] & b.lane[i]; });
  }
  template <unsigned kBits>
  static Word Left(const Word& a) {
    return Each([&](std::size_t i) { return a.lane[i] << kBits; });
  }
  template <unsigned kBits>
  static Word Right(const Word& a) {
    return Each([&](std::size_t i) { return a.lane[i] >> kBits; });
  }
  static Mask Equal(const Word& a, const Word& b) {
    return Each([&](std::size_t i) {
      const std::uint64_t different = a.lane[i] ^ b.lane[i];
      return ((different | (0 - different)) >> 63U) - 1;
    });
  }
  static Word Select(const Mask& mask, const Word& yes, const Word& no) {
    return Each(
        [&](std::size_t i) { return (mask.lane[i] & yes.lane[i]) | (~mask.lane[i] & no.lane[i]); });
  }
  static Word Pick32(const LaneWord* entries, const Word& index) {
    Word picked{};
    for (std::size_t entry = 0; entry < 32; ++entry)
      picked = Select(Equal(index, All(entry)), All(entries[entry / kLanes].lane[entry % kLanes]),
                      picked);
    return picked;
  }

 private:
  static constexpr std::uint64_t kMask = (std::uint64_t{1} << 52U) - 1;
  // High and Low: of the product of the low 52 bits of both, by halves of 26 bits, so that 64 bits
  // are enough.
  static constexpr std::uint64_t kHalf = (std::uint64_t{1} << 26U) - 1;
  static std::uint64_t Low(std::uint64_t a, std::uint64_t b) { return a * b & kMask; }
  static std::uint64_t High(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t a1 = (a & kMask) >> 26U;
    const std::uint64_t b1 = (b & kMask) >> 26U;
    const std::uint64_t a0 = a & kHalf;
    const std::uint64_t b0 = b & kHalf;
    const std::uint64_t middle = a1 * b0 + a0 * b1;  // below 2^53
    return a1 * b1 + ((middle + (a0 * b0 >> 26U)) >> 26U);
  }
  template <class Function>
  static Word Each(Function function) {
    Word word;
    for (std::size_t i = 0; i < kLanes; ++i) word.lane[i] = function(i);
    return word;
  }
};

}  // namespace iscsi_ike::crypto
