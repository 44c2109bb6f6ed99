// The path to a peer behind a translator: what moves it, and what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/insider.hpp"
#include "tests/support/nat_pair.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::seconds;

class NatPath : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  NatPath() : ends(Behind::kHba, QuickEnd(GetParam()), QuickEnd(GetParam())) {
    EXPECT_TRUE(ends.pair.Login());
    ends.net.Run();
    seen = ends.hba_nat.Seen(4500).value();
  }
  [[nodiscard]] ike::SessionId SessionOf(const Node& node) const {
    return node.EventsOf<ike::Phase1Established>().at(0)->session;
  }
  [[nodiscard]] std::vector<ike::Endpoint> Moves() const {
    std::vector<ike::Endpoint> moves;
    for (const auto* moved : ends.portal.EventsOf<ike::PeerMoved>()) {
      EXPECT_EQ(moved->session, SessionOf(ends.portal));
      EXPECT_EQ(moved->local, (ike::Endpoint{ends.portal.endpoint().address, 4500}));
      moves.push_back(moved->remote);
    }
    return moves;
  }
  // GoesTo is where the portal's session sends to: it is asked to begin a quick mode.
  ike::Endpoint GoesTo() {
    std::size_t next = ends.net.log.size();
    EXPECT_TRUE(ends.portal.engine().Negotiate(ends.net.now(), SessionOf(ends.portal), {}).ok());
    const auto begun = [&] {
      while (next < ends.net.log.size() && !IsQuick(ends.net.log[next])) ++next;
      return next < ends.net.log.size();
    };
    EXPECT_TRUE(ends.net.RunUntil(begun));
    return ends.net.log.at(next).datagram.remote;
  }
  static bool IsQuick(const Sent& sent) {
    return HeaderOf(MessageOf(sent.datagram)).exchange == ike::ExchangeType::kQuick;
  }
  NatPair ends;
  ike::Endpoint seen;
  const ike::Endpoint elsewhere{policy::IpAddress::Parse("203.0.113.9").value(), 4500};
};
INSTANTIATE_TEST_SUITE_P(Sim, NatPath,
                         ::testing::Values(kMainWord, kMainPfsWord, kAggressiveWord,
                                           kAggressivePfsWord));

TEST_P(NatPath, GoingToItsPortIsNoMove) {
  EXPECT_THAT(Moves(), testing::IsEmpty());
  EXPECT_THAT(ends.hba.EventsOf<ike::PeerMoved>(), testing::IsEmpty());
  EXPECT_EQ(GoesTo(), seen);
}

TEST_P(NatPath, AnAuthenticatedMessageFromANewPortMovesIt) {
  ends.hba_nat.Rebind();
  ASSERT_TRUE(ends.hba.engine().Negotiate(ends.net.now(), SessionOf(ends.hba), {}).ok());
  ends.net.Run();
  const ike::Endpoint now = ends.hba_nat.Seen(4500).value();
  EXPECT_NE(now, seen);
  EXPECT_THAT(Moves(), testing::ElementsAre(now));
  EXPECT_EQ(ends.portal.EventsOf<ike::ChildEstablished>().size(), 2U);
  EXPECT_EQ(ends.portal.EventsOf<ike::ChildEstablished>().at(1)->sa.remote_endpoint, now);
  EXPECT_EQ(GoesTo(), now);
}

TEST_P(NatPath, ADeleteFromANewPortIsHeard) {
  ends.hba_nat.Rebind();
  ends.hba.engine().Close(ends.net.now(), SessionOf(ends.hba));
  ends.net.Run();
  EXPECT_EQ(ends.portal.EventsOf<ike::SessionClosed>().size(), 1U);
  ends.pair.ExpectAtRest(0);
}

// The translator itself may change its address, and nobody else may.
TEST_P(NatPath, AnotherAddressIsFineBehindATranslator) {
  ends.hba_nat = SimNat("192.0.2.1", "203.0.113.77");
  ASSERT_TRUE(ends.hba.engine().Negotiate(ends.net.now(), SessionOf(ends.hba), {}).ok());
  ends.net.Run();
  EXPECT_THAT(Moves(), testing::ElementsAre(ends.hba_nat.Seen(4500).value()));
  EXPECT_EQ(ends.hba.EventsOf<ike::ChildEstablished>().size(), 2U);
}

TEST_P(NatPath, APeerThatIsNotBehindOneDoesNotMove) {
  NatPair forced(Behind::kPortal, QuickEnd(GetParam()), QuickEnd(GetParam()));
  ASSERT_TRUE(forced.pair.Login());
  forced.net.Run();
  forced.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.datagram.local.address == forced.hba.endpoint().address)
      sent.datagram.local.address = elsewhere.address;
    if (!forced.Pass(sent)) return {};
    return {forced.net.latency};
  };
  const auto session = forced.hba.EventsOf<ike::Phase1Established>().at(0)->session;
  ASSERT_TRUE(forced.hba.engine().Negotiate(forced.net.now(), session, {}).ok());
  forced.net.Run();
  EXPECT_TRUE(forced.portal.EventsOf<ike::PeerMoved>().empty());
  EXPECT_EQ(forced.portal.EventsOf<ike::ChildEstablished>().size(), 1U);
}

// A third party repeats from elsewhere whatever was ever sent, and alters it.
TEST_P(NatPath, ReplayedAndUnauthenticatedMessagesDoNotMoveIt) {
  const std::vector<Sent> log = ends.net.log;
  for (const Sent& sent : log) {
    SCOPED_TRACE(sent.number);
    const bool to_hba = sent.datagram.local.address == ends.portal.endpoint().address;
    Node& victim = to_hba ? ends.hba : ends.portal;
    for (const int change :
         {-1, 18, 19, 20, 27, 40, static_cast<int>(sent.datagram.octets.size()) - 1}) {
      Bytes octets(MessageOf(sent.datagram).begin(), MessageOf(sent.datagram).end());
      if (change >= 0)
        octets.at(std::min(static_cast<std::size_t>(change), octets.size() - 1)) ^= 1;
      octets.insert(octets.begin(), 4, 0);
      for (const ike::Endpoint& from : {elsewhere, ike::Endpoint{seen.address, 41234}})
        ends.net.Inject(victim, from, octets, 4500);
    }
  }
  EXPECT_THAT(Moves(), testing::IsEmpty());
  EXPECT_THAT(ends.hba.EventsOf<ike::PeerMoved>(), testing::IsEmpty());
  for (std::size_t i = log.size(); i < ends.net.log.size(); ++i) {
    // Nothing of the session goes to the stranger, save refusals in clear of what makes no sense.
    const ike::Datagram& answer = ends.net.log[i].datagram;
    if (answer.remote == elsewhere) {
      EXPECT_FALSE(HeaderOf(MessageOf(answer)).encrypted());
    }
  }
  EXPECT_EQ(GoesTo(), seen);
  ends.net.Run();
  EXPECT_EQ(ends.hba.EventsOf<ike::ChildEstablished>().size(), 2U);
}

// A message that is refused for what it says is authentic all the same.
TEST(NatRefusal, GoesBackTheNewWayAndIsRepeatedAsItWas) {
  EndSettings picky = QuickEnd(kMainWord);
  picky.esp = "aes256-sha256";
  NatPair ends(Behind::kHba, QuickEnd(kMainWord), picky);
  std::optional<std::size_t> quick;
  ends.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    const auto header = HeaderOf(MessageOf(sent.datagram));
    const bool first = header.exchange == ike::ExchangeType::kQuick && !quick;
    if (first) quick = sent.number;
    if (first) ends.hba_nat.Rebind();
    const bool refusal = header.exchange == ike::ExchangeType::kInformational;
    if (!ends.Pass(sent)) return {};
    // The first refusal is lost, and QM1 comes again.
    if (refusal && sent.number == *quick + 1) return {};
    return {ends.net.latency};
  };
  ends.pair.Connect();
  ends.net.Run();
  EXPECT_EQ(ends.pair.FailureOf(ends.portal).code, ike::FailureCode::kNoPhase2Proposal);
  EXPECT_EQ(ends.pair.FailureOf(ends.hba).code, ike::FailureCode::kPeerRefused);
  ASSERT_GE(ends.net.log.size(), *quick + 4);
  const ike::Datagram& refusal = ends.net.log[*quick + 1].datagram;
  EXPECT_EQ(refusal.octets, ends.net.log[*quick + 3].datagram.octets);
  EXPECT_EQ(refusal.remote, ends.hba_nat.Seen(4500).value());
}

// Of phase 1, too: the message that first comes to port 4500 is the one that is refused.
TEST(NatRefusal, OfTheIdentityReachesTheInitiator) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    EndSettings picky = QuickEnd(word);
    if (word == kMainWord) {
      picky.adjust_peer = [](ike::PeerConfig& peer) {
        peer.peer_identity = policy::Identity::Parse("fqdn:hba.example", "identity").value();
      };
    }
    EndSettings hba = QuickEnd(word);
    if (word == kAggressiveWord) {
      hba.adjust_peer = [](ike::PeerConfig& peer) {
        peer.peer_identity = policy::Identity::Parse("fqdn:portal.example", "identity").value();
      };
    }
    NatPair ends(Behind::kHba, hba, picky);
    ends.pair.Connect();
    ends.net.Run();
    const bool main = word == kMainWord;
    EXPECT_EQ(ends.pair.FailureOf(main ? ends.portal : ends.hba).code,
              ike::FailureCode::kPeerIdentity);
    EXPECT_EQ(ends.pair.FailureOf(main ? ends.hba : ends.portal).code,
              ike::FailureCode::kPeerRefused);
    ends.pair.ExpectAtRest(0);
  }
}

}  // namespace
}  // namespace iscsi_ike::test
