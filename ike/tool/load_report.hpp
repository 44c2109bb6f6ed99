// The report of a load, as text and as JSON:
//   {"logins": {"wanted", "started", "established", "failed", "unfinished", "late"},
//    "loop": "open" | "closed", "rate", "seconds", "interrupted",
//    "cpu_us_per_login": {"own", "peer": null | number},
//    "conditions": {"hbas", "addresses", "concurrency": null | number, "rate": null | number,
//      "duration": null | seconds, "threads", "segment", "words", "suite": null | text,
//      "ike": [text], "esp": [text]},
//    "latency_us": {"first_answer": latency, "phase1", "child", "from_intended"},
//    "histogram": [[upper_us, count]],
//    "failures": [{"code", "count", "text", "details": [text]}], "breached": [text]}
//   latency: {"count", "mean", "p50", "p90", "p99", "p99_9", "max"}; all but count null without any
//   histogram: of from_intended
#pragma once

#include <string>
#include <vector>

#include "ike/tool/load_plan.hpp"

namespace iscsi_ike::ike::tool {

// LoadOutcome: what is reported. The references outlive it.
struct LoadOutcome {
  const Options& options;
  const LoadPlan& plan;
  const LoadResult& result;
  std::string words;  // as they were given
  std::size_t threads = 1;
  std::vector<Threshold> breached;  // the thresholds that did not hold
};

[[nodiscard]] std::string LoadReport(const LoadOutcome& outcome);
[[nodiscard]] std::string LoadLine(const LoadOutcome& outcome);
// ProgressLine is one line without newline.
[[nodiscard]] std::string ProgressLine(const LoadResult& result);

}  // namespace iscsi_ike::ike::tool
