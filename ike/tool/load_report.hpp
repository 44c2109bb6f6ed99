// The report of a load, as text and as JSON:
//   {"logins": {"wanted", "started", "established", "failed", "unfinished", "late"},
//    "loop": "open" | "closed", "rate", "seconds", "interrupted",
//    "cpu_us_per_login": {"own", "peer": null | number},
//    "latency_us": {"first_answer": latency, "phase1", "child", "from_intended"},
//    "failures": [{"code", "count", "text"}], "breached": [text]}
//   latency: {"count", "mean", "p50", "p90", "p99", "p99_9", "max"}
#pragma once

#include <string>
#include <vector>

#include "ike/tool/load_plan.hpp"

namespace iscsi_ike::ike::tool {

// `breached` are the thresholds that did not hold.
[[nodiscard]] std::string LoadReport(const LoadPlan& plan, const LoadResult& result,
                                     const std::vector<Threshold>& breached);
[[nodiscard]] std::string LoadLine(const LoadPlan& plan, const LoadResult& result,
                                   const std::vector<Threshold>& breached);
// ProgressLine is one line without newline.
[[nodiscard]] std::string ProgressLine(const LoadResult& result);

}  // namespace iscsi_ike::ike::tool
