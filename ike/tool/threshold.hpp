// Threshold: a bound that a load must keep, as --fail-if gives it.
#pragma once

#include <string>

#include "ike/tool/exit_codes.hpp"
#include "ike/tool/load_result.hpp"

namespace iscsi_ike::ike::tool {

struct Threshold {
  std::string text;  // as it was given
  // p50, p99.9, max, mean: of a login, from its intended start; failed, unfinished, rate
  std::string quantity;
  bool above = true;  // breached above the limit; else below it
  double limit = 0;   // microseconds, or a number
};

// ParseThreshold reads "p99>50ms", "max>2s", "failed>0", "rate<500".
[[nodiscard]] Checked<Threshold> ParseThreshold(const std::string& text);

// HasNoData: it is about a time, and no login was established that could have taken one.
[[nodiscard]] bool HasNoData(const Threshold& threshold, const LoadResult& result);
// IsBreached: it does not hold, or there are no data to show that it does.
[[nodiscard]] bool IsBreached(const Threshold& threshold, const LoadResult& result);

}  // namespace iscsi_ike::ike::tool
