// ServeSummary: what a serve has done in all, as --quiet tells it in the end, and SIGUSR1 at any
// time.
#pragma once

#include <cstdint>
#include <string>

#include "ike/counters.hpp"
#include "ike/events.hpp"

namespace iscsi_ike::ike::tool {

struct ServeSummary {
  std::uint64_t sessions = 0;  // with phase 1 established
  std::uint64_t failed = 0;    // negotiations, of phase 1 or of a child
  std::uint64_t children = 0;  // established
  std::uint64_t lost = 0;      // datagrams that came in faster than they were read
  Counters counters;           // of the engines

  void Count(const Event& event);
  void Add(const ServeSummary& other);
  // Text has a second line when anybody came who has not come back. Line (JSON, an event "summary")
  // has all counters, and none twice.
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::string Line() const;
};

}  // namespace iscsi_ike::ike::tool
