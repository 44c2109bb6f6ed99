// Quick mode that does not come about, under a phase 1 that stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::Blame;
using ike::FailureCode;
using ::testing::Contains;
using ::testing::HasSubstr;

const ike::Refusal& RefusalOf(const ike::NegotiationFailure& failure, const char* attribute) {
  static const ike::Refusal kNone;
  const auto it = std::find_if(failure.refusals.begin(), failure.refusals.end(),
                               [&](const auto& r) { return r.attribute == attribute; });
  EXPECT_NE(it, failure.refusals.end()) << attribute;
  return it == failure.refusals.end() ? kNone : *it;
}

// RefusedBy runs a login in which the responder refuses quick mode, checks what both ends say in
// every such case, and gives the responder's story.
ike::NegotiationFailure RefusedBy(const EndSettings& hba, const EndSettings& portal) {
  Pair pair(hba, portal);
  pair.Connect();
  pair.net.Run();
  const auto failed = pair.initiator->EventsOf<ike::Failed>();
  EXPECT_EQ(failed.size(), 1U);
  if (!failed.empty()) {
    EXPECT_TRUE(failed[0]->child.has_value());
    EXPECT_EQ(failed[0]->failure.code, FailureCode::kPeerRefused);
    EXPECT_THAT(failed[0]->failure.text, HasSubstr("phase 1 is fine"));
  }
  EXPECT_EQ(pair.responder->EventsOf<ike::Phase1Established>().size(), 1U);
  EXPECT_TRUE(pair.initiator->EventsOf<ike::ChildEstablished>().empty());
  EXPECT_TRUE(pair.responder->EventsOf<ike::ChildEstablished>().empty());
  pair.ExpectAtRest(1);
  const ike::NegotiationFailure& failure = pair.FailureOf(*pair.responder);
  EXPECT_EQ(failure.blame(), Blame::kIncompatible);
  EXPECT_THAT(failure.text, HasSubstr("phase 1 is fine"));
  return failure;
}

EndSettings WithEsp(const char* esp) {
  EndSettings end = QuickEnd(kMainWord);
  end.esp = esp;
  return end;
}

TEST(QuickRefusal, EachEspAttributeInTheWayIsNamed) {
  const auto failure = RefusedBy(WithEsp("aes256-sha1"), WithEsp("aes128gcm16"));
  EXPECT_EQ(failure.code, FailureCode::kNoPhase2Proposal);
  const ike::Refusal& cipher = RefusalOf(failure, "transform");
  EXPECT_EQ(cipher.proposal, 1);
  EXPECT_EQ(cipher.transform, 1);
  EXPECT_EQ(cipher.offered, "AES-CBC (12)");
  EXPECT_EQ(cipher.allowed, "AES-GCM-16 (20)");
  EXPECT_EQ(RefusalOf(failure, "key length").offered, "256");
  EXPECT_EQ(RefusalOf(failure, "key length").allowed, "128");
  EXPECT_EQ(RefusalOf(failure, "authentication").offered, "HMAC-SHA1 (2)");
  EXPECT_EQ(RefusalOf(failure, "authentication").allowed, "absent");
}

TEST(QuickRefusal, ExtendedSequenceNumbersAreNoMatterOfTaste) {
  const auto with = RefusedBy(WithEsp("aes128-sha256-esn"), WithEsp("aes128-sha256"));
  EXPECT_EQ(RefusalOf(with, "extended sequence number").offered, "1");
  EXPECT_EQ(RefusalOf(with, "extended sequence number").allowed, "absent");
  const auto without = RefusedBy(WithEsp("aes128-sha256"), WithEsp("aes128-sha256-esn"));
  EXPECT_EQ(RefusalOf(without, "extended sequence number").offered, "absent");
  EXPECT_EQ(RefusalOf(without, "extended sequence number").allowed, "1");
}

TEST(QuickRefusal, AStrictEndWantsItsEncapsulation) {
  EndSettings strict =
      QuickEnd(WordOf(policy::ExchangeMode::kMain, false, policy::Encapsulation::kTunnel));
  strict.adjust_request = [](policy::TranslateRequest& request) { request.strict = true; };
  const auto failure = RefusedBy(QuickEnd(kMainWord), strict);
  EXPECT_EQ(failure.code, FailureCode::kNoPhase2Proposal);
  const ike::Refusal& refusal = RefusalOf(failure, "encapsulation");
  EXPECT_EQ(refusal.offered, "transport (2)");
  EXPECT_EQ(refusal.allowed, "tunnel");
  EXPECT_THAT(refusal.rule, HasSubstr("TUNNEL_MODE_PREFERRED"));
}

TEST(QuickRefusal, APreferenceIsNoRequirement) {
  Pair pair(QuickEnd(kMainWord),
            QuickEnd(WordOf(policy::ExchangeMode::kMain, false, policy::Encapsulation::kTunnel)));
  ASSERT_TRUE(pair.Login());
  pair.ExpectOneChildEach();
}

TEST(QuickRefusal, PerfectForwardSecrecyThatIsDemandedMustBeOffered) {
  const auto failure = RefusedBy(QuickEnd(kMainWord), QuickEnd(kMainPfsWord));
  EXPECT_EQ(failure.code, FailureCode::kPfsMismatch);
  const ike::Refusal& refusal = RefusalOf(failure, "group");
  EXPECT_EQ(refusal.offered, "absent");
  EXPECT_THAT(refusal.allowed, HasSubstr("curve25519"));
  EXPECT_EQ(refusal.rule, "PFS_ENABLED");
}

TEST(QuickRefusal, PerfectForwardSecrecyMayBeRefused) {
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_request = [](policy::TranslateRequest& request) { request.refuse_pfs = true; };
  const auto failure = RefusedBy(QuickEnd(kMainPfsWord), portal);
  EXPECT_EQ(failure.code, FailureCode::kPfsMismatch);
  EXPECT_EQ(RefusalOf(failure, "group").allowed, "absent");
}

TEST(QuickRefusal, PerfectForwardSecrecyIsWelcomeOtherwise) {
  Pair pair(QuickEnd(kMainPfsWord), QuickEnd(kMainWord));
  ASSERT_TRUE(pair.Login());
  EXPECT_TRUE(pair.responder->EventsOf<ike::ChildEstablished>().at(0)->sa.pfs_group.has_value());
}

TEST(QuickRefusal, AnotherGroupForPerfectForwardSecrecyIsNamed) {
  EndSettings hba = QuickEnd(kMainPfsWord);
  hba.adjust_request = [](policy::TranslateRequest& request) {
    request.pfs_group = crypto::DhGroup::kModp1024;
  };
  const auto failure = RefusedBy(hba, QuickEnd(kMainPfsWord));
  EXPECT_EQ(failure.code, FailureCode::kPfsMismatch);
  EXPECT_EQ(RefusalOf(failure, "group").offered, "modp1024 (2)");
}

TEST(QuickRefusal, SelectorsOutsideThePolicyAreShown) {
  struct Offer {
    const char* address;
    std::uint8_t protocol;
    std::uint16_t port;
    const char* field;
  };
  for (const Offer& offer : {Offer{"192.0.2.9", 6, 3260, "address of IDcr"},
                             Offer{"192.0.2.2", 17, 3260, "protocol of IDcr"},
                             Offer{"192.0.2.2", 6, 80, "port of IDcr"}}) {
    EndSettings hba = QuickEnd(kMainWord);
    hba.adjust_peer = [&offer](ike::PeerConfig& peer) {
      peer.child.remote = policy::Selector{policy::IpAddress::Parse(offer.address).value(), 32,
                                           offer.protocol, offer.port};
    };
    const auto failure = RefusedBy(hba, QuickEnd(kMainWord));
    EXPECT_EQ(failure.code, FailureCode::kSelectors);
    EXPECT_THAT(failure.text, HasSubstr(offer.field));
    EXPECT_THAT(failure.details, Contains(HasSubstr(offer.address)));
  }
}

// A refusal that is lost is told again when the peer asks again.
TEST(QuickRefusal, ALostRefusalIsRepeated) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainPfsWord));
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number == 7) return {};
    return {pair.net.latency};
  };
  pair.Connect();
  pair.net.Run();
  EXPECT_EQ(pair.FailureOf(*pair.initiator).code, FailureCode::kPeerRefused);
  EXPECT_EQ(pair.FailureOf(*pair.responder).code, FailureCode::kPfsMismatch);
  pair.ExpectAtRest(1);
}

}  // namespace
}  // namespace iscsi_ike::test
