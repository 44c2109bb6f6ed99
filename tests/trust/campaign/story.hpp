// Story: everything that a seed decides before its run begins: the settings of the two ends, and
// what the network, the clocks, the workers and the memory do to them.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/nat_pair.hpp"
#include "tests/support/pair.hpp"
#include "tests/trust/dice.hpp"

namespace iscsi_ike::trust {

// Odds are so many in ten thousand: of a datagram, of a job, of a call.
struct Odds {
  unsigned lost = 0;
  unsigned doubled = 0;
  unsigned late = 0;       // up to `latest` later
  unsigned corrupted = 0;  // one to four bits
  unsigned truncated = 0;
  unsigned replayed = 0;  // an old datagram once more, of either direction
  unsigned rebound = 0;   // the translator forgets its mappings
  unsigned dh_failed = 0;
  unsigned dh_dropped = 0;
  unsigned random_failed = 0;  // before a call: from the n-th draw on, so many
  unsigned memory_failed = 0;  // before a call: from the n-th allocation on, so many
  unsigned back_in_time = 0;   // of a call: its `now` is earlier than the last
  unsigned restored = 0;       // before a call: the engine goes on from its checkpoint
};

struct Story {
  std::uint64_t seed = 0;
  Odds odds;
  ike::Duration jitter{0};      // of each datagram
  ike::Duration latest{0};      // of a late one
  ike::Duration dh_takes{0};    // at most
  ike::Duration pause{0};       // between two actions, at most
  ike::Duration clock_jump{0};  // forward, at most; 0: clocks do not jump
  std::size_t connects = 0;     // logins begun by this seed
  bool restarts = false;        // ends lose their state
  bool both_initiate = false;
  bool meddles = false;  // closes, renews, negotiates more children
  test::Behind behind = test::Behind::kNeither;
  bool ipv6 = false;
  bool same_key = true;
  bool compatible = true;  // the settings of both ends go together
  test::EndSettings ends[2];
  ike::EngineConfig limits;  // bounds of both engines
};

// MakeStory: the same seed gives the same story.
[[nodiscard]] Story MakeStory(std::uint64_t seed);
// Describe is one line for people.
[[nodiscard]] std::string Describe(const Story& story);

}  // namespace iscsi_ike::trust
