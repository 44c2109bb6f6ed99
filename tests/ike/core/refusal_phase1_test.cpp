// Phase 1 that does not come about: who says what, and whom it blames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::Blame;
using ike::FailureCode;
using ::testing::Contains;
using ::testing::HasSubstr;

EndSettings WithKey(std::uint64_t word, const std::string& key) {
  EndSettings end = QuickEnd(word);
  end.key = key;
  return end;
}

TEST(Refusal, AnotherKeyInMainModeIsNamedAtBothEnds) {
  Pair pair(WithKey(kMainWord, "one key"), WithKey(kMainWord, "another key"));
  pair.Connect();
  pair.net.Run();
  const auto& portal = pair.FailureOf(*pair.responder);
  EXPECT_EQ(portal.code, FailureCode::kKeysDiffer);
  EXPECT_EQ(portal.blame(), Blame::kAuthentication);
  EXPECT_THAT(portal.details, Contains(HasSubstr("compare the key fingerprints")));
  const auto& hba = pair.FailureOf(*pair.initiator);
  EXPECT_EQ(hba.code, FailureCode::kTimeout);
  EXPECT_THAT(hba.details, Contains(HasSubstr("another pre-shared key")));
  EXPECT_THAT(hba.details, Contains(HasSubstr("compare the key fingerprints")));
  EXPECT_TRUE(hba.peer_unproven);
  EXPECT_FALSE(portal.peer_unproven) << "that the peer is at fault is in the code";
  // The target says so as soon as it sees it.
  const auto diagnosed = pair.responder->EventsOf<ike::Diagnosed>();
  ASSERT_EQ(diagnosed.size(), 1U);
  EXPECT_EQ(diagnosed[0]->suspicion.code, FailureCode::kKeysDiffer);
  pair.ExpectAtRest(0);
}

TEST(Refusal, AnotherKeyInAggressiveModeIsNamedAtBothEnds) {
  Pair pair(WithKey(kAggressiveWord, "one key"), WithKey(kAggressiveWord, "another key"));
  pair.Connect();
  pair.net.Run();
  const auto& hba = pair.FailureOf(*pair.initiator);
  EXPECT_EQ(hba.code, FailureCode::kHashMismatch);
  EXPECT_EQ(hba.blame(), Blame::kAuthentication);
  EXPECT_THAT(hba.details, Contains(HasSubstr("compare the key fingerprints")));
  const auto& portal = pair.FailureOf(*pair.responder);
  EXPECT_EQ(portal.blame(), Blame::kTimeout);
  EXPECT_THAT(portal.details, Contains(HasSubstr("another pre-shared key")));
  pair.ExpectAtRest(0);
}

struct Attribute {
  const char *name, *offered_suite, *allowed_suite, *offered, *allowed;
};
constexpr Attribute kAttributes[] = {
    {"encryption", "3des-sha256-ecp256", "aes128-sha256-ecp256", "3DES-CBC (5)", "AES-CBC (7)"},
    {"key length", "aes256-sha256-ecp256", "aes128-sha256-ecp256", "256", "128"},
    {"hash", "aes128-sha1-ecp256", "aes128-sha256-ecp256", "(2)", "(4)"},
    {"group", "aes128-sha256-modp1024", "aes128-sha256-ecp256", "modp1024 (2)", "ecp256 (19)"},
};

TEST(Refusal, EachPhase1AttributeIsNamed) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    for (const Attribute& a : kAttributes) {
      SCOPED_TRACE(a.name);
      EndSettings hba = QuickEnd(word);
      EndSettings portal = QuickEnd(word);
      hba.ike = a.offered_suite;
      portal.ike = a.allowed_suite;
      Pair pair(hba, portal);
      pair.Connect();
      pair.net.Run();
      // Each repetition of the offer is refused anew: nothing is remembered of the one before.
      const auto& refused = pair.responder->EventsOf<ike::Failed>().front()->failure;
      EXPECT_EQ(refused.code, FailureCode::kNoPhase1Proposal);
      EXPECT_EQ(refused.blame(), Blame::kIncompatible);
      ASSERT_FALSE(refused.refusals.empty());
      const auto found = std::find_if(refused.refusals.begin(), refused.refusals.end(),
                                      [&](const auto& r) { return r.attribute == a.name; });
      ASSERT_NE(found, refused.refusals.end());
      EXPECT_EQ(found->proposal, 1);
      EXPECT_EQ(found->transform, 1);
      EXPECT_THAT(found->offered, HasSubstr(a.offered));
      EXPECT_THAT(found->allowed, HasSubstr(a.allowed));
      EXPECT_EQ(found->rule, "suite");
      EXPECT_THAT(refused.details, Contains(HasSubstr(a.allowed_suite)));
      const auto& told = pair.FailureOf(*pair.initiator);
      EXPECT_EQ(told.code, FailureCode::kPeerRefused);
      EXPECT_EQ(told.blame(), Blame::kPeerReported);
      EXPECT_THAT(told.text, HasSubstr("NO-PROPOSAL-CHOSEN"));
      EXPECT_THAT(told.text, HasSubstr("not authenticated"));
      pair.ExpectAtRest(0);
    }
  }
}

TEST(Refusal, EveryTransformOfTheOfferIsExplained) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.ike = "aes256-sha1-ecp256,3des-sha1-modp1024,aes128-sha512-modp1024";
  Pair pair(hba, QuickEnd(kMainWord));
  pair.Connect();
  pair.net.Run(std::chrono::milliseconds(100));
  std::set<int> transforms;
  for (const auto& r : pair.FailureOf(*pair.responder).refusals) transforms.insert(r.transform);
  EXPECT_THAT(transforms, ::testing::ElementsAre(1, 2, 3));
}

TEST(Refusal, AModeThatTheFlagsForbidIsRefused) {
  for (const bool main : {true, false}) {
    Pair pair(QuickEnd(main ? kMainWord : kAggressiveWord),
              QuickEnd(main ? kAggressiveWord : kMainWord));
    pair.Connect();
    pair.net.Run();
    EXPECT_EQ(pair.responder->EventsOf<ike::Failed>().front()->failure.code,
              FailureCode::kModeRefused);
    EXPECT_THAT(pair.responder->EventsOf<ike::Failed>().front()->failure.text,
                HasSubstr(main ? "main mode" : "aggressive mode"));
    EXPECT_EQ(pair.FailureOf(*pair.initiator).code, FailureCode::kPeerRefused);
    EXPECT_THAT(pair.FailureOf(*pair.initiator).text, HasSubstr("UNSUPPORTED-EXCHANGE-TYPE"));
    pair.ExpectAtRest(0);
  }
}

TEST(Refusal, AnUnknownPeerGetsNoAnswer) {
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_peer = [](ike::PeerConfig& peer) {
    peer.remote->address = policy::IpAddress::Parse("192.0.2.77").value();
  };
  Pair pair(QuickEnd(kMainWord), portal);
  pair.Connect();
  pair.net.Run();
  EXPECT_EQ(pair.responder->EventsOf<ike::Failed>().front()->failure.code, FailureCode::kNoKey);
  EXPECT_EQ(pair.FailureOf(*pair.initiator).code, FailureCode::kNoResponse);
  for (const Sent& sent : pair.net.log) EXPECT_EQ(sent.datagram.local, pair.initiator->endpoint());
  pair.ExpectAtRest(0);
}

EndSettings Requiring(std::uint64_t word, const char* identity) {
  EndSettings end = QuickEnd(word);
  end.adjust_peer = [identity](ike::PeerConfig& peer) {
    peer.peer_identity = policy::Identity::Parse(identity, "peer").value();
  };
  return end;
}

TEST(Refusal, APeerWithAnotherIdentityIsRefusedByTheInitiator) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    Pair pair(Requiring(word, "fqdn:target.example"), QuickEnd(word));
    pair.Connect();
    pair.net.Run(std::chrono::seconds(5));
    const auto& failure = pair.FailureOf(*pair.initiator);
    EXPECT_EQ(failure.code, FailureCode::kPeerIdentity);
    EXPECT_EQ(failure.blame(), Blame::kAuthentication);
    EXPECT_THAT(failure.text, HasSubstr("ipv4:192.0.2.2"));
    EXPECT_THAT(failure.text, HasSubstr("fqdn:target.example"));
    EXPECT_EQ(pair.initiator->engine().session_count(), 0U);
  }
}

// The refusal is sealed under keys that both ends have, and the initiator can read it.
TEST(Refusal, APeerWithAnotherIdentityIsToldByTheResponder) {
  Pair pair(QuickEnd(kMainWord), Requiring(kMainWord, "fqdn:hba.example"));
  pair.Connect();
  pair.net.Run(std::chrono::seconds(5));
  EXPECT_EQ(pair.FailureOf(*pair.responder).code, FailureCode::kPeerIdentity);
  const auto& told = pair.FailureOf(*pair.initiator);
  EXPECT_EQ(told.code, FailureCode::kPeerRefused);
  EXPECT_THAT(told.text, HasSubstr("INVALID-ID-INFORMATION"));
  EXPECT_TRUE(pair.initiator->EventsOf<ike::Diagnosed>().empty());
  pair.ExpectAtRest(0);
}

TEST(Refusal, AnUnknownIdentityInAggressiveModeIsRefusedBeforeAnyWork) {
  Pair pair(QuickEnd(kAggressiveWord), Requiring(kAggressiveWord, "fqdn:hba.example"));
  pair.net.drop_dh = false;
  pair.Connect();
  pair.net.Run();
  EXPECT_EQ(pair.responder->EventsOf<ike::Failed>().front()->failure.code,
            FailureCode::kPeerIdentity);
  EXPECT_EQ(pair.FailureOf(*pair.initiator).code, FailureCode::kPeerRefused);
  EXPECT_THAT(pair.FailureOf(*pair.initiator).text, HasSubstr("AUTHENTICATION-FAILED"));
}

TEST(Refusal, AClearNotificationEndsNothing) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    for (const auto type : {ike::NotifyType::kNoProposalChosen, ike::NotifyType::kPayloadMalformed,
                            ike::NotifyType::kAuthenticationFailed}) {
      Pair pair(QuickEnd(word), QuickEnd(word));
      pair.net.dh_latency = [] { return std::chrono::milliseconds(40); };
      pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
        // After each message the same end gets a notification that anybody can write.
        Bytes forged;
        ike::Writer writer(forged);
        ike::Header header = HeaderOf(sent.datagram.octets);
        header.exchange = ike::ExchangeType::kInformational;
        header.next = ike::PayloadType::kNotify;
        header.flags = 0;
        ike::WriteHeader(writer, header);
        writer.Put(ChainOf({{ike::PayloadType::kNotify, NotifyBody(type)}}));
        ike::PatchHeaderLength(writer);
        pair.net.Deliver({sent.datagram.local, sent.datagram.remote, forged}, ike::Duration{1});
        pair.net.Deliver({sent.datagram.remote, sent.datagram.local, forged}, ike::Duration{1});
        return {pair.net.latency};
      };
      pair.Connect();
      pair.net.Run();
      pair.ExpectOneChildEach();
      EXPECT_FALSE(pair.initiator->EventsOf<ike::Diagnosed>().empty());
      for (const auto* event : pair.initiator->EventsOf<ike::Diagnosed>()) {
        EXPECT_THAT(event->suspicion.text, HasSubstr("not authenticated"));
      }
      pair.ExpectAtRest(1);
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::test
