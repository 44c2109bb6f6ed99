// What the events of a completed negotiation say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

policy::Selector SelectorOf(const char* address, std::uint8_t prefix, std::uint8_t protocol,
                            std::uint16_t port) {
  return {policy::IpAddress::Parse(address).value(), prefix, protocol, port};
}

const ike::ChildSa& ChildOf(const Node& node) {
  return node.EventsOf<ike::ChildEstablished>().at(0)->sa;
}

void SetLifetimes(policy::TranslateRequest& request) {
  request.phase1_lifetime = {7200, 0};
  request.phase2_lifetime = {900, 500000};
}

TEST(Events, Phase1EstablishedNamesCookiesEndpointsSuiteAndLifetime) {
  EndSettings end = QuickEnd(kMainWord);
  end.adjust_request = SetLifetimes;
  Pair pair(end, end);
  ASSERT_TRUE(pair.Login());
  const auto* hba = pair.initiator->EventsOf<ike::Phase1Established>().at(0);
  const auto* portal = pair.responder->EventsOf<ike::Phase1Established>().at(0);
  EXPECT_EQ(hba->peer_name, "portal");
  EXPECT_EQ(portal->peer_name, "hba");
  EXPECT_EQ(hba->role, ike::Role::kInitiator);
  EXPECT_EQ(portal->role, ike::Role::kResponder);
  EXPECT_FALSE(hba->initiator_cookie.IsZero());
  EXPECT_FALSE(hba->responder_cookie.IsZero());
  EXPECT_EQ(hba->initiator_cookie, portal->initiator_cookie);
  EXPECT_EQ(hba->responder_cookie, portal->responder_cookie);
  EXPECT_EQ(hba->local.ToString(), "192.0.2.1:500");
  EXPECT_EQ(hba->remote.ToString(), "192.0.2.2:500");
  EXPECT_EQ(portal->local, hba->remote);
  EXPECT_EQ(portal->remote, hba->local);
  for (const auto* event : {hba, portal}) {
    EXPECT_EQ(policy::ToString(event->suite), kQuickSuite);
    EXPECT_EQ(event->lifetime, (policy::Lifetime{7200, 0}));
  }
}

TEST(Events, ChildEstablishedDescribesBothDirections) {
  EndSettings end = QuickEnd(kMainPfsWord);
  end.adjust_request = SetLifetimes;
  Pair pair(end, end);
  ASSERT_TRUE(pair.Login());
  const ike::ChildSa& hba = ChildOf(*pair.initiator);
  const ike::ChildSa& portal = ChildOf(*pair.responder);
  EXPECT_EQ(hba.role, ike::Role::kInitiator);
  EXPECT_EQ(portal.role, ike::Role::kResponder);
  EXPECT_NE(hba.message_id, ike::MessageId{0});
  EXPECT_EQ(hba.message_id, portal.message_id);
  EXPECT_GE(ike::ToNumber(hba.inbound.spi), ike::kFirstUsableSpi);
  EXPECT_GE(ike::ToNumber(hba.outbound.spi), ike::kFirstUsableSpi);
  EXPECT_EQ(hba.inbound.spi, portal.outbound.spi);
  EXPECT_EQ(hba.outbound.spi, portal.inbound.spi);
  EXPECT_EQ(hba.lifetime, (policy::Lifetime{900, 500000}));
  EXPECT_EQ(portal.lifetime, hba.lifetime);
  EXPECT_EQ(hba.local_endpoint.ToString(), "192.0.2.1:500");
  EXPECT_EQ(hba.remote_endpoint, portal.local_endpoint);
  EXPECT_FALSE(
      crypto::ConstantTimeEqual(hba.inbound.encryption.Expose(), hba.outbound.encryption.Expose()));
}

TEST(Events, SelectorsAreTcp3260AtTheTargetByDefault) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  EXPECT_EQ(ChildOf(*pair.initiator).local, SelectorOf("192.0.2.1", 32, 6, 0));
  EXPECT_EQ(ChildOf(*pair.initiator).remote, SelectorOf("192.0.2.2", 32, 6, 3260));
  EXPECT_EQ(ChildOf(*pair.responder).local, SelectorOf("192.0.2.2", 32, 6, 3260));
  EXPECT_EQ(ChildOf(*pair.responder).remote, SelectorOf("192.0.2.1", 32, 6, 0));
}

TEST(Events, SelectorsAreHostsOf128BitsOverIpv6) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord), 1, true);
  ASSERT_TRUE(pair.Login());
  EXPECT_EQ(ChildOf(*pair.responder).local, SelectorOf("2001:db8::2", 128, 6, 3260));
  EXPECT_EQ(ChildOf(*pair.responder).remote, SelectorOf("2001:db8::1", 128, 6, 0));
}

TEST(Events, ExplicitSelectorsAreOfferedAndTaken) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) {
    peer.child.local = SelectorOf("198.51.100.64", 28, 6, 0);
    peer.child.remote = SelectorOf("203.0.113.7", 32, 6, 860);
  };
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_peer = [](ike::PeerConfig& peer) {
    peer.child.local = SelectorOf("203.0.113.0", 24, 6, 860);
    peer.child.remote = SelectorOf("198.51.100.0", 24, 0, 0);
  };
  Pair pair(hba, portal);
  ASSERT_TRUE(pair.Login());
  EXPECT_EQ(ChildOf(*pair.responder).local, SelectorOf("203.0.113.7", 32, 6, 860));
  EXPECT_EQ(ChildOf(*pair.responder).remote, SelectorOf("198.51.100.64", 28, 6, 0));
  EXPECT_EQ(ChildOf(*pair.initiator).local, ChildOf(*pair.responder).remote);
  EXPECT_EQ(ChildOf(*pair.initiator).remote, ChildOf(*pair.responder).local);
}

TEST(Events, DecisionsSayWhichTransformWasChosen) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  const auto& decisions = pair.responder->recorder.decisions;
  EXPECT_THAT(decisions, ::testing::Contains(::testing::HasSubstr(
                             "phase 1: proposal 1 transform 1 chosen: aes128-sha256-curve25519")));
  EXPECT_THAT(decisions, ::testing::Contains(::testing::HasSubstr(
                             "phase 2: proposal 1 chosen: aes128-sha256, transport mode")));
}

TEST(Events, APeerServedAtAnyAddressIsNamed) {
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_peer = [](ike::PeerConfig& peer) {
    peer.remote.reset();
    peer.name = "anyone";
  };
  Pair pair(QuickEnd(kMainWord), portal);
  ASSERT_TRUE(pair.Login());
  EXPECT_EQ(pair.responder->EventsOf<ike::Phase1Established>().at(0)->peer_name, "anyone");
}

}  // namespace
}  // namespace iscsi_ike::test
