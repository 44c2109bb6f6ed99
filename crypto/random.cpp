// The random sources on libsodium: its system generator, and the ChaCha20 key stream of a seed.
#include "crypto/random.hpp"

#include <pthread.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>

namespace iscsi_ike::crypto {
namespace {

// StoreLittleEndian writes `value` in octets of rising weight, whatever the machine.
template <class Array>
void StoreLittleEndian(std::uint64_t value, Array& out) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

// What is longer may be a secret, and is drawn when it is wanted.
constexpr std::size_t kMostPooled = 16;

// generation counts the forks between the first process and this one.
std::atomic<unsigned> generation{0};

}  // namespace

bool InitializeCrypto() {
  static const bool kWatchesForks = pthread_atfork(nullptr, nullptr, [] {
                                      generation.fetch_add(1, std::memory_order_relaxed);
                                    }) == 0;
  return kWatchesForks && sodium_init() >= 0;
}

void SystemRandom::Refill() {
  randombytes_buf(pool_.data(), pool_.size());
  left_ = pool_.size();
  generation_ = generation.load(std::memory_order_relaxed);
}

bool SystemRandom::Fill(MutableOctets out) {
  if (out.size() > kMostPooled) {
    randombytes_buf(out.data(), out.size());
    return true;
  }
  if (out.size() > left_ || generation_ != generation.load(std::memory_order_relaxed)) Refill();
  const MutableOctets next = MutableOctets(pool_).subspan(pool_.size() - left_, out.size());
  std::copy(next.begin(), next.end(), out.begin());
  Wipe(next);
  left_ -= out.size();
  return true;
}

SeededRandom::SeededRandom(Octets seed, std::uint64_t stream) : stream_(stream) {
  std::copy_n(seed.begin(), std::min(seed.size(), seed_.size()), seed_.begin());
}

SeededRandom::SeededRandom(std::uint64_t seed) { StoreLittleEndian(seed, seed_); }

bool SeededRandom::Fill(MutableOctets out) {
  std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> nonce;
  StoreLittleEndian(stream_++, nonce);
  if (out.empty()) return true;
  return crypto_stream_chacha20(out.data(), out.size(), nonce.data(), seed_.data()) == 0;
}

}  // namespace iscsi_ike::crypto
