// Counters: what an engine has done, and what it has kept from doing, since it was made.
#pragma once

#include <cstdint>

namespace iscsi_ike::ike {

struct Counters {
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t datagrams_dropped = 0;  // received and not used; of a duplicate only the answer was

  // This end as responder, before it knows whether anybody is at the address that a peer gives.
  std::uint64_t main_answered = 0;          // MM1 that got MM2
  std::uint64_t aggressive_answered = 0;    // AM1 for which AM2 was begun
  std::uint64_t aggressive_withheld = 0;    // AM1 beyond EngineConfig::aggressive_at_once
  std::uint64_t half_open_expired = 0;      // MM1 whose initiator never came back
  std::uint64_t half_open_gave_way = 0;     // ... or was among the oldest of too many
  std::uint64_t sources_verified = 0;       // peers that have come back with this end's cookie
  std::uint64_t sessions_gave_way = 0;      // half open, beyond max_half_open or max_sessions
  std::uint64_t sessions_withheld = 0;      // AM1 and MM3 beyond EngineConfig::max_sessions
  std::uint64_t refusals_withheld = 0;      // beyond EngineConfig::clear_notifies_per_second
  std::uint64_t long_answers_withheld = 0;  // longer than what they would have answered

  std::uint64_t sessions_established = 0;
  std::uint64_t children_established = 0;
  std::uint64_t failures = 0;  // Failed events

  // At present.
  std::uint64_t half_open = 0;  // MM1 that were answered, and nobody has come back
  std::uint64_t sessions = 0;   // all others
};

}  // namespace iscsi_ike::ike
