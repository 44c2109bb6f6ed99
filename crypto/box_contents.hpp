// The contents of a sealed box (sealed_box.hpp): numbers with the most significant octet first,
// and runs of octets. There are secrets among them, so they are written into memory that does not
// grow, and what is read is borrowed.
#pragma once

#include <cstdint>

#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

// BoxWriter fills octets that are there already, and never writes past their end.
class BoxWriter {
 public:
  // Without room it only counts.
  BoxWriter() = default;
  explicit BoxWriter(MutableOctets room) : room_(room) {}

  // Number writes the lowest `size` octets of `number`; up to 8.
  void Number(std::uint64_t number, std::size_t size);
  void Put(Octets octets);
  // PutSized writes how many octets follow, in `size_of_size` octets, and then these.
  void PutSized(Octets octets, std::size_t size_of_size);
  // size is how many octets were put, those included for which there was no room.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  // Next is room for as many octets; none, now and from then on, where they do not fit.
  MutableOctets Next(std::size_t size);

  MutableOctets room_;
  std::size_t size_ = 0;
};

// PackBox calls `pack` with a writer twice: to measure and to write. Both must put the same.
template <class Pack>
[[nodiscard]] Secret PackBox(const Pack& pack) {
  BoxWriter meter;
  pack(meter);
  Secret contents(meter.size());
  BoxWriter writer(contents.ExposeMutable());
  pack(writer);
  return contents;
}

// BoxReader borrows octets that nobody vouches for. What is asked for past their end is zero or
// empty, and so is all that follows.
class BoxReader {
 public:
  explicit BoxReader(Octets contents) : rest_(contents) {}

  // Take gives as many octets, or none at all.
  [[nodiscard]] Octets Take(std::size_t size);
  [[nodiscard]] std::uint64_t Number(std::size_t size);  // of up to 8 octets
  [[nodiscard]] Octets TakeSized(std::size_t size_of_size);
  [[nodiscard]] Octets rest() const { return rest_; }
  // ok: nothing was asked for past the end.
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  Octets rest_;
  bool ok_ = true;
};

}  // namespace iscsi_ike::crypto
