// Whoever is where he says, and never finishes: he takes turns with others, and gives way first.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

constexpr std::size_t kHalfOpen = 64;

// RealSources lets initiators at addresses of their own come as far as MM3, one after the other.
// Nothing is computed unless the test does.
class RealSources : public ::testing::Test {
 protected:
  explicit RealSources(std::size_t sessions = 1U << 20U)
      : pair_(QuickEnd(kMainWord), Portal(sessions)) {
    EXPECT_TRUE(pair_.Login());
    for (const Sent& sent : pair_.net.log)
      if (sent.datagram.local == pair_.initiator->endpoint())
        messages_.push_back(sent.datagram.octets);
    pair_.responder->engine().Close(pair_.net.now(), ike::SessionId{1});
    pair_.net.Run();
    pair_.responder->events.clear();
  }

  static EndSettings Portal(std::size_t sessions) {
    EndSettings end = QuickEnd(kMainWord);
    end.adjust_engine = [sessions](ike::EngineConfig& c) {
      c.max_half_open = kHalfOpen;
      c.max_sessions = sessions;
    };
    end.adjust_peer = [](ike::PeerConfig& peer) { peer.remote.reset(); };
    return end;
  }

  // ComeBack brings MM1 and MM3. Each has another cookie and another port.
  void ComeBack(std::uint8_t host, ike::Duration later = {}) {
    const ike::Endpoint from{policy::IpAddress::V4({198, 18, 0, host}),
                             static_cast<std::uint16_t>(1000 + ++number_)};
    Bytes first = messages_.at(0);
    first[0] = static_cast<std::uint8_t>(number_ >> 8U);
    first[1] = static_cast<std::uint8_t>(number_);
    engine().HandleDatagram(pair_.net.now(), here(), from, first);
    const auto answer = engine().PollDatagram();
    ASSERT_TRUE(answer);
    Bytes third = messages_.at(1);
    std::copy_n(answer->octets.begin(), 16, third.begin());
    engine().HandleDatagram(pair_.net.now() + later, here(), from, third);
    ASSERT_FALSE(engine().PollDatagram());
    last_ = static_cast<std::uint64_t>(NextSession());
  }
  ike::Engine& engine() { return pair_.responder->engine(); }
  ike::Endpoint here() const { return pair_.responder->endpoint(); }
  static std::uint64_t SessionOf(const crypto::DhJob& job) {
    return static_cast<std::uint64_t>(job.ticket) >> 32U;
  }
  // NextSession: each first message draws a number.
  std::uint64_t NextSession() { return 1 + number_; }

  Pair pair_;
  std::vector<Bytes> messages_;  // the initiator's: MM1, MM3, ...
  unsigned number_ = 0;
  std::uint64_t last_ = 0;  // session
};

// Who comes back late has what is left of the time, and no more.
TEST_F(RealSources, TheTimeRunsFromTheFirstMessage) {
  const ike::Time first = pair_.net.now();
  ComeBack(1, std::chrono::seconds(20));
  EXPECT_EQ(engine().NextTimeout(), first + std::chrono::seconds(30));
}

TEST_F(RealSources, NobodyComputesForThoseWhoGaveWay) {
  for (int i = 0; i < 1000; ++i) ComeBack(1);
  EXPECT_EQ(engine().counters().sessions_gave_way, 1000 - kHalfOpen);
  std::set<std::uint64_t> sessions;
  std::size_t jobs = 0;
  while (const auto job = engine().PollDh()) {
    sessions.insert(SessionOf(*job));
    ++jobs;
  }
  EXPECT_EQ(jobs, 2 * kHalfOpen);
  EXPECT_EQ(sessions.size(), kHalfOpen);
  EXPECT_EQ(*sessions.rbegin(), last_);
}

TEST_F(RealSources, WhoHoldsMostGivesWayAndTheOthersStay) {
  ComeBack(2);
  const std::uint64_t early = last_;
  for (int i = 0; i < 500; ++i) ComeBack(1);
  ComeBack(3);
  const std::uint64_t late = last_;
  for (int i = 0; i < 500; ++i) ComeBack(1);
  EXPECT_EQ(engine().counters().sessions_gave_way, 1002 - kHalfOpen);
  std::set<std::uint64_t> sessions;
  while (const auto job = engine().PollDh()) sessions.insert(SessionOf(*job));
  EXPECT_TRUE(sessions.contains(early));
  EXPECT_TRUE(sessions.contains(late));
  EXPECT_EQ(sessions.size(), kHalfOpen);
}

// Where nobody holds more than a share, the oldest gives way.
TEST_F(RealSources, AmongEqualsTheOldestGivesWay) {
  for (std::uint8_t host = 1; host <= 100; ++host) ComeBack(host);
  std::set<std::uint64_t> sessions;
  while (const auto job = engine().PollDh()) sessions.insert(SessionOf(*job));
  EXPECT_EQ(sessions.size(), kHalfOpen);
  EXPECT_EQ(*sessions.begin(), last_ - kHalfOpen + 1);
  const auto event = engine().PollEvent();
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<ike::Failed>(*event).failure.text,
            "the bound on half-open sessions is reached, and this was the oldest half-open one");
}

TEST_F(RealSources, TheJobsOfAnotherAddressAreNext) {
  for (std::size_t i = 0; i < kHalfOpen - 1; ++i) ComeBack(1);
  ComeBack(2);
  for (std::size_t polled = 0; polled < 64 + 4; ++polled) {
    const auto job = engine().PollDh();
    ASSERT_TRUE(job);
    if (SessionOf(*job) == last_) return;
  }
  FAIL() << "it waits for all of the other address";
}

// FewSessions: the bound on all sessions is reached before that on the half-open ones.
class FewSessions : public RealSources {
 protected:
  static constexpr std::size_t kSessions = 5;  // a share of the other bound is 4
  FewSessions() : RealSources(kSessions) {}
  std::size_t Established() const {
    return pair_.responder->EventsOf<ike::ChildEstablished>().size();
  }
};

TEST_F(FewSessions, HalfOpenOnesGiveWayAndLoginsGoOn) {
  for (std::size_t logins = 1; logins <= 5; ++logins) {
    for (int i = 0; i < 200; ++i) ComeBack(1);
    EXPECT_EQ(engine().counters().sessions, kSessions);
    pair_.Connect();
    ASSERT_TRUE(pair_.net.RunUntil([&] { return Established() == logins; },
                                   std::chrono::milliseconds(200)));
    ++number_;  // of the session that was drawn
  }
  EXPECT_EQ(engine().counters().sessions, kSessions);
  EXPECT_EQ(engine().counters().sessions_gave_way, 1005 - kSessions);
  EXPECT_EQ(engine().counters().sessions_withheld, 0U);
  EXPECT_TRUE(pair_.responder->EventsOf<ike::SessionClosed>().empty());
  const auto failed = pair_.responder->EventsOf<ike::Failed>();
  ASSERT_FALSE(failed.empty());
  EXPECT_EQ(failed[0]->failure.code, ike::FailureCode::kLimit);
  EXPECT_EQ(failed[0]->failure.text,
            "the bound on sessions is reached, and this was the oldest half-open one of an "
            "address that holds more than its share");
}

TEST_F(FewSessions, WhoHoldsMoreThanAShareGivesWayFirst) {
  ComeBack(2);
  const std::uint64_t early = last_;
  for (int i = 0; i < 500; ++i) ComeBack(1);
  std::set<std::uint64_t> sessions;
  while (const auto job = engine().PollDh()) sessions.insert(SessionOf(*job));
  EXPECT_EQ(sessions.size(), kSessions);
  EXPECT_TRUE(sessions.contains(early));
}

// Who has proved his key gives way to nobody, and whoever finds no room is counted.
TEST_F(FewSessions, EstablishedOnesStay) {
  for (std::size_t i = 0; i < kSessions; ++i) {
    pair_.Connect();
    ASSERT_TRUE(pair_.net.RunUntil([&] { return Established() == i + 1; }));
    ++number_;
  }
  for (int i = 0; i < 100; ++i) ComeBack(1);
  EXPECT_EQ(engine().counters().sessions, kSessions);
  EXPECT_EQ(engine().counters().sessions_gave_way, 0U);
  EXPECT_EQ(engine().counters().sessions_withheld, 100U);
  pair_.net.RunFor(std::chrono::minutes(1));
  EXPECT_TRUE(pair_.responder->EventsOf<ike::SessionClosed>().empty());
  EXPECT_EQ(engine().session_count(), kSessions);
}

// No more is told of them than a ration.
TEST_F(RealSources, FewReportsOfMany) {
  for (int i = 0; i < 1000; ++i) ComeBack(1);
  std::size_t reports = 0;
  while (const auto event = engine().PollEvent())
    reports += std::holds_alternative<ike::Failed>(*event) ? 1U : 0U;
  EXPECT_EQ(reports, 100U);
}

}  // namespace
}  // namespace iscsi_ike::test
