// Bars: a distribution of latencies as a few lines of text.
#pragma once

#include <string>

#include "ike/tool/latency_histogram.hpp"

namespace iscsi_ike::ike::tool {

// Bars has at most ten lines, each for a time the same factor longer than that of the line before,
// with a bar and a count; every line begins with `indent`. Empty without any.
[[nodiscard]] std::string Bars(const LatencyHistogram& latency, const std::string& indent);

}  // namespace iscsi_ike::ike::tool
