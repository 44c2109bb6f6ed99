// The random sources on libsodium: its system generator, and the ChaCha20 key stream of a seed.
#include "crypto/random.hpp"

#include <sodium.h>

namespace iscsi_ike::crypto {
namespace {

// StoreLittleEndian writes `value` in octets of rising weight, whatever the machine.
template <class Array>
void StoreLittleEndian(std::uint64_t value, Array& out) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

}  // namespace

bool InitializeCrypto() { return sodium_init() >= 0; }

bool SystemRandom::Fill(MutableOctets out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
  return true;
}

SeededRandom::SeededRandom(std::uint64_t seed) { StoreLittleEndian(seed, seed_); }

bool SeededRandom::Fill(MutableOctets out) {
  std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> nonce;
  StoreLittleEndian(stream_++, nonce);
  if (out.empty()) return true;
  return crypto_stream_chacha20(out.data(), out.size(), nonce.data(), seed_.data()) == 0;
}

}  // namespace iscsi_ike::crypto
