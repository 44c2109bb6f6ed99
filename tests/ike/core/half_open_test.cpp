// HalfOpenTable against a list, and what it does with its memory.
#include "ike/core/half_open.hpp"

#include <gtest/gtest.h>

#include <list>
#include <random>

namespace iscsi_ike::test {
namespace {

using ike::Octets;
using Bytes = std::vector<std::uint8_t>;

// One is what the model keeps of each.
struct One {
  ike::HalfOpenFacts facts;
  Bytes offer, answer;
};

One Make(std::uint32_t number, std::size_t offer, std::size_t answer) {
  One one;
  one.facts.id = ike::SessionId{number};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto octet = static_cast<std::uint8_t>(number >> (8 * i));
    one.facts.initiator_cookie.octets[i] = octet;
    one.facts.responder_cookie.octets[7 - i] = octet;
  }
  one.facts.initiator_cookie.octets[7] = one.facts.responder_cookie.octets[0] = 1;
  one.facts.expires_at = ike::Time(ike::Duration(number));
  one.offer.assign(offer, static_cast<std::uint8_t>(number));
  one.answer.assign(answer, static_cast<std::uint8_t>(number + 1));
  return one;
}

Bytes CopyOf(Octets octets) { return {octets.begin(), octets.end()}; }

void ExpectSame(const ike::HalfOpenTable& table, const std::list<One>& model) {
  ASSERT_EQ(table.size(), model.size());
  ASSERT_EQ(table.Oldest() == nullptr, model.empty());
  if (!model.empty()) {
    EXPECT_EQ(table.Oldest()->id, model.front().facts.id);
  }
  auto expected = model.begin();
  table.ForEach([&](const ike::HalfOpen& half) {
    ASSERT_EQ(half.id, expected->facts.id);
    EXPECT_EQ(CopyOf(half.offer()), expected->offer);
    EXPECT_EQ(CopyOf(half.answer()), expected->answer);
    EXPECT_EQ(table.Find(half.responder_cookie), &half);
    EXPECT_EQ(table.Find(ike::FirstMessage{half.initiator_cookie, half.remote}), &half);
    ++expected;
  });
}

TEST(HalfOpen, DoesWhatAListDoes) {
  std::mt19937 random(5);
  ike::HalfOpenTable table({}, 1U << 20U);
  std::list<One> model;
  std::uint32_t number = 0;
  for (int step = 0; step < 4000; ++step) {
    // Long runs of either, so that it grows to many slabs and shrinks to none.
    const bool grows = step / 400 % 2 == 0;
    if (model.empty() || (random() % 4 != 0) == grows) {
      One one = Make(++number, random() % 700, random() % 300);
      EXPECT_EQ(table.Add(one.facts, one.offer, one.answer), 0U);
      model.push_back(std::move(one));
    } else {
      auto chosen = model.begin();
      std::advance(chosen, random() % 3 == 0 ? 0 : random() % model.size());
      ike::HalfOpen* half = table.Find(chosen->facts.responder_cookie);
      ASSERT_NE(half, nullptr);
      table.Remove(*half);
      model.erase(chosen);
    }
    if (step % 50 == 0) ExpectSame(table, model);
  }
  ExpectSame(table, model);
}

TEST(HalfOpen, TheOldestGiveWay) {
  constexpr std::size_t kEach = 160 + 64 + 32;
  ike::HalfOpenTable table({}, 10 * kEach);
  std::size_t gone = 0;
  for (std::uint32_t i = 1; i <= 25; ++i) {
    const One one = Make(i, 64, 32);
    gone += table.Add(one.facts, one.offer, one.answer);
  }
  EXPECT_EQ(gone, 15U);
  EXPECT_EQ(table.size(), 10U);
  EXPECT_EQ(table.Oldest()->id, ike::SessionId{16});
  EXPECT_EQ(table.Find(Make(15, 0, 0).facts.responder_cookie), nullptr);
  // Gaps count: whoever comes back cannot make room for more than the bound.
  for (std::uint32_t i = 17; i <= 25; ++i) {
    table.Remove(*table.Find(Make(i, 0, 0).facts.responder_cookie));
  }
  const One next = Make(26, 64, 32);
  EXPECT_EQ(table.Add(next.facts, next.offer, next.answer), 1U);
  EXPECT_EQ(table.size(), 1U);
}

TEST(HalfOpen, OneThatIsLargerThanTheBoundIsAlone) {
  ike::HalfOpenTable table({}, 100);
  for (std::uint32_t i = 1; i <= 3; ++i) {
    const One one = Make(i, 5000, 300);
    EXPECT_EQ(table.Add(one.facts, one.offer, one.answer), i == 1 ? 0U : 1U);
    EXPECT_EQ(table.size(), 1U);
  }
}

TEST(HalfOpen, HoldsItsPeerNoLongerThanItself) {
  auto peer = std::make_shared<const ike::PeerConfig>();
  {
    ike::HalfOpenTable table({}, 1U << 20U);
    for (std::uint32_t i = 1; i <= 4; ++i) {
      One one = Make(i, 600, 100);
      one.facts.peer = peer;
      table.Add(std::move(one.facts), one.offer, one.answer);
    }
    EXPECT_EQ(peer.use_count(), 5);
    table.Remove(*table.Oldest());
    EXPECT_EQ(peer.use_count(), 4);
  }
  EXPECT_EQ(peer.use_count(), 1);
}

}  // namespace
}  // namespace iscsi_ike::test
