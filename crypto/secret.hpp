// Secrets: octets that are wiped when they die, compared in constant time and never copied by
// accident.
//
// Secret owns any number of octets (pre-shared keys, g^xy), in pages of their own that are neither
// swapped nor dumped (secret_memory.hpp). InlineSecret<N> holds up to N octets in place (prf keys,
// cipher keys), so that a session's keys cost no allocation. Both are move-only; the source of a
// move is wiped. `Expose()` is the one way to read them and is meant to be searched for.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace iscsi_ike::crypto {

using Octets = std::span<const std::uint8_t>;
using MutableOctets = std::span<std::uint8_t>;

// Wipe overwrites octets in a way the compiler may not remove (sodium_memzero).
void Wipe(MutableOctets octets);

// ConstantTimeEqual compares two runs of octets; the time depends on the lengths only. Unequal
// lengths are unequal.
[[nodiscard]] bool ConstantTimeEqual(Octets a, Octets b);

// Secret owns octets of a length chosen at run time.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size);  // zero-filled
  static Secret CopyOf(Octets octets);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  [[nodiscard]] Secret Clone() const { return CopyOf(Expose()); }
  [[nodiscard]] Octets Expose() const { return {data_, size_}; }
  [[nodiscard]] MutableOctets ExposeMutable() { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void Clear();

  // Shrink forgets (and wipes) all octets past `size`; size <= this->size().
  void Shrink(std::size_t size);

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// InlineSecret<N> owns at most N octets in place.
template <std::size_t N>
class InlineSecret {
 public:
  InlineSecret() = default;
  InlineSecret(InlineSecret&& other) noexcept { Take(other); }
  InlineSecret& operator=(InlineSecret&& other) noexcept {
    if (this != &other) {
      Clear();
      Take(other);
    }
    return *this;
  }
  InlineSecret(const InlineSecret&) = delete;
  InlineSecret& operator=(const InlineSecret&) = delete;
  ~InlineSecret() { Clear(); }

  // Resize sets the length (<= N); octets past the old length are zero.
  MutableOctets Resize(std::size_t size) {
    assert(size <= N);
    if (size < size_) Wipe(MutableOctets(octets_).subspan(size, size_ - size));
    size_ = static_cast<std::uint8_t>(size);
    return ExposeMutable();
  }
  void Assign(Octets from) {
    Resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) octets_[i] = from[i];
  }
  [[nodiscard]] InlineSecret Clone() const {
    InlineSecret copy;
    copy.Assign(Expose());
    return copy;
  }
  [[nodiscard]] Octets Expose() const { return {octets_.data(), size_}; }
  [[nodiscard]] MutableOctets ExposeMutable() { return {octets_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void Clear() {
    Wipe(octets_);
    size_ = 0;
  }

 private:
  static_assert(N < 256);
  void Take(InlineSecret& other) {
    Assign(other.Expose());
    other.Clear();
  }
  std::array<std::uint8_t, N> octets_{};
  std::uint8_t size_ = 0;
};

// Fingerprint is a short, one-way name for a key that two administrators can compare over the
// telephone: the first 32 bits, in hex, of an Argon2id hash of the key under a salt fixed by this
// project. The cost makes it useless as an oracle for guessing, the length makes it useless for
// telling two good guesses apart from many others. About 15 ms and 16 MiB a call; empty when the
// memory is not there.
[[nodiscard]] std::string Fingerprint(Octets key);

}  // namespace iscsi_ike::crypto
