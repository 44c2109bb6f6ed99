#include "crypto/box_contents.hpp"

#include <algorithm>

namespace iscsi_ike::crypto {

MutableOctets BoxWriter::Next(std::size_t size) {
  size_ += size;
  const bool fits = size <= room_.size();
  const MutableOctets next = room_.first(fits ? size : 0);
  room_ = fits ? room_.subspan(size) : MutableOctets();
  return next;
}

void BoxWriter::Number(std::uint64_t number, std::size_t size) {
  for (std::uint8_t& octet : Next(size)) octet = static_cast<std::uint8_t>(number >> 8 * --size);
}

void BoxWriter::Put(Octets octets) {
  const MutableOctets room = Next(octets.size());
  std::copy_n(octets.begin(), room.size(), room.begin());
}

void BoxWriter::PutSized(Octets octets, std::size_t size_of_size) {
  Number(octets.size(), size_of_size);
  Put(octets);
}

Octets BoxReader::Take(std::size_t size) {
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
  }
  if (!ok_) return {};
  const Octets taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::uint64_t BoxReader::Number(std::size_t size) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : Take(size)) number = number << 8U | octet;
  return number;
}

Octets BoxReader::TakeSized(std::size_t size_of_size) {
  return Take(static_cast<std::size_t>(Number(size_of_size)));
}

}  // namespace iscsi_ike::crypto
