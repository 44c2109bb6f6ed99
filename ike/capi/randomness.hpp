// EngineRandom: the randomness of one engine: the caller's callback, a seed, or the system.
#pragma once

#include <optional>

#include "crypto/random.hpp"
#include "ike/capi/iscsi_ike.h"

namespace iscsi_ike::capi {

class EngineRandom final : public crypto::RandomSource {
 public:
  // `options` has a callback or a seed, not both.
  explicit EngineRandom(const iscsi_ike_engine_options& options)
      : callback_(options.random), user_(options.random_user) {
    if (options.seed == nullptr) return;
    seeded_.emplace(crypto::Octets(options.seed, crypto::kSeedSize));
  }
  explicit EngineRandom(const crypto::SeededRandom& seeded) : seeded_(seeded) {}

  [[nodiscard]] bool Fill(crypto::MutableOctets out) override {
    if (seeded_) return seeded_->Fill(out);
    if (callback_ == nullptr) return system_.Fill(out);
    return out.empty() || callback_(user_, out.data(), out.size()) == 0;
  }
  enum class Kind : std::uint8_t { kSystem, kSeed, kCallback };
  [[nodiscard]] Kind kind() const {
    if (seeded_) return Kind::kSeed;
    return callback_ != nullptr ? Kind::kCallback : Kind::kSystem;
  }
  // seeded: where a seed is, and how far; nullopt for the others.
  [[nodiscard]] const std::optional<crypto::SeededRandom>& seeded() const { return seeded_; }

 private:
  iscsi_ike_random_fn callback_ = nullptr;
  void* user_ = nullptr;
  std::optional<crypto::SeededRandom> seeded_;
  crypto::SystemRandom system_;
};

}  // namespace iscsi_ike::capi
