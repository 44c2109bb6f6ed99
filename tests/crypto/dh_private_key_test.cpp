// Private keys: lengths, ranges, and sources of randomness that misbehave.
#include <gtest/gtest.h>

#include "crypto/dh.hpp"
#include "tests/crypto/dh_jobs.hpp"

namespace iscsi_ike::test {
namespace {

// Sources of randomness that misbehave.

class FailingRandom final : public RandomSource {
 public:
  bool Fill(MutableOctets) override { return false; }
};

// ScriptedRandom fills whole draws with one octet each, the last for ever.
class ScriptedRandom final : public RandomSource {
 public:
  explicit ScriptedRandom(Bytes script) : script_(std::move(script)) {}
  bool Fill(MutableOctets out) override {
    std::ranges::fill(out, script_[std::min(draws_, script_.size() - 1)]);
    ++draws_;
    return true;
  }
  [[nodiscard]] std::size_t draws() const { return draws_; }

 private:
  Bytes script_;
  std::size_t draws_ = 0;
};

TEST(MakePrivateKey, HasTheLengthOfTheGroup) {
  SeededRandom random(3);
  for (const DhGroupInfo& info : AllDhGroups()) {
    const auto first = MakePrivateKey(info.group, random);
    const auto second = MakePrivateKey(info.group, random);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->size(), info.private_size) << info.name;
    EXPECT_FALSE(ConstantTimeEqual(first->Expose(), second->Expose())) << info.name;
  }
}

TEST(MakePrivateKey, RepeatsFromTheSameSeed) {
  for (const DhGroupInfo& info : AllDhGroups()) {
    SeededRandom first(9);
    SeededRandom second(9);
    EXPECT_TRUE(ConstantTimeEqual(MakePrivateKey(info.group, first)->Expose(),
                                  MakePrivateKey(info.group, second)->Expose()));
  }
}

TEST(MakePrivateKey, ModpExponentsHaveTheTopBitSet) {
  ScriptedRandom zeros({0});
  for (const DhGroupInfo& info : GroupsOf(DhKind::kModp)) {
    const auto key = MakePrivateKey(info.group, zeros);
    ASSERT_TRUE(key);
    Bytes expected(info.private_size);
    expected.front() = 0x80;
    EXPECT_EQ(ToHex(key->Expose()), ToHex(expected)) << info.name;
  }
}

TEST(MakePrivateKey, EcpScalarsAreDrawnAgainUntilInRange) {
  for (const DhGroupInfo& info : GroupsOf(DhKind::kEcp)) {
    SCOPED_TRACE(info.name);
    ScriptedRandom random({0xff, 0x00, 0x5a, 0x77});
    const auto key = MakePrivateKey(info.group, random);
    ASSERT_TRUE(key);
    EXPECT_EQ(random.draws(), 3U);
    EXPECT_EQ(key->Expose().back(), 0x5a);
    EXPECT_TRUE(std::ranges::lexicographical_compare(key->Expose(), EcpNumbers(info.group).order));
  }
}

TEST(MakePrivateKey, GivesUpOnAUselessSource) {
  FailingRandom failing;
  for (const DhGroupInfo& info : AllDhGroups()) {
    EXPECT_FALSE(MakePrivateKey(info.group, failing)) << info.name;
  }
  for (const DhGroupInfo& info : GroupsOf(DhKind::kEcp)) {
    for (const std::uint8_t octet : Bytes{0x00, 0xff}) {
      ScriptedRandom constant({octet});
      EXPECT_FALSE(MakePrivateKey(info.group, constant)) << info.name;
      EXPECT_LE(constant.draws(), 100U);
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::test
