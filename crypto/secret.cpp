// Secrets on libsodium: wiping, constant-time comparison and the fingerprint of a key.
#include "crypto/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "crypto/secret_memory.hpp"

namespace iscsi_ike::crypto {

void Wipe(MutableOctets octets) {
  if (!octets.empty()) sodium_memzero(octets.data(), octets.size());
}

bool ConstantTimeEqual(Octets a, Octets b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Secret::Secret(std::size_t size)
    : data_(size == 0 ? nullptr : static_cast<std::uint8_t*>(AllocateSecret(size))),
      size_(size),
      capacity_(size) {}

Secret Secret::CopyOf(Octets octets) {
  Secret copy(octets.size());
  std::copy(octets.begin(), octets.end(), copy.data_);
  return copy;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Clear();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

Secret::~Secret() { Clear(); }

void Secret::Clear() {
  ReleaseSecret(data_, capacity_);  // wiped there
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

void Secret::Shrink(std::size_t size) {
  assert(size <= size_);
  if (size >= size_) return;
  Wipe({data_ + size, size_ - size});
  size_ = size;
}

namespace {

constexpr std::array<std::uint8_t, crypto_pwhash_argon2id_SALTBYTES> kFingerprintSalt = {
    'i', 's', 'c', 's', 'i', '-', 'i', 'k', 'e', ' ', 'p', 's', 'k', ' ', 'f', '1'};

// One guess costs about 15 ms and this much memory (octets).
constexpr unsigned long long kFingerprintPasses = 3;
constexpr std::size_t kFingerprintMemory = std::size_t{16} << 20;

}  // namespace

std::string Fingerprint(Octets key) {
  InlineSecret<crypto_pwhash_argon2id_BYTES_MIN> hash;
  const MutableOctets out = hash.Resize(crypto_pwhash_argon2id_BYTES_MIN);
  // libsodium takes the key as characters; an empty one still needs an address.
  static constexpr std::uint8_t kNothing = 0;
  const std::uint8_t* const octets = key.empty() ? &kNothing : key.data();
  if (crypto_pwhash_argon2id(out.data(), out.size(), reinterpret_cast<const char*>(octets),
                             key.size(), kFingerprintSalt.data(), kFingerprintPasses,
                             kFingerprintMemory, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
    return {};
  }
  constexpr std::size_t kShown = 4;  // octets
  std::string text(2 * kShown + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), out.data(), kShown);
  text.pop_back();
  return text;
}

}  // namespace iscsi_ike::crypto
