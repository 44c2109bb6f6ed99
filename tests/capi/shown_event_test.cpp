// What the caller is told of all else than SAs, member by member.
#include "tests/capi/c_pair.hpp"
#include "tests/capi/shown.hpp"

namespace iscsi_ike::test {
namespace {

using capi::ShownEvent;

ike::NegotiationFailure FailureOf(ike::FailureCode code) {
  ike::NegotiationFailure failure;
  failure.code = code;
  failure.text = "what happened";
  failure.peer_notify = 14;
  return failure;
}

void ExpectFailure(const iscsi_ike_failure* seen, ike::FailureCode code) {
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->size, sizeof *seen);
  EXPECT_EQ(seen->peer_notify, 14U);
  EXPECT_EQ(seen->code, Name(code));
  EXPECT_EQ(seen->blame, Name(BlameOf(code)));
  EXPECT_EQ(seen->summary, Summary(code));
  EXPECT_STREQ(seen->text, "what happened");
}

TEST(CShownEvent, TellsWhoFailedAndWhy) {
  constexpr auto kCode = ike::FailureCode::kLimit;
  ShownEvent shown;
  auto expected = Expected(ISCSI_IKE_EVENT_FAILED, 31);
  expected.child = 32;
  expected.remote = SeenEndpoint(5, 505);
  const auto* seen =
      &shown.Show(ike::Failed{ike::SessionId{31}, ike::ChildId{32}, "peer", ike::Role::kResponder,
                              EngineEndpoint(5, 505), FailureOf(kCode)});
  ExpectEvent(*seen, expected, "peer");
  ExpectFailure(seen->failure, kCode);

  expected = Expected(ISCSI_IKE_EVENT_DIAGNOSED, 33);
  expected.remote = SeenEndpoint(6, 506);
  seen = &shown.Show(ike::Diagnosed{ike::SessionId{33}, "other", EngineEndpoint(6, 506),
                                    FailureOf(ike::FailureCode::kTimeout)});
  ExpectEvent(*seen, expected, "other");
  ExpectFailure(seen->failure, ike::FailureCode::kTimeout);
}

TEST(CShownEvent, TellsWhatHasEnded) {
  ShownEvent shown;
  auto expected = Expected(ISCSI_IKE_EVENT_CHILD_DELETED, 41);
  expected.child = 42;
  expected.outbound_spi = 43;
  expected.reason = ISCSI_IKE_CLOSE_BY_PEER;
  ExpectEvent(shown.Show(ike::ChildDeleted{ike::SessionId{41}, ike::ChildId{42}, ike::Spi{43}}),
              expected);

  expected = Expected(ISCSI_IKE_EVENT_SESSION_CLOSED, 44);
  expected.reason = ISCSI_IKE_CLOSE_EXPIRED;
  ExpectEvent(shown.Show(ike::SessionClosed{ike::SessionId{44}, ike::CloseReason::kExpired}),
              expected);

  expected = Expected(ISCSI_IKE_EVENT_CHILD_CLOSED, 45);
  expected.child = 46;
  expected.inbound_spi = 47;
  expected.outbound_spi = 48;
  expected.reason = ISCSI_IKE_CLOSE_REPLACED;
  ExpectEvent(shown.Show(ike::ChildClosed{ike::SessionId{45}, ike::ChildId{46}, ike::Spi{47},
                                          ike::Spi{48}, ike::CloseReason::kReplaced}),
              expected);

  expected = Expected(ISCSI_IKE_EVENT_SESSION_REPLACED, 49);
  expected.other_session = 50;
  ExpectEvent(shown.Show(ike::SessionReplaced{ike::SessionId{49}, ike::SessionId{50}}), expected);
}

TEST(CShownEvent, TellsOfThePeer) {
  ShownEvent shown;
  auto expected = Expected(ISCSI_IKE_EVENT_PEER_NOTIFIED, 51);
  expected.notify = 24578;
  ExpectEvent(shown.Show(ike::PeerNotified{ike::SessionId{51}, ike::NotifyType{24578}, "text"}),
              expected);

  expected = Expected(ISCSI_IKE_EVENT_PEER_MOVED, 52);
  expected.remote = SeenEndpoint(7, 507);
  ExpectEvent(shown.Show(ike::PeerMoved{ike::SessionId{52}, EngineEndpoint(8, 508),
                                        EngineEndpoint(7, 507)}),
              expected);

  expected = Expected(ISCSI_IKE_EVENT_PEER_UNRESPONSIVE, 53);
  expected.remote = SeenEndpoint(9, 509);
  ExpectEvent(shown.Show(ike::PeerUnresponsive{ike::SessionId{53}, EngineEndpoint(9, 509),
                                               ike::Duration(3), 4}),
              expected);

  ExpectEvent(shown.Show(ike::PeerAlive{ike::SessionId{54}}),
              Expected(ISCSI_IKE_EVENT_PEER_ALIVE, 54));
}

// The event before is forgotten by a poll that finds nothing too.
TEST(CShownEvent, IsForgottenWhereNoneFollows) {
  CPair pair;
  pair.Connect();
  pair.Exchange();
  ASSERT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
  EXPECT_EQ(iscsi_ike_event_text(pair.hba.engine.get()), nullptr);
}

}  // namespace
}  // namespace iscsi_ike::test
