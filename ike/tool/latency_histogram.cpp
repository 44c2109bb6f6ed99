#include "ike/tool/latency_histogram.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

namespace iscsi_ike::ike::tool {

namespace {

constexpr unsigned kLinearBits = 11;  // 2048 buckets of one microsecond
constexpr std::uint64_t kLinear = 1U << kLinearBits;
constexpr std::uint64_t kHalf = kLinear / 2;
constexpr std::uint64_t kLongest = 3'600'000'000;
constexpr int kTicksPerHalving = 5;

std::size_t BucketOf(std::uint64_t value) {
  if (value < kLinear) return static_cast<std::size_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - kLinearBits;
  return static_cast<std::size_t>(kLinear + (shift - 1) * kHalf + (value >> shift) - kHalf);
}

// LastOf is the greatest value of a bucket.
std::uint64_t LastOf(std::size_t bucket) {
  if (bucket < kLinear) return bucket;
  const std::uint64_t above = bucket - kLinear;
  const std::uint64_t shift = above / kHalf + 1;
  return ((above % kHalf + kHalf + 1) << shift) - 1;
}

// LastOfStep is the greatest value of the step that a value is in.
std::uint64_t LastOfStep(std::uint64_t value, unsigned digits) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  if (width <= digits) return value;
  const unsigned shift = width - digits;
  return (((value >> shift) + 1) << shift) - 1;
}

template <class... Values>
std::string Line(const char* format, Values... values) {
  std::array<char, 128> line{};
  const int size = std::snprintf(line.data(), line.size(), format, values...);  // NOLINT(*-vararg)
  return {line.data(), static_cast<std::size_t>(std::max(size, 0))};
}

double Milliseconds(Microseconds value) { return static_cast<double>(value.count()) / 1000; }

}  // namespace

LatencyHistogram::LatencyHistogram() : counts_(BucketOf(kLongest) + 1) {}

void LatencyHistogram::Add(Microseconds latency) {
  const auto value = std::min(
      static_cast<std::uint64_t>(std::max<Microseconds::rep>(latency.count(), 0)), kLongest);
  ++counts_[BucketOf(value)];
  ++count_;
  max_ = std::max(max_, Microseconds(value));
  const auto number = static_cast<double>(value);
  sum_ += number;
  sum_of_squares_ += number * number;
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  sum_of_squares_ += other.sum_of_squares_;
}

double LatencyHistogram::Mean() const {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

double LatencyHistogram::StandardDeviation() const {
  if (count_ == 0) return 0;
  const double mean = Mean();
  return std::sqrt(std::max(0.0, sum_of_squares_ / static_cast<double>(count_) - mean * mean));
}

Microseconds LatencyHistogram::Percentile(double percent) const {
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  // 99.9 of a hundred of 1000 are 999, whatever binary fractions say.
  const double rank = std::ceil(share * static_cast<double>(count_) - 1e-6);
  const auto wanted = static_cast<std::uint64_t>(std::max(1.0, rank));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return std::min(max_, Microseconds(LastOf(bucket)));
  }
  return max_;
}

std::vector<LatencyHistogram::Step> LatencyHistogram::Steps(unsigned digits) const {
  std::vector<Step> steps;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (counts_[bucket] == 0) continue;
    const Microseconds upper(LastOfStep(LastOf(bucket), digits));
    if (steps.empty() || steps.back().upper != upper) steps.push_back({upper, 0});
    steps.back().count += counts_[bucket];
  }
  return steps;
}

std::string LatencyHistogram::PercentileText() const {
  std::string text =
      Line("%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  double share = 0;  // the next line's
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size() && count_ > 0; ++bucket) {
    if (counts_[bucket] == 0) continue;
    seen += counts_[bucket];
    const double here = static_cast<double>(seen) / static_cast<double>(count_);
    const double value = Milliseconds(std::min(max_, Microseconds(LastOf(bucket))));
    if (seen == count_) {
      text += Line("%12.3f %2.12f %10llu\n", value, 1.0, static_cast<unsigned long long>(seen));
      break;
    }
    while (here >= share) {
      text += Line("%12.3f %2.12f %10llu %14.2f\n", value, share,
                   static_cast<unsigned long long>(seen), 1 / (1 - share));
      const double halvings = std::floor(std::log2(1 / (1 - share))) + 1;
      share += 1 / (kTicksPerHalving * std::exp2(halvings));
    }
  }
  text += Line("#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", Mean() / 1000,
               StandardDeviation() / 1000);
  text += Line("#[Max     = %12.3f, Total count    = %12llu]\n", Milliseconds(max_),
               static_cast<unsigned long long>(count_));
  text += Line("#[Buckets = %12u, SubBuckets     = %12llu]\n", 22U,
               static_cast<unsigned long long>(kLinear));
  return text;
}

}  // namespace iscsi_ike::ike::tool
