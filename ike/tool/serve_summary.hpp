// ServeSummary: what a serve has done in all, as --quiet tells it in the end.
#pragma once

#include <cstdint>
#include <string>

#include "ike/events.hpp"

namespace iscsi_ike::ike::tool {

struct ServeSummary {
  std::uint64_t sessions = 0;  // with phase 1 established
  std::uint64_t failed = 0;    // negotiations, of phase 1 or of a child
  std::uint64_t children = 0;  // established

  void Count(const Event& event);
  void Add(const ServeSummary& other);
  // Text and Line (JSON, an event "summary") are one line.
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::string Line() const;
};

}  // namespace iscsi_ike::ike::tool
