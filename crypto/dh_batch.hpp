// BatchDhExecutor: Diffie-Hellman of many sessions at a time, in the lanes of wide registers where
// the processor has them.
#pragma once

#include "crypto/dh.hpp"

namespace iscsi_ike::crypto {

// DhLanes: whether to use wide registers. kNever is for comparisons and for tests.
enum class DhLanes : std::uint8_t { kWhereThereAre, kNever };

// BatchDhExecutor puts pending jobs of one group and operation together, whatever their order in
// the span, and runs what is left over (elliptic curves over primes, a lone X25519) one by one. It
// waits for nothing: the caller decides how long to gather. One object per thread.
class BatchDhExecutor final : public DhExecutor {
 public:
  explicit BatchDhExecutor(DhLanes lanes = DhLanes::kWhereThereAre);
  ~BatchDhExecutor() override;
  void Run(std::span<DhJob> jobs) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::crypto
