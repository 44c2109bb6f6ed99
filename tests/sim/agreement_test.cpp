// Diffie-Hellman that takes its time, ends out of order, together with losses, or never.
#include <gtest/gtest.h>

#include <bit>

#include "tests/sim/exchanges.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Agreement : public ::testing::TestWithParam<Exchanges> {};
INSTANTIATE_TEST_SUITE_P(Sim, Agreement, ::testing::ValuesIn(AllExchanges()), ExchangesName);

TEST_P(Agreement, MayTakeAnyTimeThatPatienceAllows) {
  for (const int latency : {0, 1, 5, 7, 50, 499, 500, 501, 2000, 5000}) {
    SCOPED_TRACE(latency);
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    pair.net.dh_latency = [latency] { return milliseconds(latency); };
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    pair.ExpectAtRest(1);
  }
}

// Lots give each job its own time, so that agreements end before generations and the other way
// round, and lose the first datagrams by mask.
TEST_P(Agreement, MayEndInAnyOrderAmidLosses) {
  const std::size_t messages = GetParam().messages.size();
  for (unsigned seed = 0; seed < 600; ++seed) {
    const unsigned mask = seed * 2654435761U >> (32U - messages);
    if (std::popcount(mask) > 5) continue;
    SCOPED_TRACE("seed " + std::to_string(seed) + " mask " + std::to_string(mask));
    EndSettings patient = QuickEnd(GetParam().word);
    patient.adjust_peer = [](ike::PeerConfig& peer) { peer.negotiation_timeout = minutes(5); };
    patient.adjust_engine = [](ike::EngineConfig& config) {
      config.half_open_timeout = minutes(5);
    };
    Pair pair(patient, patient);
    pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number < messages && (mask >> sent.number & 1U) != 0) return {};
      return {pair.net.latency};
    };
    crypto::SeededRandom random(seed);
    pair.net.dh_latency = [&random] {
      std::array<std::uint8_t, 2> lot{};
      EXPECT_TRUE(random.Fill(lot));
      return milliseconds(lot[0] % 2 == 0 ? lot[1] % 16 : lot[1] * 12);
    };
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    pair.ExpectAtRest(1);
    if (HasFailure()) return;
  }
}

TEST_P(Agreement, ThatNeverEndsIsATimeoutAtBothEnds) {
  Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
  pair.net.drop_dh = true;
  pair.Connect();
  pair.net.Run();
  EXPECT_EQ(pair.FailureOf(*pair.initiator).blame(), ike::Blame::kTimeout);
  pair.ExpectAtRest(0);
}

// Jobs are dropped from the n-th on, at both ends together: whatever is under way ends, and
// sessions that are established stay usable.
TEST_P(Agreement, ThatEndsNoMoreLeavesNothingStuck) {
  for (int last = 1; last < 10; ++last) {
    SCOPED_TRACE(last);
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    int jobs = 0;
    pair.net.dh_latency = [&jobs, last] {
      return ++jobs <= last ? ike::Duration{0} : std::chrono::hours(1000);
    };
    pair.Connect();
    pair.net.Run(minutes(10));
    const auto children = pair.initiator->EventsOf<ike::ChildEstablished>().size();
    EXPECT_EQ(children + pair.initiator->EventsOf<ike::Failed>().size(), 1U);
    EXPECT_FALSE(pair.initiator->engine().NextTimeout().has_value());
    EXPECT_FALSE(pair.responder->engine().NextTimeout().has_value());
    // Every negotiation that the responder took up has an end, good or bad.
    const auto& portal = *pair.responder;
    const bool quick_begun =
        std::count(portal.recorder.received.begin(), portal.recorder.received.end(), "QM1") != 0;
    if (quick_begun) {
      EXPECT_EQ(
          portal.EventsOf<ike::ChildEstablished>().size() + portal.EventsOf<ike::Failed>().size(),
          1U);
    }
  }
}

// MM5 and AM3 may come before the responder has the keys to open them: they are kept, not asked
// for again.
TEST(EarlyMessages, AreKeptUntilTheKeysAreThere) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    Pair pair(QuickEnd(word), QuickEnd(word));
    int jobs = 0;
    // The third job is the responder's agreement, the other way round in aggressive mode as well.
    pair.net.dh_latency = [&jobs] { return milliseconds(++jobs == 3 ? 100 : 0); };
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    for (const Node* node : {pair.initiator, pair.responder}) {
      for (const std::string& name : node->recorder.sent)
        EXPECT_EQ(name.back() == '*', false) << name;
    }
  }
}

TEST(FurtherChildren, WhoseAgreementNeverEndsFailAlone) {
  Pair pair(QuickEnd(kMainPfsWord), QuickEnd(kMainPfsWord));
  ASSERT_TRUE(pair.Login());
  pair.net.drop_dh = true;
  const auto session = pair.initiator->EventsOf<ike::Phase1Established>().at(0)->session;
  const auto child = pair.initiator->engine().Negotiate(pair.net.now(), session, {});
  ASSERT_TRUE(child.ok());
  pair.net.Run();
  const auto failed = pair.initiator->EventsOf<ike::Failed>();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0]->child, *child);
  EXPECT_EQ(failed[0]->failure.code, ike::FailureCode::kTimeout);
  pair.ExpectAtRest(1);
  pair.net.drop_dh = false;
  ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), session, {}).ok());
  pair.net.Run();
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 2U);
}

TEST(StaleJobs, AreDropped) {
  Pair pair(QuickEnd(kMainPfsWord), QuickEnd(kMainPfsWord));
  const ike::SessionId session = pair.Connect();
  crypto::DhJob stale;
  stale.outcome = crypto::DhOutcome::kOk;
  for (const std::uint64_t ticket : {0ULL, 1ULL, (1ULL << 32U) | 77ULL, ~0ULL}) {
    stale.ticket = crypto::DhTicket{ticket};
    crypto::DhJob copy;
    copy.ticket = stale.ticket;
    copy.outcome = stale.outcome;
    pair.initiator->engine().HandleDh(pair.net.now(), std::move(copy));
  }
  pair.net.dh_latency = [] { return seconds(1); };
  pair.net.RunFor(milliseconds(20));
  pair.initiator->engine().Close(pair.net.now(), session);
  pair.net.Run();  // the jobs end after their session
  EXPECT_EQ(pair.initiator->engine().session_count(), 0U);
  EXPECT_EQ(pair.initiator->EventsOf<ike::Failed>().size(), 1U);
}

// Whoever runs the jobs of many engines may mix them up.
TEST(StaleJobs, OfAnotherKindUnderTheRightTicketAreDropped) {
  Pair pair(QuickEnd(kAggressiveWord), QuickEnd(kAggressiveWord));
  ike::Engine& engine = pair.initiator->engine();
  ASSERT_TRUE(engine.Connect(pair.net.now(), pair.initiator_peer).ok());
  auto job = engine.PollDh();
  ASSERT_TRUE(job);
  const auto other = [&](crypto::DhOperation operation, crypto::DhGroup group) {
    crypto::DhJob made;
    made.ticket = job->ticket;
    made.operation = operation;
    made.group = group;
    made.outcome = crypto::DhOutcome::kOk;
    made.public_value.assign(crypto::Info(group).public_size, 7);
    made.shared = crypto::Secret(crypto::Info(group).shared_size);
    engine.HandleDh(pair.net.now(), std::move(made));
    return engine.PollDatagram().has_value();
  };
  EXPECT_FALSE(other(crypto::DhOperation::kAgree, job->group));
  EXPECT_FALSE(other(crypto::DhOperation::kGenerate, crypto::DhGroup::kModp1024));
  crypto::InlineDhExecutor().Run({&*job, 1});
  engine.HandleDh(pair.net.now(), std::move(*job));
  EXPECT_TRUE(engine.PollDatagram());
}

}  // namespace
}  // namespace iscsi_ike::test
