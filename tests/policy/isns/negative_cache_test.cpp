#include "policy/isns/negative_cache.hpp"

#include <gtest/gtest.h>

namespace iscsi_ike::policy::isns {
namespace {

PortalKey Key(std::uint8_t last, std::uint16_t port = 3260) {
  return {IpAddress::V4({10, 0, 0, last}), {port, false}};
}

TEST(NegativeCache, RemembersForItsTime) {
  NegativeCache cache(4, 100);
  EXPECT_EQ(cache.Find(Key(1), 0), nullptr);
  cache.Remember(Key(1), "wrong HASH", 50);
  ASSERT_NE(cache.Find(Key(1), 50), nullptr);
  EXPECT_EQ(cache.Find(Key(1), 149)->why, "wrong HASH");
  EXPECT_EQ(cache.Find(Key(1), 150), nullptr);
  EXPECT_EQ(cache.Find(Key(1, 3261), 60), nullptr);
  EXPECT_EQ(cache.Find(Key(2), 60), nullptr);
}

TEST(NegativeCache, ALaterFailureBeginsTheTimeAnew) {
  NegativeCache cache(4, 100);
  cache.Remember(Key(1), "first", 0);
  cache.Remember(Key(1), "second", 90);
  EXPECT_EQ(cache.size(), 1U);
  ASSERT_NE(cache.Find(Key(1), 189), nullptr);
  EXPECT_EQ(cache.Find(Key(1), 189)->why, "second");
  EXPECT_EQ(cache.Find(Key(1), 190), nullptr);
}

TEST(NegativeCache, EntriesOfAnEarlierTimeStayNoLongerThanNewOnes) {
  NegativeCache cache(2, 100);
  cache.Restore(Key(1), {"first", 1050}, 1000);
  cache.Restore(Key(2), {"of a clock that went wrong", 999999}, 1000);
  cache.Restore(Key(3), {"over", 1000}, 1000);
  EXPECT_EQ(cache.size(), 2U);
  ASSERT_NE(cache.Find(Key(1), 1049), nullptr);
  EXPECT_EQ(cache.Find(Key(1), 1050), nullptr);
  ASSERT_NE(cache.Find(Key(2), 1099), nullptr);
  EXPECT_EQ(cache.Find(Key(2), 1100), nullptr);
  cache.Restore(Key(4), {"fourth", 1100}, 1000);
  EXPECT_EQ(cache.Find(Key(1), 1000), nullptr) << "the one that would expire first gives way";
}

TEST(NegativeCache, WhoAuthenticatesIsForgotten) {
  NegativeCache cache;
  cache.Remember(Key(1), "x", 0);
  cache.Forget(Key(1));
  cache.Forget(Key(2));
  EXPECT_EQ(cache.Find(Key(1), 1), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(NegativeCache, FullTheOneThatWouldExpireFirstGivesWay) {
  NegativeCache cache(3, 100);
  for (std::uint8_t i = 1; i <= 3; ++i) cache.Remember(Key(i), "x", i);
  cache.Remember(Key(1), "again", 4);
  cache.Remember(Key(9), "x", 5);
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_EQ(cache.Find(Key(2), 6), nullptr);
  EXPECT_NE(cache.Find(Key(1), 6), nullptr);
  EXPECT_NE(cache.Find(Key(3), 6), nullptr);
  EXPECT_NE(cache.Find(Key(9), 6), nullptr);
}

TEST(NegativeCache, WhatHasExpiredMakesRoom) {
  NegativeCache cache(2, 10);
  cache.Remember(Key(1), "x", 0);
  cache.Remember(Key(2), "x", 1);
  cache.Remember(Key(3), "x", 20);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(NegativeCache, TimesDoNotOverflowAndNoRoomIsNoRoom) {
  NegativeCache cache(1, ~std::uint64_t{0});
  cache.Remember(Key(1), "x", 1000);
  EXPECT_NE(cache.Find(Key(1), ~std::uint64_t{0} - 1), nullptr);
  NegativeCache none(0, 10);
  none.Remember(Key(1), "x", 0);
  EXPECT_EQ(none.Find(Key(1), 0), nullptr);
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
