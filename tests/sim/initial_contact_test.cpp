// INITIAL-CONTACT, and what else one session does to another with the same peer: never to those of
// another key or at another portal.
#include <gtest/gtest.h>

#include <string>

#include "tests/sim/renewing.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::seconds;

TEST(InitialContact, MakesThePeerForgetWhatARestartHasLost) {
  EndSettings hba = RenewingEnd(kMainWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) {
    peer.renewal.mode = ike::Renewal::kNever;
    peer.initial_contact = true;
  };
  Pair pair(hba, RenewingEnd(kMainWord, ike::Renewal::kNever));
  ASSERT_TRUE(pair.Login());
  // The same adapter after a reset, which knows nothing any more.
  Node& again = pair.net.Add({}, 99, "192.0.2.1");
  ASSERT_TRUE(again.engine().Connect(pair.net.now(), pair.initiator_peer).ok());
  pair.net.Drain();
  pair.net.RunFor(seconds(5));
  EXPECT_EQ(again.EventsOf<ike::ChildEstablished>().size(), 1U);
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
  ASSERT_EQ(pair.responder->EventsOf<ike::SessionClosed>().size(), 1U);
  EXPECT_EQ(pair.responder->EventsOf<ike::SessionClosed>()[0]->reason, ike::CloseReason::kByPeer);
  EXPECT_EQ(Living(*pair.responder).children.size(), 1U);
}

TEST(InitialContact, UnderAnotherKeyForgetsNobody) {
  EndSettings second = RenewingEnd(kMainWord);
  second.key = "a key of the second adapter's own";
  second.identity = "fqdn:hba.example";  // which is that of the first
  second.adjust_peer = [](ike::PeerConfig& peer) { peer.initial_contact = true; };
  EndSettings first = RenewingEnd(kMainWord);
  first.identity = second.identity;
  EndSettings portal = RenewingEnd(kMainWord);
  portal.adjust_engine = [&second](ike::EngineConfig& config) {
    EndSettings own = RenewingEnd(kMainWord);
    own.key = second.key;
    config.responders.push_back(MakePeer(own, policy::Role::kResponder, "192.0.2.2", "192.0.2.3"));
  };
  Pair pair(first, portal);
  ASSERT_TRUE(pair.Login());
  Node& other = pair.net.Add({}, 99, "192.0.2.3");
  const auto peer = MakePeer(second, policy::Role::kInitiator, "192.0.2.3", "192.0.2.2");
  ASSERT_TRUE(other.engine().Connect(pair.net.now(), peer).ok());
  pair.net.Drain();
  pair.net.RunFor(seconds(5));
  EXPECT_EQ(other.EventsOf<ike::ChildEstablished>().size(), 1U);
  EXPECT_EQ(pair.responder->engine().session_count(), 2U);
  EXPECT_TRUE(pair.responder->EventsOf<ike::SessionClosed>().empty());
  EXPECT_EQ(Living(*pair.responder).children.size(), 2U);
}

// Talk carries between two engines whatever they send, wherever to: a second address of a node is
// none that the network knows.
void Talk(Node& one, Node& two, ike::Time now) {
  crypto::InlineDhExecutor dh;
  for (int turn = 0; turn < 40; ++turn) {
    Node& from = turn % 2 == 0 ? one : two;
    Node& to = turn % 2 == 0 ? two : one;
    while (auto job = from.engine().PollDh()) {
      dh.Run({&*job, 1});
      from.engine().HandleDh(now, std::move(*job));
    }
    while (const auto sent = from.engine().PollDatagram())
      to.engine().HandleDatagram(now, sent->remote, sent->local, sent->octets);
    while (auto event = from.engine().PollEvent()) from.events.push_back(std::move(*event));
  }
}

// AtEveryPortal: a target's end that answers at all of its addresses, whoever asks.
EndSettings AtEveryPortal() {
  EndSettings end = RenewingEnd(kMainWord);
  end.adjust_peer = [](ike::PeerConfig& peer) {
    peer.local = {};
    peer.remote.reset();
  };
  return end;
}

// Of a target with several portals each is a peer of its own: a first contact with one says nothing
// of another.
TEST(InitialContact, IsAboutThePortalThatItIsSaidTo) {
  for (const char* portal_address : {"192.0.2.2", "192.0.2.7"}) {
    EndSettings hba = RenewingEnd(kMainWord);
    hba.identity = "fqdn:hba.example";
    hba.adjust_peer = [](ike::PeerConfig& peer) { peer.initial_contact = true; };
    Pair pair(hba, AtEveryPortal());
    ASSERT_TRUE(pair.Login());
    Node& again = pair.net.Add({}, 99, "192.0.2.3");
    const auto peer = MakePeer(hba, policy::Role::kInitiator, "192.0.2.3", portal_address);
    ASSERT_TRUE(again.engine().Connect(pair.net.now(), peer).ok());
    Talk(again, *pair.responder, pair.net.now());
    EXPECT_EQ(again.EventsOf<ike::ChildEstablished>().size(), 1U) << portal_address;
    const bool same = portal_address == std::string("192.0.2.2");
    EXPECT_EQ(pair.responder->EventsOf<ike::SessionClosed>().size(), same ? 1U : 0U);
    EXPECT_EQ(pair.responder->engine().session_count(), same ? 1U : 2U);
  }
}

// Nor does a session at one portal take over what another portal has with the same HBA.
TEST(TakingOver, StaysAtOnePortal) {
  for (const char* portal_address : {"192.0.2.2", "192.0.2.7"}) {
    const EndSettings hba = RenewingEnd(kMainWord);
    Pair pair(hba, AtEveryPortal());
    ASSERT_TRUE(pair.Login());
    const auto first = pair.initiator->EventsOf<ike::Phase1Established>().front()->session;
    const auto peer = MakePeer(hba, policy::Role::kInitiator, "192.0.2.1", portal_address);
    ASSERT_TRUE(pair.initiator->engine().Connect(pair.net.now(), peer).ok());
    Talk(*pair.initiator, *pair.responder, pair.net.now());
    ASSERT_EQ(pair.responder->engine().session_count(), 2U);
    pair.initiator->engine().Close(pair.net.now(), first);
    Talk(*pair.initiator, *pair.responder, pair.net.now());
    EXPECT_EQ(pair.responder->engine().session_count(), 1U);
    const bool same = portal_address == std::string("192.0.2.2");
    EXPECT_EQ(pair.responder->EventsOf<ike::SessionReplaced>().size(), same ? 1U : 0U);
  }
}

TEST(InitialContact, IsNotSaidBySecondSessions) {
  EndSettings hba = RenewingEnd(kMainWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) { peer.initial_contact = true; };
  Pair pair(hba, RenewingEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  pair.Connect();
  pair.net.RunFor(seconds(20));
  EXPECT_EQ(pair.responder->engine().session_count(), 2U);
  EXPECT_EQ(Living(*pair.responder).children.size(), 2U);
}

}  // namespace
}  // namespace iscsi_ike::test
