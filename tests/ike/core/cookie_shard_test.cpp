// Cookies of initiators fall to their engine's share.
#include <gtest/gtest.h>

#include <set>

#include "ike/core/core.hpp"

namespace iscsi_ike::ike {
namespace {

std::uint32_t ShareOf(const Cookie& cookie, std::uint32_t count) {
  std::uint32_t x = 0;
  for (std::size_t i = 0; i < 4; ++i)
    x = x << 8U | static_cast<std::uint8_t>(cookie.octets[i] ^ cookie.octets[4 + i]);
  return x % count;
}

TEST(CookieShard, CookiesOfAnInitiatorFallToItsShare) {
  for (const std::uint32_t count : {1U, 2U, 3U, 5U, 8U, 256U}) {
    for (const std::uint32_t index : {0U, count / 2, count - 1}) {
      crypto::SeededRandom random(count);
      EngineConfig config;
      config.cookie_shard = {index, count};
      EngineCore core(config, random, nullptr);
      std::set<std::array<std::uint8_t, 8>> seen;
      for (int i = 0; i < 100; ++i) {
        const auto cookie = core.MakeInitiatorCookie();
        ASSERT_TRUE(cookie);
        EXPECT_EQ(ShareOf(*cookie, count), index);
        EXPECT_TRUE(seen.insert(cookie->octets).second);
      }
    }
  }
}

// AllOnes gives octets that are the greatest number: no share above it is left.
class AllOnes final : public crypto::RandomSource {
 public:
  bool Fill(crypto::MutableOctets out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i < 4 ? 0 : 0xff;
    return true;
  }
};

TEST(CookieShard, AShareBeyondTheGreatestNumberIsDrawnAgain) {
  AllOnes random;
  EngineConfig config;
  config.cookie_shard = {6, 7};  // 2^32 - 1 is 3 modulo 7
  EngineCore core(config, random, nullptr);
  EXPECT_FALSE(core.MakeInitiatorCookie());
  core.config.cookie_shard.index = 3;
  ASSERT_TRUE(core.MakeInitiatorCookie());
}

TEST(CookieShard, AloneTheCookieIsAsItWasDrawn) {
  crypto::SeededRandom random(9);
  crypto::SeededRandom same(9);
  EngineCore core({}, random, nullptr);
  EngineCore other({}, same, nullptr);
  EXPECT_EQ(core.MakeInitiatorCookie(), other.MakeCookie());
}

}  // namespace
}  // namespace iscsi_ike::ike
