// RandomPool: the system's randomness in larger draws, since each draw is a system call and a login
// makes half a dozen of them.
#pragma once

#include <array>

#include "crypto/random.hpp"

namespace iscsi_ike::ike::tool {

// One object per engine. Octets that have been given out are wiped here.
class RandomPool final : public crypto::RandomSource {
 public:
  RandomPool() = default;
  ~RandomPool() override { crypto::Wipe(pool_); }
  RandomPool(const RandomPool&) = delete;
  RandomPool& operator=(const RandomPool&) = delete;

  [[nodiscard]] bool Fill(crypto::MutableOctets out) override;

 private:
  crypto::SystemRandom system_;
  std::array<std::uint8_t, 1024> pool_{};
  std::size_t left_ = 0;  // at the end of the pool
};

}  // namespace iscsi_ike::ike::tool
