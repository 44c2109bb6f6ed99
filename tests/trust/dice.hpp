// Dice: random numbers, all from one seed (SplitMix64): fast, and good for nothing secret.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>

namespace iscsi_ike::trust {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  // Below: 0 to n - 1. Between: both ends included.
  [[nodiscard]] std::uint64_t Below(std::uint64_t n) { return Next() % n; }
  [[nodiscard]] std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(high - low + 1)));
  }
  // Chance: so many times in ten thousand.
  [[nodiscard]] bool Chance(unsigned of_ten_thousand) { return Below(10000) < of_ten_thousand; }
  template <class T>
  [[nodiscard]] T Pick(std::initializer_list<T> from) {
    return from.begin()[Below(from.size())];
  }
  void Fill(std::span<std::uint8_t> octets) {
    while (!octets.empty()) {
      const std::uint64_t word = Next();
      const std::size_t size = std::min(octets.size(), sizeof word);
      std::memcpy(octets.data(), &word, size);
      octets = octets.subspan(size);
    }
  }
  // Word: so many letters.
  [[nodiscard]] std::string Word(std::size_t size) {
    std::string word(size, ' ');
    for (char& letter : word) letter = static_cast<char>('a' + Below(26));
    return word;
  }

 private:
  std::uint64_t state_;
};

}  // namespace iscsi_ike::trust
