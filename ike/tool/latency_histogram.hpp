// LatencyHistogram: durations counted to three significant digits, whatever their size.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace iscsi_ike::ike::tool {

using Microseconds = std::chrono::microseconds;

// The buckets are those of HdrHistogram: 2048 of one microsecond, then 1024 for each doubling. An
// hour is the most that is told apart.
class LatencyHistogram {
 public:
  LatencyHistogram();

  void Add(Microseconds latency);
  void Add(const LatencyHistogram& other);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Microseconds max() const { return max_; }
  [[nodiscard]] double Mean() const;               // microseconds
  [[nodiscard]] double StandardDeviation() const;  // microseconds
  // Percentile, 0 to 100: so many of a hundred took no longer, to the width of a bucket and never
  // above max(). 0 without any.
  [[nodiscard]] Microseconds Percentile(double percent) const;

  // Step: so many took longer than the step before and at most `upper`.
  struct Step {
    Microseconds upper{0};
    std::uint64_t count = 0;
  };
  // Steps tells times apart to so many binary digits; with 5 there are 16 steps for each doubling.
  // Only those that are not empty; the last may end above max().
  [[nodiscard]] std::vector<Step> Steps(unsigned digits = 5) const;

  // PercentileText is HdrHistogram's own table (.hgrm), in milliseconds, five lines for each
  // halving of what is left above.
  [[nodiscard]] std::string PercentileText() const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  Microseconds max_{0};
  double sum_ = 0;
  double sum_of_squares_ = 0;
};

}  // namespace iscsi_ike::ike::tool
