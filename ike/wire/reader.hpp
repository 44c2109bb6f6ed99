// Reader: a borrowed cursor over received octets that only shrinks. A read that does not fit
// changes nothing and says so.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// Reader borrows `octets`, which must outlive it and every span it hands out. Integers are
// big-endian.
class Reader {
 public:
  explicit Reader(Octets octets) : rest_(octets), size_(octets.size()) {}

  [[nodiscard]] bool ReadU8(std::uint8_t& out) { return ReadNumber(out); }
  [[nodiscard]] bool ReadU16(std::uint16_t& out) { return ReadNumber(out); }
  [[nodiscard]] bool ReadU32(std::uint32_t& out) { return ReadNumber(out); }
  [[nodiscard]] bool ReadOctets(std::size_t count, Octets& out) {
    if (count > rest_.size()) return false;
    out = rest_.first(count);
    rest_ = rest_.subspan(count);
    return true;
  }
  [[nodiscard]] bool Skip(std::size_t count) {
    Octets skipped;
    return ReadOctets(count, skipped);
  }

  [[nodiscard]] Octets rest() const { return rest_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  // offset: octets consumed so far.
  [[nodiscard]] std::size_t offset() const { return size_ - rest_.size(); }

 private:
  template <class Number>
  bool ReadNumber(Number& out) {
    Octets octets;
    if (!ReadOctets(sizeof(Number), octets)) return false;
    std::uint32_t number = 0;
    for (const std::uint8_t octet : octets) number = (number << 8) | octet;
    out = static_cast<Number>(number);
    return true;
  }

  Octets rest_;
  std::size_t size_;
};

}  // namespace iscsi_ike::ike
