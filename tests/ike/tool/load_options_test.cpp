// What --fail-if, --mix and the sizes of a load may say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/tool/load_plan.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using testing::HasSubstr;

LoadResult Result() {
  LoadResult result;
  for (int i = 1; i <= 100; ++i) result.from_intended.Add(std::chrono::milliseconds(i));
  result.started = 101;
  result.established = 100;
  result.failed = 1;
  result.time = std::chrono::seconds(2);
  return result;
}

bool Breached(const std::string& text) {
  const auto threshold = ParseThreshold(text);
  EXPECT_TRUE(threshold.ok()) << text;
  return threshold && IsBreached(*threshold, Result());
}

TEST(Threshold, ComparesWithItsLimit) {
  EXPECT_TRUE(Breached("p50>49ms"));
  EXPECT_FALSE(Breached("p50>51ms"));
  EXPECT_TRUE(Breached("p99.9>99000us"));
  EXPECT_TRUE(Breached("max>0.09s"));
  EXPECT_FALSE(Breached("max>0.1s"));
  EXPECT_TRUE(Breached("mean>50ms"));
  EXPECT_FALSE(Breached("mean<50ms"));
  EXPECT_TRUE(Breached("failed>0"));
  EXPECT_FALSE(Breached("failed>1"));
  EXPECT_TRUE(Breached("rate<50.1"));
  EXPECT_FALSE(Breached("rate<50"));
  EXPECT_FALSE(Breached("unfinished>0"));
  EXPECT_TRUE(Breached("unfinished<1"));
}

TEST(Threshold, IsNotKeptWithoutData) {
  LoadResult nothing;
  for (const char* text : {"p99>1s", "max>1s", "mean<1us"}) {
    const auto threshold = ParseThreshold(text);
    EXPECT_TRUE(HasNoData(*threshold, nothing)) << text;
    EXPECT_TRUE(IsBreached(*threshold, nothing)) << text;
  }
  EXPECT_FALSE(IsBreached(*ParseThreshold("failed>0"), nothing));
}

TEST(Threshold, NamesWhatItCannotRead) {
  for (const auto& [text, rule] : {std::pair{"p99", "has no < or >"},
                                   {"p99>50", "needs us, ms or s"},
                                   {"p99>50m", "needs us, ms or s"},
                                   {"p101>5ms", "is not about"},
                                   {"p>5ms", "is not about"},
                                   {"latency>5ms", "is not about"},
                                   {"failed>", "has no number"},
                                   {"failed>1.2.3", "has no number"},
                                   {"max>.s", "has no number"},
                                   {"failed>-1", "has a negative number"},
                                   {"p99>-5ms", "has a negative number"},
                                   {"p99 > 5ms", "has blanks"},
                                   {" failed>0", "has blanks"}}) {
    const auto threshold = ParseThreshold(text);
    ASSERT_FALSE(threshold.ok()) << text;
    EXPECT_THAT(threshold.error().line, HasSubstr(std::string("--fail-if: \"") + text + "\" "));
    EXPECT_THAT(threshold.error().line, HasSubstr(rule));
  }
}

TEST(Mix, HasWordsAndWeights) {
  const auto mix = ParseMix("0x27=3;valid,ike,main;0x2b=1");
  ASSERT_TRUE(mix.ok());
  ASSERT_EQ(mix->size(), 3U);
  EXPECT_EQ((*mix)[0].word, "0x27");
  EXPECT_EQ((*mix)[0].weight, 3U);
  EXPECT_EQ((*mix)[1].word, "valid,ike,main");
  EXPECT_EQ((*mix)[1].weight, 1U);
  for (const char* bad : {"", ";", "0x27;", "=3", "0x27=0", "0x27=x"})
    EXPECT_FALSE(ParseMix(bad).ok()) << bad;
}

TEST(LoadPlan, KnowsWhatIsMeantByDefault) {
  const auto plan = ParseLoadPlan({});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->hbas, 1000U);
  EXPECT_EQ(plan->logins, 1000U);
  EXPECT_EQ(plan->concurrency, 64U);
  EXPECT_FALSE(plan->rate);
  LoadOptions options;
  options.hbas = "7";
  EXPECT_EQ(ParseLoadPlan(options)->logins, 7U);
  options.duration = "3";
  EXPECT_EQ(ParseLoadPlan(options)->logins, UINT64_MAX);
  options.logins = "9";
  EXPECT_EQ(ParseLoadPlan(options)->logins, 9U);
  options.rate = "5";
  options.concurrency = "5";
  EXPECT_FALSE(ParseLoadPlan(options).ok());
}

TEST(LoadPlan, SharesMakeUpTheWhole) {
  LoadPlan plan;
  plan.hbas = 10;
  plan.logins = 23;
  plan.concurrency = 7;
  plan.rate = 100.0;
  LoadPlan sum;
  sum.hbas = sum.logins = sum.concurrency = 0;
  double rate = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const LoadPlan share = ShareOf(plan, i, 4);
    sum.hbas += share.hbas;
    sum.logins += share.logins;
    sum.concurrency += share.concurrency;
    rate += *share.rate;
    EXPECT_DOUBLE_EQ(share.delay.count(), static_cast<double>(i) / 100);
  }
  EXPECT_EQ(sum.hbas, 10U);
  EXPECT_EQ(sum.logins, 23U);
  EXPECT_EQ(sum.concurrency, 7U);
  EXPECT_DOUBLE_EQ(rate, 100);
  plan.logins = UINT64_MAX;
  EXPECT_EQ(ShareOf(plan, 1, 4).logins, UINT64_MAX);
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
