// Whole negotiations between two engines: every exchange, PFS, encapsulation, kind of identity and
// address family, in the messages that the RFC draws.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <tuple>

#include "ike/wire/registry.hpp"
#include "tests/support/pair.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {
namespace {

using policy::Encapsulation;
using policy::ExchangeMode;
using ::testing::ElementsAre;

TEST(Handshake, MainModeThenQuickModeTakesNineMessages) {
  Pair pair({.word = kMainPfsWord}, {.word = kMainPfsWord});
  ASSERT_TRUE(pair.Login());
  EXPECT_THAT(pair.initiator->recorder.sent, ElementsAre("MM1", "MM3", "MM5", "QM1", "QM3"));
  EXPECT_THAT(pair.responder->recorder.sent, ElementsAre("MM2", "MM4", "MM6", "QM2"));
  EXPECT_THAT(pair.initiator->recorder.received, ElementsAre("MM2", "MM4", "MM6", "QM2"));
  EXPECT_THAT(pair.responder->recorder.received, ElementsAre("MM1", "MM3", "MM5", "QM1", "QM3"));
}

TEST(Handshake, AggressiveModeThenQuickModeTakesSixMessages) {
  Pair pair({.word = kAggressivePfsWord}, {.word = kAggressivePfsWord});
  ASSERT_TRUE(pair.Login());
  EXPECT_THAT(pair.initiator->recorder.sent, ElementsAre("AM1", "AM3", "QM1", "QM3"));
  EXPECT_THAT(pair.responder->recorder.sent, ElementsAre("AM2", "QM2"));
  EXPECT_THAT(pair.initiator->recorder.received, ElementsAre("AM2", "QM2"));
  EXPECT_THAT(pair.responder->recorder.received, ElementsAre("AM1", "AM3", "QM1", "QM3"));
}

struct Identities {
  std::string name;
  std::string initiator, responder;  // empty: the address

  // GoogleTest shows octets of what it cannot print, padding too.
  friend void PrintTo(const Identities& identities, std::ostream* out) { *out << identities.name; }
};
using Combination = std::tuple<ExchangeMode, bool, Encapsulation, Identities, bool>;

class EveryCombination : public ::testing::TestWithParam<Combination> {};

TEST_P(EveryCombination, Completes) {
  const auto& [mode, pfs, encapsulation, identities, ipv6] = GetParam();
  EndSettings hba = QuickEnd(WordOf(mode, pfs, encapsulation));
  EndSettings portal = hba;
  hba.identity = identities.initiator;
  portal.identity = identities.responder;
  Pair pair(hba, portal, 7, ipv6);
  ASSERT_TRUE(pair.Login());
  pair.ExpectOneChildEach();
  const auto* at_hba = pair.initiator->EventsOf<ike::Phase1Established>().at(0);
  const auto* at_portal = pair.responder->EventsOf<ike::Phase1Established>().at(0);
  const std::string address = ipv6 ? "ipv6:2001:db8::" : "ipv4:192.0.2.";
  EXPECT_EQ(at_hba->mode, mode);
  EXPECT_EQ(at_hba->local_identity,
            identities.initiator.empty() ? address + "1" : identities.initiator);
  EXPECT_EQ(at_hba->remote_identity,
            identities.responder.empty() ? address + "2" : identities.responder);
  EXPECT_EQ(at_portal->local_identity, at_hba->remote_identity);
  EXPECT_EQ(at_portal->remote_identity, at_hba->local_identity);
  for (const Node* node : {pair.initiator, pair.responder}) {
    const ike::ChildSa& sa = node->EventsOf<ike::ChildEstablished>().at(0)->sa;
    EXPECT_EQ(sa.encapsulation, encapsulation);
    EXPECT_EQ(sa.pfs_group, pfs ? std::optional(crypto::DhGroup::kCurve25519) : std::nullopt);
  }
  pair.net.Run();
  pair.ExpectAtRest(1);
}

std::string CombinationName(const ::testing::TestParamInfo<Combination>& info) {
  const auto& [mode, pfs, encapsulation, identities, ipv6] = info.param;
  return std::string(policy::Name(mode)) + (pfs ? "_pfs_" : "_nopfs_") +
         std::string(policy::Name(encapsulation)) + "_" + identities.name + (ipv6 ? "_v6" : "_v4");
}

INSTANTIATE_TEST_SUITE_P(
    Handshake, EveryCombination,
    ::testing::Combine(
        ::testing::Values(ExchangeMode::kMain, ExchangeMode::kAggressive), ::testing::Bool(),
        ::testing::Values(Encapsulation::kTransport, Encapsulation::kTunnel),
        ::testing::Values(Identities{"addresses", "", ""},
                          Identities{"ipv4", "ipv4:203.0.113.1", "ipv4:203.0.113.2"},
                          Identities{"ipv6", "ipv6:2001:db8:1::1", "ipv6:2001:db8:1::2"},
                          Identities{"fqdn", "fqdn:hba.example", "fqdn:target.example"},
                          Identities{"user_fqdn", "user_fqdn:hba@host.example",
                                     "user_fqdn:disk@array.example"},
                          Identities{"mixed", "user_fqdn:hba@host.example", "fqdn:target.example"}),
        ::testing::Bool()),
    CombinationName);

TEST(Handshake, AggressiveHashInClearIsTakenToo) {
  EndSettings hba = QuickEnd(kAggressiveWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) { peer.aggressive_hash_in_clear = true; };
  for (const bool in_clear : {false, true}) {
    Pair pair(in_clear ? hba : QuickEnd(kAggressiveWord), QuickEnd(kAggressiveWord));
    ASSERT_TRUE(pair.Login());
    pair.ExpectOneChildEach();
    const std::uint8_t flags = pair.net.log.at(2).datagram.octets.at(19);
    EXPECT_EQ(flags, in_clear ? 0 : ike::kFlagEncryption);
  }
}

TEST(Handshake, PhaseOneAloneEndsThere) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    EndSettings hba = QuickEnd(word);
    hba.adjust_peer = [](ike::PeerConfig& peer) { peer.negotiate_child = false; };
    Pair pair(hba, QuickEnd(word));
    pair.Connect();
    pair.net.Run();
    for (Node* node : {pair.initiator, pair.responder}) {
      EXPECT_EQ(node->EventsOf<ike::Phase1Established>().size(), 1U);
      EXPECT_EQ(node->events.size(), 1U);
    }
    pair.ExpectAtRest(1);
  }
}

std::vector<Bytes> OctetsOf(const SimNet& net) {
  std::vector<Bytes> all;
  for (const Sent& sent : net.log) all.push_back(sent.datagram.octets);
  return all;
}

TEST(Handshake, TheSameSeedGivesTheSameOctets) {
  for (const std::uint64_t word : {kMainPfsWord, kAggressivePfsWord}) {
    std::vector<std::vector<Bytes>> runs;
    for (const std::uint64_t seed : {11U, 11U, 12U}) {
      Pair pair(QuickEnd(word), QuickEnd(word), seed);
      ASSERT_TRUE(pair.Login());
      runs.push_back(OctetsOf(pair.net));
    }
    EXPECT_EQ(runs[0], runs[1]);
    ASSERT_EQ(runs[0].size(), runs[2].size());
    for (std::size_t i = 0; i < runs[0].size(); ++i) EXPECT_NE(runs[0][i], runs[2][i]) << i;
  }
}

TEST(Handshake, LoginsToOneTargetDoNotDisturbEachOther) {
  Pair pair(QuickEnd(kMainPfsWord), QuickEnd(kMainPfsWord));
  for (int i = 0; i < 20; ++i) pair.Connect();
  pair.net.Run();
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 20U);
  EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), 20U);
  EXPECT_EQ(pair.initiator->EventsOf<ike::Failed>().size(), 0U);
  pair.ExpectAtRest(20);
}

}  // namespace
}  // namespace iscsi_ike::test
