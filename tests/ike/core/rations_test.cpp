#include "ike/core/rations.hpp"

#include <gtest/gtest.h>

namespace iscsi_ike::test {
namespace {

using ike::Time;
using std::chrono::milliseconds;

Time At(int ms) { return Time(milliseconds(ms)); }

TEST(Ration, IsOfEachSecond) {
  ike::Ration ration(2);
  EXPECT_TRUE(ration.Spend(At(5000)));
  EXPECT_TRUE(ration.Spend(At(5500)));
  EXPECT_FALSE(ration.Spend(At(5999)));
  EXPECT_TRUE(ration.Spend(At(6000)));
}

TEST(Credit, ComesAgainByItself) {
  ike::Credit credit(3, 2);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(credit.Take(At(10000)));
  EXPECT_FALSE(credit.Take(At(10000)));
  EXPECT_FALSE(credit.Take(At(10499)));
  EXPECT_TRUE(credit.Take(At(10500)));
  // What a look in between has not earned is not lost.
  EXPECT_FALSE(credit.Take(At(10700)));
  EXPECT_FALSE(credit.Take(At(10900)));
  EXPECT_TRUE(credit.Take(At(11000)));
  EXPECT_FALSE(credit.Take(At(11000)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(credit.Take(At(60000)));
  EXPECT_FALSE(credit.Take(At(60000)));
}

TEST(Credit, IsGivenBack) {
  ike::Credit credit(4, 0);
  EXPECT_FALSE(credit.IsLow());
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(credit.Take(At(1)));
  EXPECT_TRUE(credit.IsLow());
  EXPECT_FALSE(credit.Take(At(1000000)));
  credit.GiveBack();
  EXPECT_TRUE(credit.IsLow());
  credit.GiveBack();
  EXPECT_FALSE(credit.IsLow());
  for (int i = 0; i < 9; ++i) credit.GiveBack();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(credit.Take(At(1000000)));
  EXPECT_FALSE(credit.Take(At(1000000)));
}

TEST(Credit, OfNothingIsNever) {
  ike::Credit credit(0, 100);
  EXPECT_FALSE(credit.Take(At(0)));
  EXPECT_FALSE(credit.Take(At(1000000)));
}

// Neither a far future nor a rate that is hard to divide makes more of it.
TEST(Credit, DoesNotOverflow) {
  ike::Credit credit(UINT32_MAX, UINT32_MAX);
  EXPECT_TRUE(credit.Take(At(1)));
  EXPECT_TRUE(credit.Take(Time(milliseconds(std::int64_t{1} << 60))));
  ike::Credit slow(2, 1);
  EXPECT_TRUE(slow.Take(At(0)));
  EXPECT_TRUE(slow.Take(At(0)));
  EXPECT_TRUE(slow.Take(Time(milliseconds(std::int64_t{1} << 60))));
}

}  // namespace
}  // namespace iscsi_ike::test
