// Randomness of an engine: the caller's callback, a seed, or the system.
#pragma once

#include <memory>

#include "crypto/random.hpp"
#include "ike/capi/iscsi_ike.h"

namespace iscsi_ike::capi {

class CallbackRandom final : public crypto::RandomSource {
 public:
  CallbackRandom(iscsi_ike_random_fn fill, void* user) : fill_(fill), user_(user) {}
  [[nodiscard]] bool Fill(crypto::MutableOctets out) override {
    return out.empty() || fill_(user_, out.data(), out.size()) == 0;
  }

 private:
  iscsi_ike_random_fn fill_;
  void* user_;
};

// MakeRandom: nullptr when both a callback and a seed are given.
[[nodiscard]] inline std::unique_ptr<crypto::RandomSource> MakeRandom(
    const iscsi_ike_engine_options& options) {
  if (options.random != nullptr && options.seed != nullptr) return nullptr;
  if (options.random != nullptr)
    return std::make_unique<CallbackRandom>(options.random, options.random_user);
  if (options.seed == nullptr) return std::make_unique<crypto::SystemRandom>();
  crypto::SeededRandom::Seed seed;
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = options.seed[i];
  return std::make_unique<crypto::SeededRandom>(seed);
}

}  // namespace iscsi_ike::capi
