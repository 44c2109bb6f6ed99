// Tally: what a worker has done, plain numbers that lie in memory shared with who started it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace iscsi_ike::trust {

struct Tally {
  std::uint64_t stories = 0;
  std::uint64_t negotiations = 0;          // Connect calls that ran to an end
  std::uint64_t established = 0;           // of these
  std::array<std::uint64_t, 32> failed{};  // of these, by FailureCode
  std::uint64_t cut_off = 0;               // of these: the end lost its state meanwhile
  std::uint64_t closed = 0;                // of these: over before the first child, with no failure
  std::uint64_t refused = 0;             // Connect calls that began nothing; not in `negotiations`
  std::uint64_t phase1_established = 0;  // at either end
  std::uint64_t children_established = 0;
  std::uint64_t renewals = 0;   // sessions and children that followed others
  std::uint64_t calls = 0;      // of engines, each followed by all checks
  std::uint64_t datagrams = 0;  // sent by engines
  std::uint64_t lost = 0, doubled = 0, changed = 0, replayed = 0;  // of these
  std::uint64_t dh_jobs = 0;
  std::uint64_t dh_failed = 0;  // or dropped
  std::uint64_t restarts = 0;
  std::uint64_t restored = 0;  // from checkpoints
  std::uint64_t clock_jumps = 0;
  std::uint64_t random_failed = 0;
  std::uint64_t memory_failed = 0;  // allocations
  std::uint64_t starved = 0;        // calls that ended with std::bad_alloc
  std::uint64_t secrets = 0;
  std::uint64_t blocks_swept = 0;
  std::uint64_t octets_swept = 0;
  std::uint64_t most_held = 0;         // octets, by one engine
  std::uint64_t most_per_session = 0;  // octets

  void Add(const Tally& other);
  [[nodiscard]] std::map<std::string, double> Figures() const;
};

}  // namespace iscsi_ike::trust
