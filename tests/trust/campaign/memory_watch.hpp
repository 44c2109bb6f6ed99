// MemoryWatch: the allocator of a campaign's program (it replaces operator new and delete). It
// counts what belongs to whom, lets an allocation fail where a campaign says so, and looks for
// known secrets in every block that was allocated within an engine's call and has been freed.
//
// A freed block of an account is kept as it was until Sweep: the secrets of a call become known
// while it runs, after some of their first copies have gone. Then it is searched in full, poisoned
// and given back. One thread only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/secret.hpp"

namespace iscsi_ike::trust {

// MemoryAccount is what one owner holds. It outlives its blocks.
struct MemoryAccount {
  std::uint64_t held = 0;  // octets
  std::uint64_t blocks = 0;
  std::uint64_t allocations = 0;  // ever
};

// Within: while it lives, what is allocated belongs to `account`; null: to nobody, and then
// nothing fails.
class Within {
 public:
  explicit Within(MemoryAccount* account);
  ~Within();
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;

 private:
  MemoryAccount* before_;
};

// FailFrom: the n-th allocation (from 1) within an account and `times - 1` after it cannot be had.
// StopFailing gives how many that were.
void FailFrom(std::uint64_t n, std::uint64_t times);
std::uint64_t StopFailing();

// Learn adds a secret to what is searched for: its first and its last eight octets. Shorter ones
// are not searched for. ForgetSecrets forgets all.
void Learn(crypto::Octets secret);
void ForgetSecrets();

// Sweep looks through what was freed since the last one. False: a block held a secret; `found`
// says how large the block was and where in it.
struct Found {
  std::size_t size = 0;
  std::size_t at = 0;
};
[[nodiscard]] bool Sweep(Found& found);

struct MemoryFigures {
  std::uint64_t secrets = 0;       // learned
  std::uint64_t blocks_swept = 0;  // freed blocks searched
  std::uint64_t octets_swept = 0;
  std::uint64_t failed = 0;  // allocations that were made to fail
};
[[nodiscard]] const MemoryFigures& Memory();

}  // namespace iscsi_ike::trust
