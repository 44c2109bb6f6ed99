// The options of NAT traversal: forced, off, begun at port 4500, keepalives; and NAT detection that
// somebody forges.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/insider.hpp"
#include "tests/support/nat_pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::NatTraversal;
using ike::PayloadType;
using std::chrono::seconds;

const ike::ChildSa& ChildOf(const Node& node) {
  return node.EventsOf<ike::ChildEstablished>().at(0)->sa;
}

EndSettings With(EndSettings end, std::function<void(ike::PeerConfig&)> adjust) {
  end.adjust_peer = std::move(adjust);
  return end;
}
EndSettings With(std::uint64_t word, NatTraversal nat) {
  return With(QuickEnd(word), [nat](ike::PeerConfig& peer) { peer.nat = nat; });
}

class NatOptions : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Core, NatOptions,
                         ::testing::Values(kMainWord, kMainPfsWord, kAggressiveWord,
                                           kAggressivePfsWord));

TEST_P(NatOptions, EitherEndCanForceEncapsulation) {
  for (const bool hba_forces : {false, true}) {
    for (const bool portal_forces : {false, true}) {
      SCOPED_TRACE(testing::Message() << hba_forces << portal_forces);
      Pair pair(With(GetParam(), hba_forces ? NatTraversal::kForce : NatTraversal::kDetect),
                With(GetParam(), portal_forces ? NatTraversal::kForce : NatTraversal::kDetect));
      pair.Connect();
      pair.net.Run();
      pair.ExpectOneChildEach();
      const bool forced = hba_forces || portal_forces;
      for (const Node* node : {pair.initiator, pair.responder}) {
        EXPECT_EQ(ChildOf(*node).udp_encapsulated, forced);
        EXPECT_EQ(ChildOf(*node).local_endpoint.port, forced ? 4500 : 500);
        EXPECT_EQ(ChildOf(*node).remote_endpoint.port, forced ? 4500 : 500);
      }
    }
  }
}

TEST_P(NatOptions, ItIsOffWhenOneEndDoesNotSpeakIt) {
  for (const bool hba_off : {false, true}) {
    for (const NatTraversal other : {NatTraversal::kDetect, NatTraversal::kForce}) {
      Pair pair(With(GetParam(), hba_off ? NatTraversal::kOff : other),
                With(GetParam(), hba_off ? other : NatTraversal::kOff));
      pair.Connect();
      pair.net.Run();
      pair.ExpectOneChildEach();
      for (const Sent& sent : pair.net.log) EXPECT_EQ(sent.datagram.local.port, 500);
      for (const Node* node : {pair.initiator, pair.responder})
        EXPECT_FALSE(ChildOf(*node).udp_encapsulated);
    }
  }
}

// An engine without NAT traversal port cannot go there.
TEST_P(NatOptions, ItIsOffWithoutItsPort) {
  for (const bool at_hba : {false, true}) {
    EndSettings without = QuickEnd(GetParam());
    without.adjust_engine = [](ike::EngineConfig& config) { config.nat_port = 0; };
    EndSettings forcing = With(GetParam(), NatTraversal::kForce);
    Pair pair(at_hba ? without : forcing, at_hba ? forcing : without);
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    for (const Sent& sent : pair.net.log) EXPECT_EQ(sent.datagram.local.port, 500);
  }
}

TEST_P(NatOptions, ANegotiationMayBeginAtItsPort) {
  for (const Behind behind : {Behind::kNeither, Behind::kHba, Behind::kPortal, Behind::kBoth}) {
    const auto hba = With(QuickEnd(GetParam()), [](ike::PeerConfig& peer) {
      peer.local.port = ike::kIkeNattPort;
      peer.remote->port = ike::kIkeNattPort;
    });
    NatPair ends(behind, hba, QuickEnd(GetParam()));
    ends.pair.Connect();
    ends.net.Run();
    ends.pair.ExpectOneChildEach();
    for (const Sent& sent : ends.net.log) {
      EXPECT_EQ(sent.datagram.local.port, 4500);
      EXPECT_EQ(HeaderOf(MessageOf(sent.datagram)).length + 4, sent.datagram.octets.size());
    }
    for (const Node* node : {&ends.hba, &ends.portal}) {
      EXPECT_EQ(ChildOf(*node).udp_encapsulated, behind != Behind::kNeither);
      EXPECT_TRUE(node->EventsOf<ike::PeerMoved>().empty());
    }
  }
}

TEST_P(NatOptions, ThePeersPortCanBeAnother) {
  const auto hba =
      With(QuickEnd(GetParam()), [](ike::PeerConfig& peer) { peer.remote_nat_port = 14500; });
  NatPair ends(Behind::kPortal, hba, QuickEnd(GetParam()));
  ends.portal_nat = SimNat("192.0.2.2", "198.51.100.2");
  ends.portal_nat.Forward(500, 500);
  ends.portal_nat.Forward(14500, 4500);
  ends.pair.Connect();
  ends.net.Run();
  ends.pair.ExpectOneChildEach();
  EXPECT_EQ(ChildOf(ends.hba).remote_endpoint.ToString(), "198.51.100.2:14500");
}

// KeepalivesOf counts the single octets of 0xff that a node sends, and demands that they go from
// port 4500 and bear no marker (RFC 3948 section 2.3).
std::size_t KeepalivesOf(const SimNet& net, const Node& node) {
  std::size_t count = 0;
  for (const Sent& sent : net.log) {
    if (sent.datagram.local.address != node.endpoint().address) continue;
    if (sent.datagram.octets.size() >= ike::kHeaderSize) continue;
    EXPECT_THAT(sent.datagram.octets, testing::ElementsAre(0xff));
    EXPECT_EQ(sent.datagram.local.port, 4500);
    ++count;
  }
  return count;
}

TEST_P(NatOptions, OnlyAnEndBehindATranslatorKeepsItsMappingAlive) {
  const auto end =
      With(QuickEnd(GetParam()), [](ike::PeerConfig& peer) { peer.nat_keepalive = seconds(20); });
  for (const Behind behind : {Behind::kNeither, Behind::kHba, Behind::kPortal, Behind::kBoth}) {
    NatPair ends(behind, end, end);
    ASSERT_TRUE(ends.pair.Login());
    ends.net.RunFor(seconds(205));
    EXPECT_EQ(KeepalivesOf(ends.net, ends.hba), ends.hba_is_behind() ? 10U : 0U);
    EXPECT_EQ(KeepalivesOf(ends.net, ends.portal), ends.portal_is_behind() ? 10U : 0U);
    EXPECT_EQ(ends.hba.recorder.sent.size() + ends.portal.recorder.sent.size(),
              ends.net.log.size() - KeepalivesOf(ends.net, ends.hba) -
                  KeepalivesOf(ends.net, ends.portal));
  }
}

TEST(NatKeepalive, HoldsAMappingThatWouldExpire) {
  const auto end =
      With(QuickEnd(kMainWord), [](ike::PeerConfig& peer) { peer.nat_keepalive = seconds(20); });
  NatPair ends(Behind::kHba, end, QuickEnd(kMainWord));
  ends.hba_nat.lifetime = seconds(30);
  ASSERT_TRUE(ends.pair.Login());
  const ike::Endpoint before = ends.hba_nat.Seen(4500).value();
  ends.net.RunFor(std::chrono::minutes(5));
  EXPECT_EQ(ends.hba_nat.Seen(4500), before);
  EXPECT_FALSE(ends.hba_nat.Seen(500));  // nobody needs that one any more
}

TEST(NatKeepalive, NoneWhenTheIntervalIsZero) {
  NatPair ends(Behind::kBoth, QuickEnd(kMainWord), QuickEnd(kMainWord));
  ASSERT_TRUE(ends.pair.Login());
  ends.net.RunFor(std::chrono::minutes(5));
  EXPECT_EQ(KeepalivesOf(ends.net, ends.hba) + KeepalivesOf(ends.net, ends.portal), 0U);
}

TEST(NatKeepalive, NoneAfterTheEndOfTheSession) {
  const auto end =
      With(QuickEnd(kMainWord), [](ike::PeerConfig& peer) { peer.nat_keepalive = seconds(20); });
  NatPair ends(Behind::kHba, end, QuickEnd(kMainWord));
  ASSERT_TRUE(ends.pair.Login());
  const auto session = ends.hba.EventsOf<ike::Phase1Established>().at(0)->session;
  ends.hba.engine().Close(ends.net.now(), session);
  ends.net.RunFor(std::chrono::minutes(5));
  EXPECT_EQ(KeepalivesOf(ends.net, ends.hba), 0U);
  ends.pair.ExpectAtRest(0);
}

// ESP and keepalives are for others than this engine; what bears a marker and is no message, too.
TEST(NatPort, EspAndKeepalivesAreDropped) {
  NatPair ends(Behind::kHba, QuickEnd(kMainWord), QuickEnd(kMainWord));
  ASSERT_TRUE(ends.pair.Login());
  const std::size_t sent = ends.net.log.size();
  const ike::Endpoint from = ends.hba_nat.Seen(4500).value();
  Bytes esp(100, 0x5a);
  std::size_t dropped = ends.portal.recorder.dropped.size();
  for (const Bytes& octets :
       {Bytes{0xff}, esp, Bytes{}, Bytes{0}, Bytes{0, 0, 0}, Bytes(4), Bytes(31), Bytes(200)}) {
    ends.net.Inject(ends.portal, from, octets, ike::kIkeNattPort);
    EXPECT_EQ(ends.portal.recorder.dropped.size(), ++dropped);
  }
  // A message of port 500 has no marker, one of port 4500 has one.
  const Bytes quick(MessageOf(ends.net.log[6].datagram).begin(),
                    MessageOf(ends.net.log[6].datagram).end());
  ends.net.Inject(ends.portal, from, quick, ike::kIkeNattPort);
  ends.net.Inject(ends.portal, from, ends.net.log[6].datagram.octets, ike::kIkePort);
  ends.net.Run();
  EXPECT_EQ(ends.net.log.size(), sent);
  ends.pair.ExpectAtRest(1);
}

// A translator between the ends and no NAT traversal: transport mode cannot work, and the reason
// is told.
TEST(NatSelectors, WithoutTraversalATranslatedHostIsRefused) {
  NatPair ends(Behind::kHba, With(kMainWord, NatTraversal::kOff), QuickEnd(kMainWord));
  ends.pair.Connect();
  ends.net.Run();
  EXPECT_EQ(ends.pair.FailureOf(ends.portal).code, ike::FailureCode::kSelectors);
  EXPECT_EQ(ends.pair.FailureOf(ends.hba).code, ike::FailureCode::kPeerRefused);
}

policy::Selector SelectorOf(const char* address, std::uint8_t prefix, std::uint8_t protocol,
                            std::uint16_t port) {
  return {policy::IpAddress::Parse(address).value(), prefix, protocol, port};
}

// Across a translator one host may call itself by an address that the other end does not know, but
// a subnet, another protocol or another port stay outside the policy.
TEST(NatSelectors, AreJudgedAcrossATranslator) {
  struct {
    policy::Selector offered;
    bool taken;
  } const cases[] = {
      {SelectorOf("192.0.2.1", 32, 6, 0), true},    {SelectorOf("10.9.8.7", 32, 6, 40001), true},
      {SelectorOf("192.0.2.0", 24, 6, 0), false},   {SelectorOf("192.0.2.1", 32, 17, 0), false},
      {SelectorOf("2001:db8::1", 64, 6, 0), false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(policy::ToString(c.offered));
    NatPair ends(Behind::kHba,
                 With(QuickEnd(kMainWord), [&](ike::PeerConfig& p) { p.child.local = c.offered; }),
                 QuickEnd(kMainWord));
    ends.pair.Connect();
    ends.net.Run();
    EXPECT_EQ(ends.pair.Established(), c.taken);
    if (!c.taken) {
      EXPECT_EQ(ends.pair.FailureOf(ends.portal).code, ike::FailureCode::kSelectors);
    }
  }
}

TEST(NatSelectors, ConfiguredOnesAreMeantAsTheyAre) {
  const auto portal_wants = [](const char* address) {
    return With(QuickEnd(kMainWord), [address](ike::PeerConfig& peer) {
      peer.child.remote = SelectorOf(address, 32, 6, 0);
    });
  };
  for (const bool right : {true, false}) {
    NatPair ends(Behind::kHba, QuickEnd(kMainWord),
                 portal_wants(right ? "192.0.2.1" : "198.51.100.1"));
    ends.pair.Connect();
    ends.net.Run();
    EXPECT_EQ(ends.pair.Established(), right);
  }
}

// Forge writes NAT-D payloads into a clear message: hashes of nothing, or those of ends that would
// make a translator invisible.
enum class Forgery { kNoise, kNone, kOne, kEmpty };
void Forge(Sent& sent, Forgery forgery) {
  RewriteClear(sent.datagram, [forgery](std::vector<PayloadOctets>& payloads) {
    std::size_t kept = 0;
    std::erase_if(payloads, [&](const PayloadOctets& p) {
      if (p.type != PayloadType::kNatD) return false;
      return forgery == Forgery::kNone || (forgery == Forgery::kOne && kept++ > 0);
    });
    for (PayloadOctets& p : payloads) {
      if (p.type != PayloadType::kNatD) continue;
      if (forgery == Forgery::kNoise) p.body[0] ^= 1;
      if (forgery == Forgery::kEmpty) p.body.clear();
    }
  });
}

class ForgedDetection : public ::testing::TestWithParam<std::tuple<std::uint64_t, Forgery>> {};
INSTANTIATE_TEST_SUITE_P(Core, ForgedDetection,
                         ::testing::Combine(::testing::Values(kMainWord, kMainPfsWord,
                                                              kAggressiveWord),
                                            ::testing::Values(Forgery::kNoise, Forgery::kNone,
                                                              Forgery::kOne, Forgery::kEmpty)));

// NAT-D payloads are not authenticated, so nothing that they say ends a negotiation.
TEST_P(ForgedDetection, NeverEndsANegotiation) {
  const auto& [word, forgery] = GetParam();
  const bool main = word != kAggressiveWord;
  for (const std::size_t place : {main ? 2U : 1U, 3U}) {
    if (!main && place == 3) continue;  // AM3 is encrypted
    SCOPED_TRACE(place);
    NatPair ends(Behind::kNeither, QuickEnd(word), QuickEnd(word));
    ends.net.fate = [&, forgery = forgery](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number == place) Forge(sent, forgery);
      return {ends.net.latency};
    };
    ends.pair.Connect();
    ends.net.Run();
    ends.pair.ExpectOneChildEach();
    EXPECT_EQ(ChildOf(ends.hba).udp_encapsulated, ChildOf(ends.portal).udp_encapsulated);
  }
}

// A translator that a forger hides from the responder is found all the same: the initiator moves.
TEST_P(ForgedDetection, CannotHideATranslatorFromTheResponder) {
  const auto& [word, forgery] = GetParam();
  if (word == kAggressiveWord || forgery == Forgery::kNoise) return;
  NatPair ends(Behind::kHba, QuickEnd(word), QuickEnd(word));
  ends.net.fate = [&, forgery = forgery](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number == 2) Forge(sent, forgery);
    if (!ends.Pass(sent)) return {};
    return {ends.net.latency};
  };
  ends.pair.Connect();
  ends.net.Run();
  ends.pair.ExpectOneChildEach();
  EXPECT_TRUE(ChildOf(ends.hba).udp_encapsulated);
  EXPECT_TRUE(ChildOf(ends.portal).udp_encapsulated);
}

}  // namespace
}  // namespace iscsi_ike::test
