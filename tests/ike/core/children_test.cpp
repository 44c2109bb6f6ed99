// What happens in an established session: further children from either side, deletes, notifications
// and the end.
#include <gtest/gtest.h>

#include <set>

#include "ike/wire/delete_payload.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::ChildDeleted;
using ike::ChildEstablished;
using ike::Failed;
using ike::PayloadType;
using ike::PeerNotified;
using ike::SessionClosed;

class Children : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  Children() : pair(QuickEnd(GetParam()), QuickEnd(GetParam())) {
    EXPECT_TRUE(pair.Login());
    hba_session = pair.initiator->EventsOf<ike::Phase1Established>().at(0)->session;
    portal_session = pair.responder->EventsOf<ike::Phase1Established>().at(0)->session;
  }
  const ike::ChildSa& Last(const Node& node) {
    return node.EventsOf<ChildEstablished>().back()->sa;
  }

  Pair pair;
  ike::SessionId hba_session, portal_session;
};
INSTANTIATE_TEST_SUITE_P(Words, Children,
                         ::testing::Values(kMainWord, kMainPfsWord, kAggressiveWord,
                                           kAggressivePfsWord));

TEST_P(Children, EitherEndMayNegotiateMore) {
  for (int i = 0; i < 3; ++i) {
    const auto mine = pair.initiator->engine().Negotiate(pair.net.now(), hba_session, {});
    ASSERT_TRUE(mine.ok());
    pair.net.Run(std::chrono::seconds(1));
    EXPECT_EQ(Last(*pair.initiator).child, *mine);
    EXPECT_EQ(Last(*pair.initiator).role, ike::Role::kInitiator);
    const auto theirs = pair.responder->engine().Negotiate(pair.net.now(), portal_session, {});
    ASSERT_TRUE(theirs.ok());
    pair.net.Run(std::chrono::seconds(1));
    EXPECT_EQ(Last(*pair.responder).child, *theirs);
    EXPECT_EQ(Last(*pair.responder).role, ike::Role::kInitiator);
    EXPECT_EQ(Last(*pair.initiator).role, ike::Role::kResponder);
    EXPECT_EQ(Last(*pair.responder).local.port, policy::kIscsiPort);
    EXPECT_TRUE(crypto::ConstantTimeEqual(Last(*pair.initiator).inbound.encryption.Expose(),
                                          Last(*pair.responder).outbound.encryption.Expose()));
  }
  std::set<ike::Spi> spis;
  std::set<ike::MessageId> ids;
  for (const auto* event : pair.initiator->EventsOf<ChildEstablished>()) {
    spis.insert(event->sa.inbound.spi);
    spis.insert(event->sa.outbound.spi);
    ids.insert(event->sa.message_id);
  }
  EXPECT_EQ(spis.size(), 14U);
  EXPECT_EQ(ids.size(), 7U);
  EXPECT_EQ(pair.responder->EventsOf<ChildEstablished>().size(), 7U);
  pair.net.Run();
  pair.ExpectAtRest(1);
}

// What a portal refuses has no SPI of its own; and so it takes none from others, however often.
TEST_P(Children, RefusedOnesLeaveTheOthersAlone) {
  ike::ChildOffer strange;
  strange.remote = policy::Selector{policy::IpAddress::V4({203, 0, 113, 9}), 32, 6, 3260};
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), hba_session, strange).ok());
    pair.net.Run(std::chrono::seconds(1));
    const auto good = pair.initiator->engine().Negotiate(pair.net.now(), hba_session, {});
    ASSERT_TRUE(good.ok());
    pair.net.Run(std::chrono::seconds(1));
    ASSERT_EQ(Last(*pair.initiator).child, *good) << i;
  }
  EXPECT_EQ(pair.initiator->EventsOf<ike::Failed>().size(), 40U);
  EXPECT_EQ(pair.responder->EventsOf<ChildEstablished>().size(), 41U);
}

TEST_P(Children, BothEndsMayNegotiateAtOnce) {
  ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), hba_session, {}).ok());
  ASSERT_TRUE(pair.responder->engine().Negotiate(pair.net.now(), portal_session, {}).ok());
  pair.net.Run();
  EXPECT_EQ(pair.initiator->EventsOf<ChildEstablished>().size(), 3U);
  EXPECT_EQ(pair.responder->EventsOf<ChildEstablished>().size(), 3U);
  EXPECT_TRUE(pair.initiator->EventsOf<Failed>().empty());
  EXPECT_TRUE(pair.responder->EventsOf<Failed>().empty());
  pair.ExpectAtRest(1);
}

TEST_P(Children, CloseDeletesTheChildrenAndTheSessionAtThePeer) {
  ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), hba_session, {}).ok());
  pair.net.Run(std::chrono::seconds(1));
  pair.initiator->engine().Close(pair.net.now(), hba_session);
  pair.net.Drain();
  EXPECT_EQ(pair.initiator->engine().session_count(), 0U);
  const auto closed = pair.initiator->EventsOf<SessionClosed>();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0]->reason, ike::CloseReason::kByCaller);
  pair.net.Run();
  std::set<ike::Spi> deleted, outbound;
  for (const auto* e : pair.responder->EventsOf<ChildDeleted>()) deleted.insert(e->outbound_spi);
  for (const auto* e : pair.responder->EventsOf<ChildEstablished>())
    outbound.insert(e->sa.outbound.spi);
  EXPECT_EQ(deleted.size(), 2U);
  EXPECT_EQ(deleted, outbound);
  const auto at_portal = pair.responder->EventsOf<SessionClosed>();
  ASSERT_EQ(at_portal.size(), 1U);
  EXPECT_EQ(at_portal[0]->reason, ike::CloseReason::kByPeer);
  EXPECT_EQ(at_portal[0]->session, portal_session);
  pair.ExpectAtRest(0);
}

TEST_P(Children, TheTargetMayCloseToo) {
  pair.responder->engine().Close(pair.net.now(), portal_session);
  pair.net.Run();
  EXPECT_EQ(pair.initiator->EventsOf<ChildDeleted>().size(), 1U);
  EXPECT_EQ(pair.initiator->EventsOf<SessionClosed>().size(), 1U);
  EXPECT_TRUE(pair.initiator->EventsOf<Failed>().empty());
  pair.ExpectAtRest(0);
}

TEST_P(Children, CloseDuringQuickModeFailsThatChildAlone) {
  const auto child = pair.initiator->engine().Negotiate(pair.net.now(), hba_session, {});
  ASSERT_TRUE(child.ok());
  pair.initiator->engine().Close(pair.net.now(), hba_session);
  pair.net.Run();
  const auto failed = pair.initiator->EventsOf<Failed>();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0]->child, *child);
  EXPECT_EQ(failed[0]->failure.code, ike::FailureCode::kClosed);
  EXPECT_EQ(pair.initiator->EventsOf<SessionClosed>().size(), 1U);
  EXPECT_EQ(pair.initiator->engine().session_count(), 0U);
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
}

TEST_P(Children, ARepeatedDeleteIsHarmless) {
  const Insider insider(pair.initiator->recorder);
  const ike::Spi spi = pair.initiator->EventsOf<ChildEstablished>().at(0)->sa.inbound.spi;
  Bytes body;
  ike::Writer writer(body);
  ike::WriteDelete(writer, ike::ProtocolId::kEsp, std::array{spi, spi, ike::Spi{0x1234}});
  for (const std::uint32_t id : {0x11111111U, 0x22222222U, 0x22222222U}) {
    pair.net.Inject(
        *pair.responder, pair.initiator->endpoint(),
        insider.Informational(pair.net.log, ike::MessageId{id}, PayloadType::kDelete, body));
  }
  const auto deleted = pair.responder->EventsOf<ChildDeleted>();
  ASSERT_EQ(deleted.size(), 1U);
  EXPECT_EQ(deleted[0]->outbound_spi, spi);
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
}

TEST_P(Children, ANotificationAfterwardsEndsNothing) {
  const Insider insider(pair.initiator->recorder);
  std::uint32_t id = 0x11111111;
  for (const auto type : {ike::NotifyType::kReplayStatus, ike::NotifyType::kNoProposalChosen}) {
    pair.net.Inject(*pair.responder, pair.initiator->endpoint(),
                    insider.Informational(pair.net.log, ike::MessageId{id++}, PayloadType::kNotify,
                                          NotifyBody(type)));
    EXPECT_EQ(pair.responder->EventsOf<PeerNotified>().back()->type, type);
  }
  EXPECT_EQ(pair.responder->EventsOf<PeerNotified>().size(), 2U);
  EXPECT_TRUE(pair.responder->EventsOf<Failed>().empty());
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
}

TEST_P(Children, AnEndedSessionNegotiatesNothing) {
  pair.initiator->engine().Close(pair.net.now(), hba_session);
  pair.initiator->engine().Close(pair.net.now(), hba_session);
  const auto child = pair.initiator->engine().Negotiate(pair.net.now(), hba_session, {});
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.error().code, ike::FailureCode::kClosed);
  pair.net.Drain();
  EXPECT_EQ(pair.initiator->EventsOf<SessionClosed>().size(), 1U);
}

TEST(Closing, DuringPhaseOneFailsTheNegotiationOnce) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    Pair pair(QuickEnd(word), QuickEnd(word));
    const ike::SessionId session = pair.Connect();
    pair.net.RunFor(ike::Duration{7});
    pair.initiator->engine().Close(pair.net.now(), session);
    pair.net.Run();
    EXPECT_EQ(pair.FailureOf(*pair.initiator).code, ike::FailureCode::kClosed);
    EXPECT_EQ(pair.FailureOf(*pair.initiator).blame(), ike::Blame::kMisuse);
    EXPECT_TRUE(pair.initiator->EventsOf<SessionClosed>().empty());
    EXPECT_EQ(pair.initiator->engine().session_count(), 0U);
    EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  }
}

}  // namespace
}  // namespace iscsi_ike::test
