#include "ike/tool/latency_histogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "ike/tool/load_bars.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using testing::HasSubstr;

TEST(LatencyHistogram, IsEmptyAtFirst) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.Percentile(99), Microseconds(0));
  EXPECT_EQ(histogram.Mean(), 0);
  EXPECT_THAT(histogram.PercentileText(), HasSubstr("Total count    =            0]"));
}

TEST(LatencyHistogram, CountsSmallValuesExactly) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Add(Microseconds(i));
  EXPECT_EQ(histogram.Percentile(0), Microseconds(1));
  EXPECT_EQ(histogram.Percentile(50), Microseconds(500));
  EXPECT_EQ(histogram.Percentile(99.9), Microseconds(999));
  EXPECT_EQ(histogram.Percentile(100), Microseconds(1000));
  EXPECT_DOUBLE_EQ(histogram.Mean(), 500.5);
  EXPECT_NEAR(histogram.StandardDeviation(), 288.675, 0.001);
}

TEST(LatencyHistogram, StepsHoldEveryValue) {
  LatencyHistogram histogram;
  EXPECT_TRUE(histogram.Steps().empty());
  for (const int value : {0, 31, 32, 33, 34, 5000, 5001}) histogram.Add(Microseconds(value));
  std::vector<std::pair<std::int64_t, std::uint64_t>> steps;
  for (const auto& step : histogram.Steps()) steps.emplace_back(step.upper.count(), step.count);
  EXPECT_THAT(steps, testing::ElementsAre(std::pair(0, 1), std::pair(31, 1), std::pair(33, 2),
                                          std::pair(35, 1), std::pair(5119, 2)));
}

TEST(LatencyHistogram, BarsAreAtMostTen) {
  EXPECT_EQ(Bars(LatencyHistogram(), ""), "");
  LatencyHistogram histogram;
  for (int value = 1; value <= 1000; ++value) histogram.Add(Microseconds(value * 100));
  const std::string text = Bars(histogram, "  ");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10) << text;
  EXPECT_THAT(text, HasSubstr("########################################\n"));
  LatencyHistogram one;
  one.Add(Microseconds(7));
  EXPECT_EQ(Bars(one, ">"),
            ">to       0.01 ms        1 ########################################\n");
}

// The bucket of a value is never wider than a thousandth of it, and no value is reported as less.
TEST(LatencyHistogram, KeepsThreeDigitsOfAnySize) {
  for (std::uint64_t value = 1; value < 3'600'000'000; value += value / 3 + 1) {
    LatencyHistogram histogram;
    histogram.Add(Microseconds(value));
    histogram.Add(Microseconds(3'600'000'000));
    const auto found = static_cast<std::uint64_t>(histogram.Percentile(50).count());
    EXPECT_GE(found, value);
    EXPECT_LE(found - value, value / 1000) << value;
  }
}

TEST(LatencyHistogram, HoldsWhatIsOutOfRangeAtTheEdges) {
  LatencyHistogram histogram;
  histogram.Add(Microseconds(-5));
  histogram.Add(std::chrono::hours(2));
  EXPECT_EQ(histogram.Percentile(0), Microseconds(0));
  EXPECT_EQ(histogram.max(), std::chrono::hours(1));
}

TEST(LatencyHistogram, PrintsTheTableOfHdrHistogram) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.Add(Microseconds(i * 10));
  std::istringstream table(histogram.PercentileText());
  std::string line;
  std::getline(table, line);
  EXPECT_EQ(line, "       Value     Percentile TotalCount 1/(1-Percentile)");
  std::getline(table, line);
  EXPECT_EQ(line, "");
  std::getline(table, line);
  EXPECT_EQ(line, "       0.010 0.000000000000          1           1.00");
  std::getline(table, line);
  EXPECT_EQ(line, "       0.100 0.100000000000         10           1.11");
  std::string last;
  while (std::getline(table, line) && line[0] != '#') last = line;
  EXPECT_EQ(last, "       1.000 1.000000000000        100");
  EXPECT_EQ(line, "#[Mean    =        0.505, StdDeviation   =        0.289]");
}

TEST(LatencyHistogram, AddsAnother) {
  LatencyHistogram all;
  LatencyHistogram odd;
  LatencyHistogram even;
  for (int i = 1; i <= 5000; ++i) {
    all.Add(Microseconds(i));
    (i % 2 == 0 ? even : odd).Add(Microseconds(i));
  }
  odd.Add(even);
  EXPECT_EQ(odd.count(), all.count());
  EXPECT_EQ(odd.max(), all.max());
  EXPECT_EQ(odd.Mean(), all.Mean());
  EXPECT_EQ(odd.PercentileText(), all.PercentileText());
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
