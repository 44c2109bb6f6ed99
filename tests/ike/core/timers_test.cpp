// Deadline, Fifo and the timer queue of an EngineCore: a timer that is put off costs no new entry.
#include <gtest/gtest.h>

#include "ike/core/core.hpp"
#include "ike/core/fifo.hpp"

namespace iscsi_ike::test {
namespace {

using ike::Deadline;
using ike::Time;

Time At(int ms) { return Time(ike::Duration(ms)); }

TEST(Deadline, ReadsLikeAnOptionalTime) {
  Deadline none;
  EXPECT_FALSE(none);
  EXPECT_FALSE(none.IsDue(Time::max()));
  EXPECT_EQ(std::optional<Time>(none), std::nullopt);
  Deadline due = At(5);
  EXPECT_TRUE(due && due.IsDue(At(5)) && !due.IsDue(At(4)));
  due.Advance(none);
  due.Advance(At(9));
  EXPECT_EQ(*due, At(5));
  due.Advance(At(2));
  EXPECT_EQ(*due, At(2));
  due.reset();
  EXPECT_EQ(due, none);
}

TEST(Fifo, KeepsTheOrderAlsoWhenItIsNeverEmpty) {
  ike::Fifo<int> queue;
  EXPECT_EQ(queue.Pop(), std::nullopt);
  int pushed = 0;
  for (int popped = 0; popped < 1000; ++popped) {
    queue.Push(pushed++);
    queue.Push(pushed++);
    ASSERT_EQ(queue.Pop(), popped);
  }
  for (int popped = 1000; popped < pushed; ++popped) ASSERT_EQ(queue.Pop(), popped);
  EXPECT_TRUE(queue.empty());
}

class Timers : public ::testing::Test {
 protected:
  ike::Session& Add() {
    return core.AddSession(core.MakeSession(ike::Role::kInitiator, {}, {}, nullptr));
  }
  // Next takes the session that is due first, and says when that was.
  std::pair<ike::Session*, int> Next() {
    ike::Session* session = core.NextTimer();
    if (session == nullptr) return {nullptr, -1};
    const auto due = (*session->scheduled).time_since_epoch().count();
    core.TakeTimer(*session);
    return {session, static_cast<int>(due)};
  }

 private:
  crypto::SeededRandom random_{1};

 public:
  ike::EngineCore core{{}, random_, nullptr};
};

TEST_F(Timers, ComeUpInTheirOrder) {
  ike::Session& a = Add();
  ike::Session& b = Add();
  ike::Session& c = Add();
  core.Schedule(b, At(20));
  core.Schedule(a, At(30));
  core.Schedule(c, At(20));
  EXPECT_EQ(Next(), std::pair(&b, 20));
  EXPECT_EQ(Next(), std::pair(&c, 20));
  EXPECT_EQ(Next(), std::pair(&a, 30));
  EXPECT_EQ(Next().first, nullptr);
}

TEST_F(Timers, ArePutOffBroughtForwardAndStopped) {
  ike::Session& a = Add();
  ike::Session& b = Add();
  core.Schedule(a, At(10));
  core.Schedule(b, At(15));
  core.Schedule(a, At(40));  // put off: the entry for 10 moves when it comes up
  EXPECT_EQ(core.NextTimer(), &b);
  core.Schedule(a, At(12));  // and brought forward again
  EXPECT_EQ(Next(), std::pair(&a, 12));
  core.Schedule(b, std::nullopt);
  EXPECT_EQ(Next().first, nullptr);
  core.Schedule(b, At(50));
  core.RemoveSession(b.id);
  EXPECT_EQ(Next().first, nullptr);
}

// A near deadline in front of a far one, again and again.
TEST_F(Timers, DoNotPileUp) {
  ike::Session& a = Add();
  ike::Session& b = Add();
  core.Schedule(b, At(3'000'000));
  for (int i = 0; i < 1000; ++i) {
    core.Schedule(a, At(2'000'000));
    core.Schedule(a, At(i));
    EXPECT_EQ(Next(), std::pair(&a, i));
  }
  EXPECT_LE(core.timer_count(), 100U);
  core.Schedule(a, At(2'000'000));
  EXPECT_EQ(Next(), std::pair(&a, 2'000'000));
  EXPECT_EQ(Next(), std::pair(&b, 3'000'000));
  EXPECT_EQ(Next().first, nullptr);
}

TEST_F(Timers, OfASessionThatIsPutOffForeverStayOne) {
  ike::Session& a = Add();
  for (int i = 0; i < 1000; ++i) core.Schedule(a, At(1000 + i));
  EXPECT_EQ(core.timer_count(), 1U);
  EXPECT_EQ(Next(), std::pair(&a, 1999));
  EXPECT_EQ(core.timer_count(), 0U);
}

// A look at the next timer tidies up, and must not fail for want of memory.
TEST(TimerQueue, KeepsItsRoomWhenItIsCleared) {
  ike::TimerQueue queue;
  for (unsigned i = 0; i < 1000; ++i) queue.Push(At(1), ike::SessionId{i});
  const std::size_t room = queue.room();
  queue.Clear();
  EXPECT_EQ(queue.Top(), nullptr);
  EXPECT_EQ(queue.room(), room);
  EXPECT_GE(room, 1000U);
}

}  // namespace
}  // namespace iscsi_ike::test
