// LoadResult: what a login storm came to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ike/tool/cpu_time.hpp"
#include "ike/tool/latency_histogram.hpp"

namespace iscsi_ike::ike::tool {

struct LoadResult {
  // FailureCount: the failures of one code, and the text and the evidence of the first.
  struct FailureCount {
    std::uint64_t count = 0;
    std::string text;
    std::vector<std::string> details;
  };

  std::uint64_t started = 0;
  std::uint64_t established = 0;
  std::uint64_t failed = 0;
  std::uint64_t late = 0;  // open loop: begun a millisecond or more behind their time
  bool interrupted = false;
  std::map<std::string, FailureCount> failures;  // by code

  // From the first octet sent to the first answer, to phase 1, to the child.
  LatencyHistogram first_answer;
  LatencyHistogram phase1;
  LatencyHistogram child;
  // From the moment at which the login was to begin: what somebody waits who does not know that the
  // load lags behind.
  LatencyHistogram from_intended;

  std::chrono::duration<double> time{0};
  CpuTime own_cpu{0};
  CpuTime peer_cpu{0};
  bool peer_cpu_known = false;

  // Add puts the logins of another engine to these. The times are those of all, and stay.
  void Add(const LoadResult& other);

  [[nodiscard]] std::uint64_t unfinished() const { return started - established - failed; }
  [[nodiscard]] double Rate() const {  // established, a second
    return time.count() > 0 ? static_cast<double>(established) / time.count() : 0;
  }
};

}  // namespace iscsi_ike::ike::tool
