#include "ike/tool/load_bars.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace iscsi_ike::ike::tool {

namespace {

constexpr int kRows = 10;
constexpr unsigned kFine = 11;  // as fine as the histogram is
constexpr std::size_t kWidest = 40;

// Rows puts the steps together: at most kRows, evenly spread over the logarithm of the time.
std::vector<LatencyHistogram::Step> Rows(const std::vector<LatencyHistogram::Step>& steps) {
  const double least = std::max(1.0, static_cast<double>(steps.front().upper.count()));
  const double factor = static_cast<double>(steps.back().upper.count()) / least;
  std::vector<LatencyHistogram::Step> rows;
  for (int i = 1; i < kRows && factor > 1; ++i) {
    const Microseconds upper(std::llround(least * std::pow(factor, double(i) / kRows)));
    if (rows.empty() || rows.back().upper < upper) rows.push_back({upper, 0});
  }
  if (rows.empty() || rows.back().upper < steps.back().upper)
    rows.push_back({steps.back().upper, 0});
  auto row = rows.begin();
  for (const LatencyHistogram::Step& step : steps) {
    while (row->upper < step.upper) ++row;
    row->count += step.count;
  }
  return rows;
}

}  // namespace

std::string Bars(const LatencyHistogram& latency, const std::string& indent) {
  const auto steps = latency.Steps(kFine);
  if (steps.empty()) return {};
  const auto rows = Rows(steps);
  const std::uint64_t most =
      std::ranges::max_element(rows, {}, &LatencyHistogram::Step::count)->count;
  std::string text;
  for (const LatencyHistogram::Step& row : rows) {
    std::array<char, 64> start{};
    // NOLINTNEXTLINE(*-vararg,cert-err33-c)
    std::snprintf(start.data(), start.size(), "to %10.2f ms %8llu",
                  static_cast<double>(row.upper.count()) / 1000,
                  static_cast<unsigned long long>(row.count));
    const auto width = static_cast<std::size_t>(
        std::ceil(static_cast<double>(row.count) * kWidest / static_cast<double>(most)));
    text += indent + start.data() + (width > 0 ? " " : "") + std::string(width, '#') + "\n";
  }
  return text;
}

}  // namespace iscsi_ike::ike::tool
