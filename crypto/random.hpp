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

// SystemRandom is libsodium's generator. InitializeCrypto() must have succeeded.
class SystemRandom final : public RandomSource {
 public:
  [[nodiscard]] bool Fill(MutableOctets out) override;
};

// SeededRandom is the ChaCha20 key stream of a 32-octet seed: for replays, tests and simulators
// only.
class SeededRandom final : public RandomSource {
 public:
  using Seed = std::array<std::uint8_t, 32>;
  explicit SeededRandom(const Seed& seed) : seed_(seed) {}
  explicit SeededRandom(std::uint64_t seed);
  [[nodiscard]] bool Fill(MutableOctets out) override;

 private:
  Seed seed_{};
  std::uint64_t stream_ = 0;  // one ChaCha20 nonce per call
};

// InitializeCrypto prepares libsodium; call it once before anything else of the project. False: no
// usable randomness.
[[nodiscard]] bool InitializeCrypto();

}  // namespace iscsi_ike::crypto
