// Injected randomness. The engine asks one RandomSource for every unpredictable octet (cookies,
// nonces, SPIs, message IDs, exponents), so that a seed and the datagrams replay a negotiation bit
// for bit.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fill writes every octet of `out`, or returns false and leaves nothing usable there.
  [[nodiscard]] virtual bool Fill(MutableOctets out) = 0;
};

// SystemRandom is libsodium's generator. Short draws (cookies, SPIs, message IDs: up to 16 octets,
// seen by everybody) come from a stock, as each would be a system call. What has been given out is
// wiped; a child of fork() begins anew. One thread at a time. InitializeCrypto() must have
// succeeded.
class SystemRandom final : public RandomSource {
 public:
  SystemRandom() = default;
  SystemRandom(const SystemRandom&) = delete;
  SystemRandom& operator=(const SystemRandom&) = delete;
  ~SystemRandom() override { Wipe(pool_); }
  [[nodiscard]] bool Fill(MutableOctets out) override;

 private:
  void Refill();
  std::array<std::uint8_t, 512> pool_{};
  std::size_t left_ = 0;     // octets at the end of the pool not yet given out
  unsigned generation_ = 0;  // of processes: one more in each child
};

inline constexpr std::size_t kSeedSize = 32;  // octets

// SeededRandom is the ChaCha20 key stream of a 32-octet seed: for recordings and their replays,
// tests and simulators only. Whoever knows the seed knows all that it gave out.
class SeededRandom final : public RandomSource {
 public:
  using Seed = std::array<std::uint8_t, kSeedSize>;
  // `seed` has kSeedSize octets; behind a shorter one stand zeros. `stream` is how many draws have
  // gone before: with both a source can be made again at its place.
  explicit SeededRandom(Octets seed, std::uint64_t stream = 0);
  explicit SeededRandom(std::uint64_t seed);
  SeededRandom(const SeededRandom&) = default;
  SeededRandom& operator=(const SeededRandom&) = default;
  ~SeededRandom() override { Wipe(seed_); }
  [[nodiscard]] bool Fill(MutableOctets out) override;
  [[nodiscard]] const Seed& seed() const { return seed_; }
  [[nodiscard]] std::uint64_t stream() const { return stream_; }

 private:
  Seed seed_{};
  std::uint64_t stream_ = 0;  // one ChaCha20 nonce per call
};

// InitializeCrypto prepares libsodium; call it once before anything else of the project. False: no
// usable randomness.
[[nodiscard]] bool InitializeCrypto();

}  // namespace iscsi_ike::crypto
