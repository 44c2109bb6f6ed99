// Lifetimes: SAs are renewed before they end, the old ones go when the new ones are there, and
// nothing piles up, whoever begins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ike/wire/lifetime.hpp"
#include "ike/wire/notify.hpp"
#include "tests/sim/renewing.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// ExpectInStep: both ends have the same children, so many, and so many sessions.
void ExpectInStep(Pair& pair, std::size_t children, std::size_t sessions) {
  const Living hba(*pair.initiator);
  const Living portal(*pair.responder);
  EXPECT_EQ(hba.Pairs(false), portal.Pairs(true));
  EXPECT_EQ(hba.children.size(), children);
  EXPECT_EQ(pair.initiator->engine().session_count(), sessions);
  EXPECT_EQ(pair.responder->engine().session_count(), sessions);
  EXPECT_TRUE(pair.initiator->EventsOf<ike::Failed>().empty());
  EXPECT_TRUE(pair.responder->EventsOf<ike::Failed>().empty());
}

// ServingToo: an adapter that also answers its portal's phase 1.
EndSettings ServingToo() {
  EndSettings hba = RenewingEnd(kMainWord);
  hba.adjust_engine = [](ike::EngineConfig& config) {
    EndSettings own = RenewingEnd(kMainWord);
    const auto renew = own.adjust_peer;
    own.adjust_peer = [renew](ike::PeerConfig& peer) {
      renew(peer);
      peer.target_side = false;
    };
    config.responders.push_back(MakePeer(own, policy::Role::kResponder, "192.0.2.1", "192.0.2.2"));
  };
  return hba;
}

class Renewing : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Sim, Renewing,
                         ::testing::Values(kMainWord, kMainPfsWord, kAggressiveWord,
                                           kAggressivePfsWord));

TEST_P(Renewing, GoesOnForHoursWithOneOfEach) {
  Pair pair(RenewingEnd(GetParam()), RenewingEnd(GetParam()));
  ASSERT_TRUE(pair.Login());
  pair.net.RunFor(hours(10));
  const Living hba(*pair.initiator);
  EXPECT_EQ(hba.most, 2U);  // during the overlaps
  EXPECT_GE(pair.initiator->EventsOf<ike::SessionReplaced>().size(), 9U);
  EXPECT_GE(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 60U);
  EXPECT_LE(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 75U);
  EXPECT_TRUE(pair.net.RunUntil([&] {
    return Living(*pair.initiator).children.size() == 1 &&
           Living(*pair.responder).children.size() == 1 &&
           pair.initiator->engine().session_count() == 1 &&
           pair.responder->engine().session_count() == 1;
  }));
  ExpectInStep(pair, 1, 1);
}

TEST(Renewal, TellsWhichChildIsFollowed) {
  Pair pair(RenewingEnd(kMainWord), RenewingEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  for (Node* node : {pair.initiator, pair.responder}) {
    ASSERT_TRUE(pair.net.RunUntil(
        [&] { return node->EventsOf<ike::ChildEstablished>().size() == 2; }, minutes(11)));
    const auto children = node->EventsOf<ike::ChildEstablished>();
    EXPECT_FALSE(children[0]->sa.replaces.has_value());
    EXPECT_EQ(children[1]->sa.replaces, children[0]->sa.child);
  }
  pair.net.RunFor(seconds(10));
  ASSERT_EQ(pair.initiator->EventsOf<ike::ChildClosed>().size(), 1U);
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildClosed>()[0]->reason, ike::CloseReason::kReplaced);
  EXPECT_EQ(pair.responder->EventsOf<ike::ChildDeleted>().size(), 1U);
  ExpectInStep(pair, 1, 1);
}

// A portal for anybody has no address to say that its key was bound to, also when it begins itself
// and the answer comes forged.
TEST(Renewal, OfAPortalForAnybodyTellsWhichKeyItUsed) {
  EndSettings portal = RenewingEnd(kAggressiveWord);
  const auto renew = portal.adjust_peer;
  portal.adjust_peer = [renew](ike::PeerConfig& peer) {
    renew(peer);
    peer.remote.reset();
  };
  Pair pair(RenewingEnd(kAggressiveWord), portal);
  ASSERT_TRUE(pair.Login());
  pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    for (std::size_t at = 0; at < sent.datagram.octets.size(); ++at) {
      ike::Datagram forged = sent.datagram;
      forged.octets[at] ^= 1;
      pair.net.Deliver(std::move(forged), ike::Duration{1});
    }
    return {pair.net.latency};
  };
  pair.responder->engine().Renew(pair.net.now(),
                                 pair.responder->EventsOf<ike::Phase1Established>()[0]->session);
  pair.net.Drain();
  pair.net.RunFor(seconds(20));
  const auto diagnosed = pair.responder->EventsOf<ike::Diagnosed>();
  EXPECT_TRUE(std::any_of(diagnosed.begin(), diagnosed.end(), [](const auto* event) {
    const auto& details = event->suspicion.details;
    return event->suspicion.code == ike::FailureCode::kHashMismatch && !details.empty() &&
           details[0].find("for any address") != std::string::npos;
  }));
  EXPECT_EQ(pair.responder->EventsOf<ike::Phase1Established>().size(), 2U);
}

TEST(Renewal, OfTheSessionKeepsItsChildren) {
  Pair pair(RenewingEnd(kMainWord), RenewingEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  const ike::SessionId old = pair.initiator->EventsOf<ike::Phase1Established>()[0]->session;
  pair.initiator->engine().Renew(pair.net.now(), old);
  pair.net.Drain();
  pair.net.RunFor(seconds(20));
  ASSERT_EQ(pair.initiator->EventsOf<ike::SessionReplaced>().size(), 1U);
  EXPECT_EQ(pair.initiator->EventsOf<ike::SessionReplaced>()[0]->replaced, old);
  ASSERT_EQ(pair.initiator->EventsOf<ike::SessionClosed>().size(), 1U);
  EXPECT_EQ(pair.initiator->EventsOf<ike::SessionClosed>()[0]->reason, ike::CloseReason::kReplaced);
  EXPECT_TRUE(pair.initiator->EventsOf<ike::ChildClosed>().empty());
  EXPECT_TRUE(pair.responder->EventsOf<ike::ChildDeleted>().empty());
  ExpectInStep(pair, 1, 1);
  // What the old session has handed over can still be closed under the new one.
  const ike::ChildId child = pair.initiator->EventsOf<ike::ChildEstablished>()[0]->sa.child;
  pair.initiator->engine().CloseChild(
      pair.net.now(), pair.initiator->EventsOf<ike::SessionReplaced>()[0]->session, child);
  pair.net.Drain();
  pair.net.RunFor(seconds(1));
  ExpectInStep(pair, 0, 1);
}

TEST(Renewal, ByThePeerOfAnEndThatServesNobodyElse) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    Pair pair(RenewingEnd(word), RenewingEnd(word));
    ASSERT_TRUE(pair.Login());
    pair.responder->engine().Renew(pair.net.now(),
                                   pair.responder->EventsOf<ike::Phase1Established>()[0]->session);
    pair.net.Drain();
    pair.net.RunFor(seconds(20));
    EXPECT_EQ(pair.responder->EventsOf<ike::SessionReplaced>().size(), 1U);
    EXPECT_EQ(pair.initiator->EventsOf<ike::Phase1Established>().size(), 2U);
    ExpectInStep(pair, 1, 1);
  }
}

// Whatever is to happen at the end of a lifetime: without message IDs a session is dead.
class RenewalOf : public testing::TestWithParam<ike::Renewal> {};

TEST_P(RenewalOf, ComesBeforeMessageIdsRunOut) {
  EndSettings end = RenewingEnd(kMainWord);
  end.adjust_request = nullptr;
  end.adjust_peer = [](ike::PeerConfig& peer) {
    peer.liveness.delay = seconds(1);
    peer.renewal.mode = GetParam();
  };
  end.adjust_engine = [](ike::EngineConfig& config) { config.max_message_ids = 400; };
  Pair pair(end, end);
  ASSERT_TRUE(pair.Login());
  pair.net.RunFor(minutes(20));
  EXPECT_TRUE(pair.initiator->EventsOf<ike::PeerUnresponsive>().empty());
  EXPECT_TRUE(pair.responder->EventsOf<ike::PeerUnresponsive>().empty());
  const std::size_t renewals = pair.initiator->EventsOf<ike::SessionReplaced>().size();
  EXPECT_GE(renewals, 2U);
  for (const Node* node : {pair.initiator, pair.responder})  // once each, by one end
    EXPECT_EQ(node->EventsOf<ike::Phase1Established>().size(), renewals + 1);
}

TEST(Renewal, BegunByBothEndsAtOnceComesTogetherAgain) {
  for (const bool whole_session : {false, true}) {
    SCOPED_TRACE(whole_session ? "sessions" : "children");
    Pair pair(ServingToo(), RenewingEnd(kMainWord));
    ASSERT_TRUE(pair.Login());
    for (Node* node : {pair.initiator, pair.responder}) {
      const ike::SessionId session = node->EventsOf<ike::Phase1Established>()[0]->session;
      if (whole_session) {
        node->engine().Renew(pair.net.now(), session);
      } else {
        node->engine().RenewChild(pair.net.now(), session,
                                  node->EventsOf<ike::ChildEstablished>()[0]->sa.child);
      }
    }
    pair.net.Drain();
    pair.net.RunFor(hours(6));
    const Living hba(*pair.initiator);
    EXPECT_LE(hba.most, 4U);
    EXPECT_TRUE(pair.net.RunUntil([&] {
      return Living(*pair.initiator).children.size() == 1 &&
             Living(*pair.responder).children.size() == 1 &&
             pair.initiator->engine().session_count() == 1 &&
             pair.responder->engine().session_count() == 1;
    }));
    ExpectInStep(pair, 1, 1);
  }
}

TEST(Renewal, WhenBothConnectAtOnceEndsWithOneSession) {
  EndSettings portal = RenewingEnd(kMainWord);
  Pair pair(ServingToo(), portal);
  // The target's end of the same traffic.
  const auto renew = portal.adjust_peer;
  portal.adjust_peer = [renew](ike::PeerConfig& peer) {
    renew(peer);
    peer.target_side = true;
  };
  pair.Connect();
  ASSERT_TRUE(pair.responder->engine()
                  .Connect(pair.net.now(),
                           MakePeer(portal, policy::Role::kInitiator, "192.0.2.2", "192.0.2.1"))
                  .ok());
  pair.net.Drain();
  pair.net.RunFor(hours(6));
  const Living at_hba(*pair.initiator);
  EXPECT_LE(at_hba.most, 4U);
  EXPECT_TRUE(pair.net.RunUntil([&] {
    return Living(*pair.initiator).children.size() == 1 &&
           Living(*pair.responder).children.size() == 1 &&
           pair.initiator->engine().session_count() == 1 &&
           pair.responder->engine().session_count() == 1;
  }));
  ExpectInStep(pair, 1, 1);
}

TEST(Renewal, ThatFailsIsTriedAgainUntilTheEnd) {
  Pair pair(RenewingEnd(kMainWord), RenewingEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  pair.net.fate = [](Sent&) -> std::vector<ike::Duration> { return {}; };  // a fabric outage
  pair.net.RunFor(minutes(9) + seconds(50));
  EXPECT_GE(pair.initiator->EventsOf<ike::Failed>().size(), 0U);
  EXPECT_EQ(Living(*pair.initiator).children.size(), 1U);
  pair.net.RunFor(minutes(55));
  EXPECT_TRUE(Living(*pair.initiator).children.empty());
  EXPECT_GE(pair.initiator->EventsOf<ike::Failed>().size(), 2U);
  ASSERT_FALSE(pair.initiator->EventsOf<ike::SessionClosed>().empty());
  EXPECT_EQ(pair.initiator->EventsOf<ike::SessionClosed>()[0]->reason, ike::CloseReason::kExpired);
  EXPECT_EQ(pair.initiator->engine().session_count(), 0U);
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  EXPECT_TRUE(pair.net.IsIdle());
}

TEST(Renewal, AfterAnOutageThatEndsInTime) {
  Pair pair(RenewingEnd(kMainWord), RenewingEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  pair.net.RunFor(minutes(8));
  pair.net.fate = [](Sent&) -> std::vector<ike::Duration> { return {}; };
  pair.net.RunFor(seconds(90));
  pair.net.fate = nullptr;
  pair.net.RunFor(hours(3));
  EXPECT_TRUE(pair.net.RunUntil([&] { return Living(*pair.initiator).children.size() == 1; }));
  EXPECT_EQ(Living(*pair.initiator).Pairs(false), Living(*pair.responder).Pairs(true));
}

TEST(Expiry, EndsWhatMayNotBeRenewed) {
  Pair pair(RenewingEnd(kMainWord, ike::Renewal::kExpire),
            RenewingEnd(kMainWord, ike::Renewal::kExpire));
  ASSERT_TRUE(pair.Login());
  pair.net.RunFor(seconds(599));
  EXPECT_EQ(Living(*pair.initiator).children.size(), 1U);
  pair.net.RunFor(seconds(2));
  EXPECT_TRUE(Living(*pair.initiator).children.empty());
  EXPECT_TRUE(Living(*pair.responder).children.empty());
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 1U);
  pair.net.RunFor(hours(1));
  EXPECT_EQ(pair.initiator->engine().session_count(), 0U);
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  EXPECT_TRUE(pair.net.IsIdle());
}

TEST(Expiry, IsNotPutOffByALaterResponderLifetime) {
  Pair pair(RenewingEnd(kMainWord, ike::Renewal::kExpire),
            RenewingEnd(kMainWord, ike::Renewal::kNever));
  ASSERT_TRUE(pair.Login());
  pair.net.RunFor(seconds(3000));
  ike::NotifyView notify;
  notify.type = ike::NotifyType::kResponderLifetime;
  Bytes attributes;
  ike::Writer lifetime(attributes);
  ike::WriteLifetime(lifetime, {3500, 0}, ike::kPhase2Lifetime);
  notify.data = attributes;
  Bytes body;
  ike::Writer writer(body);
  ike::WriteNotify(writer, notify);
  pair.net.Inject(*pair.initiator, pair.responder->endpoint(),
                  Insider(pair.initiator->recorder)
                      .Informational(pair.net.log, ike::MessageId{0x01020304},
                                     ike::PayloadType::kNotify, body));
  pair.net.RunFor(seconds(10));
  EXPECT_THAT(pair.initiator->recorder.decisions,
              ::testing::Contains("phase 1: RESPONDER-LIFETIME shortens the SA"));
  EXPECT_TRUE(pair.initiator->EventsOf<ike::SessionClosed>().empty());
  pair.net.RunFor(seconds(600));
  ASSERT_EQ(pair.initiator->EventsOf<ike::SessionClosed>().size(), 1U);
  EXPECT_EQ(pair.initiator->EventsOf<ike::SessionClosed>()[0]->reason, ike::CloseReason::kExpired);
}

TEST(Expiry, InKilobytes) {
  EndSettings end = RenewingEnd(kMainWord);
  end.adjust_request = [](policy::TranslateRequest& request) {
    request.phase2_lifetime = {36000, 1000};
  };
  Pair pair(end, end);
  ASSERT_TRUE(pair.Login());
  const ike::ChildSa& sa = pair.initiator->EventsOf<ike::ChildEstablished>()[0]->sa;
  const ike::SessionId session = sa.session;
  const ike::ChildId child = sa.child;
  const auto report = [&](std::uint64_t octets) {
    pair.initiator->engine().ReportUse(pair.net.now(), session, child, octets);
    pair.net.Drain();
    pair.net.RunFor(seconds(20));
  };
  report(500'000);
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 1U);
  report(950'000);  // above nine tenths
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 2U);
  ExpectInStep(pair, 1, 1);
  const ike::ChildId second = pair.initiator->EventsOf<ike::ChildEstablished>()[1]->sa.child;
  pair.initiator->engine().ReportUse(pair.net.now(), session, second, 2'000'000);
  pair.net.Drain();
  pair.net.RunFor(seconds(5));
  EXPECT_TRUE(Living(*pair.initiator).children.empty());
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildClosed>().back()->reason,
            ike::CloseReason::kExpired);
}

INSTANTIATE_TEST_SUITE_P(Modes, RenewalOf,
                         testing::Values(ike::Renewal::kRenew, ike::Renewal::kExpire,
                                         ike::Renewal::kNever));

}  // namespace
}  // namespace iscsi_ike::test
