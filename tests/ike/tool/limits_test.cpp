// What may be said of the limits of a serve, and where it goes.
#include "ike/tool/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iscsi_ike::ike::tool {
namespace {

using testing::HasSubstr;

TEST(Limits, WhatIsNotGivenStays) {
  EngineConfig config;
  const EngineConfig usual;
  ASSERT_TRUE(ApplyLimits({}, config).ok());
  EXPECT_EQ(config.half_open_octets, usual.half_open_octets);
  EXPECT_EQ(config.aggressive_at_once, usual.aggressive_at_once);
  EXPECT_EQ(config.aggressive_per_second, usual.aggressive_per_second);
  EXPECT_EQ(config.max_half_open, usual.max_half_open);
  EXPECT_EQ(config.max_sessions, usual.max_sessions);
  EXPECT_EQ(config.clear_notifies_per_second, usual.clear_notifies_per_second);
}

TEST(Limits, EachNumberGoesToItsPlace) {
  EngineConfig config;
  LimitOptions limits;
  limits.half_open_kib = "8";
  limits.aggressive_at_once = "9";
  limits.aggressive_rate = "10";
  limits.half_open = "11";
  limits.sessions = "12";
  limits.refusals = "13";
  ASSERT_TRUE(ApplyLimits(limits, config).ok());
  EXPECT_EQ(config.half_open_octets, 8192U);
  EXPECT_EQ(config.aggressive_at_once, 9U);
  EXPECT_EQ(config.aggressive_per_second, 10U);
  EXPECT_EQ(config.max_half_open, 11U);
  EXPECT_EQ(config.max_sessions, 12U);
  EXPECT_EQ(config.clear_notifies_per_second, 13U);
}

TEST(Limits, WhatIsNoNumberIsAnErrorThatNamesTheOption) {
  for (const char* const wrong : {"0", "-1", "many", "1e3", "99999999999"}) {
    EngineConfig config;
    LimitOptions limits;
    limits.sessions = wrong;
    const auto applied = ApplyLimits(limits, config);
    ASSERT_FALSE(applied.ok()) << wrong;
    EXPECT_THAT(applied.error().line, HasSubstr("--max-sessions"));
  }
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
