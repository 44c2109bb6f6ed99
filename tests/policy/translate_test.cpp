// One test for each rule of the translator, row by row of the decision table: the flags.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/asked_plan.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kMain = ExchangeMode::kMain;
constexpr auto kAggressive = ExchangeMode::kAggressive;
constexpr auto kTunnel = Encapsulation::kTunnel;
constexpr auto kTransport = Encapsulation::kTransport;

// Row 1

TEST(Row1Valid, WordWithoutValidIsUnspecified) {
  const Plan plan = Translate(Ask(0));
  EXPECT_EQ(plan.outcome, Outcome::kUnspecified);
  EXPECT_THAT(Codes(plan), ElementsAre("WORD_NOT_VALID"));
  EXPECT_THAT(plan.exchanges, IsEmpty());
}

TEST(Row1Valid, OtherBitsAreIgnoredWithAWarning) {
  const Plan plan = Translate(Ask(0x26));
  EXPECT_EQ(plan.outcome, Outcome::kUnspecified);
  EXPECT_THAT(Codes(plan), ElementsAre("WORD_NOT_VALID", "BITS_WITHOUT_VALID"));
  EXPECT_THAT(TextOf(plan, "BITS_WITHOUT_VALID"), HasSubstr("0x26"));
}

TEST(Row1Valid, ReservedBitsAreNotLookedAtWithoutValid) {
  EXPECT_THAT(Codes(Translate(Ask(0x80))), Not(Contains("RESERVED_BITS")));
}

TEST(Row1Valid, RequireIpsecMakesUnspecifiedAnError) {
  TranslateRequest request = Ask(0);
  request.require_ipsec = true;
  ExpectRejected(Translate(request), "IPSEC_REQUIRED_BUT_UNSPECIFIED");
}

// Row 2

TEST(Row2Disabled, ValidAloneSwitchesIpsecOff) {
  const Plan plan = Translate(Ask(1));
  EXPECT_EQ(plan.outcome, Outcome::kDisabled);
  EXPECT_THAT(Codes(plan), ElementsAre("IPSEC_DISABLED"));
}

TEST(Row2Disabled, InsignificantBitsWarnBecause0x25IsATypo) {
  const Plan plan = Translate(Ask(0x25));
  EXPECT_EQ(plan.outcome, Outcome::kDisabled);
  EXPECT_THAT(TextOf(plan, "INSIGNIFICANT_BITS"),
              HasSubstr("MAIN_MODE_ENABLED|TRANSPORT_MODE_PREFERRED"));
}

TEST(Row2Disabled, StrictMakesInsignificantBitsAnError) {
  TranslateRequest request = Ask(0x25);
  request.strict = true;
  ExpectRejected(Translate(request), "INSIGNIFICANT_BITS_STRICT");
  request.word = SecurityFlags(1);
  EXPECT_EQ(Translate(request).outcome, Outcome::kDisabled);
}

TEST(Row2Disabled, RequireIpsecMakesDisabledAnError) {
  TranslateRequest request = Ask(1);
  request.require_ipsec = true;
  ExpectRejected(Translate(request), "IPSEC_REQUIRED_BUT_DISABLED");
}

// Row 3

TEST(Row3BothModes, InitiatorTriesMainFirst) {
  const Plan plan = Translate(Ask(0x0F));
  EXPECT_THAT(plan.exchanges, ElementsAre(kMain, kAggressive));
  EXPECT_THAT(TextOf(plan, "BOTH_MODES_MAIN_FIRST"), HasSubstr("never after failed auth"));
}

TEST(Row3BothModes, DynamicAddressPutsAggressiveFirst) {
  for (const bool own : {true, false}) {
    TranslateRequest request = Ask(0x0F);
    (own ? request.own_address_dynamic : request.peer_address_dynamic) = true;
    const Plan plan = Translate(request);
    EXPECT_THAT(plan.exchanges, ElementsAre(kAggressive, kMain));
    EXPECT_THAT(Codes(plan), Contains("BOTH_MODES_AGGRESSIVE_FIRST"));
  }
}

TEST(Row3BothModes, NameWithoutAddressBoundKeyPutsAggressiveFirst) {
  TranslateRequest request = Ask(0x0F);
  request.identity = HostName();
  for (const KeyBinding binding : {KeyBinding::kAnyPeer, KeyBinding::kGroupKey}) {
    request.key_binding = binding;
    EXPECT_THAT(Translate(request).exchanges, ElementsAre(kAggressive, kMain));
  }
  request.key_binding = KeyBinding::kPeerAddress;
  EXPECT_THAT(Translate(request).exchanges, ElementsAre(kMain, kAggressive));
}

TEST(Row3BothModes, ResponderAcceptsEither) {
  const Plan plan = Translate(AskResponder(0x0F));
  EXPECT_THAT(plan.exchanges, ElementsAre(kMain, kAggressive));
  EXPECT_THAT(Codes(plan), Contains("BOTH_MODES_RESPONDER"));
}

TEST(Row3BothModes, StrictMicrosoftRejectsThePair) {
  TranslateRequest request = Ask(0x0F);
  request.strict_microsoft = true;
  ExpectRejected(Translate(request), "BOTH_MODES_STRICT_MICROSOFT");
}

TEST(Row3BothModes, SingleModesAreTaken) {
  EXPECT_THAT(Translate(Ask(0x07)).exchanges, ElementsAre(kMain));
  EXPECT_THAT(Codes(Translate(Ask(0x07))), Contains("MAIN_MODE_ONLY"));
  EXPECT_THAT(Translate(Ask(0x0B)).exchanges, ElementsAre(kAggressive));
  EXPECT_THAT(Codes(Translate(Ask(0x0B))), Contains("AGGRESSIVE_MODE_ONLY"));
  TranslateRequest request = Ask(0x0B);
  request.strict_microsoft = true;
  EXPECT_THAT(Codes(Translate(request)), Contains("AGGRESSIVE_MODE_STRICT_MICROSOFT"));
  EXPECT_EQ(Translate(request).outcome, Outcome::kPlan);
}

// Row 4

TEST(Row4NoMode, IsAConfigurationError) {
  ExpectRejected(Translate(Ask(0x03)), "NO_PHASE1_MODE");
  ExpectRejected(Translate(AskResponder(0x73)), "NO_PHASE1_MODE");
}

TEST(Row4NoMode, AssumeMainIsAnOptIn) {
  TranslateRequest request = Ask(0x03);
  request.assume_main = true;
  const Plan plan = Translate(request);
  EXPECT_EQ(plan.outcome, Outcome::kPlan);
  EXPECT_THAT(plan.exchanges, ElementsAre(kMain));
  EXPECT_THAT(Codes(plan), Contains("ASSUMED_MAIN_MODE"));
}

// Row 5

TEST(Row5BothEncapsulations, IsNoPreferenceWithAWarning) {
  const Plan plan = Translate(Ask(0x67));
  EXPECT_EQ(plan.outcome, Outcome::kPlan);
  EXPECT_THAT(plan.encapsulations, ElementsAre(kTunnel, kTransport));
  EXPECT_THAT(Codes(plan), Contains("BOTH_ENCAPSULATIONS"));
}

TEST(Row5BothEncapsulations, StrictMicrosoftRejectsThePair) {
  TranslateRequest request = Ask(0x67);
  request.strict_microsoft = true;
  ExpectRejected(Translate(request), "BOTH_ENCAPSULATIONS_STRICT_MICROSOFT");
}

// Row 6

TEST(Row6Encapsulation, NoPreferenceOffersTunnelThenTransport) {
  for (const TranslateRequest& request : {Ask(0x07), AskResponder(0x07)}) {
    const Plan plan = Translate(request);
    EXPECT_THAT(plan.encapsulations, ElementsAre(kTunnel, kTransport));
    EXPECT_TRUE(plan.accept_other_encapsulation);
    EXPECT_THAT(Codes(plan), Contains("NO_ENCAPSULATION_PREFERENCE"));
  }
}

TEST(Row6Encapsulation, ConfigurationMayReorderOrRestrict) {
  TranslateRequest request = Ask(0x07);
  request.encapsulations = {kTransport, kTunnel};
  EXPECT_THAT(Translate(request).encapsulations, ElementsAre(kTransport, kTunnel));
  EXPECT_TRUE(Translate(request).accept_other_encapsulation);
  request.encapsulations = {kTransport, kTransport};
  EXPECT_THAT(Translate(request).encapsulations, ElementsAre(kTransport));
  EXPECT_FALSE(Translate(request).accept_other_encapsulation);
  EXPECT_THAT(TextOf(Translate(request), "ENCAPSULATION_OVERRIDDEN"), HasSubstr("transport"));
}

TEST(Row6Encapsulation, OnePreferenceIsOfferedAlone) {
  EXPECT_THAT(Translate(Ask(0x27)).encapsulations, ElementsAre(kTransport));
  EXPECT_THAT(Translate(Ask(0x47)).encapsulations, ElementsAre(kTunnel));
  EXPECT_THAT(Codes(Translate(Ask(0x27))), Contains("TRANSPORT_PREFERRED"));
  EXPECT_THAT(Codes(Translate(Ask(0x47))), Contains("TUNNEL_PREFERRED"));
}

TEST(Row6Encapsulation, ResponderAcceptsTheOtherUnlessStrict) {
  TranslateRequest request = AskResponder(0x27);
  EXPECT_TRUE(Translate(request).accept_other_encapsulation);
  EXPECT_THAT(Codes(Translate(request)), Contains("OTHER_ENCAPSULATION_ACCEPTED"));
  request.strict = true;
  EXPECT_FALSE(Translate(request).accept_other_encapsulation);
  EXPECT_THAT(Codes(Translate(request)), Contains("OTHER_ENCAPSULATION_REFUSED"));
}

TEST(Row6Encapsulation, PreferenceOutsideTheRestrictionIsAConflict) {
  TranslateRequest request = AskResponder(0x27);
  request.encapsulations = {kTunnel};
  ExpectRejected(Translate(request), "ENCAPSULATION_CONFLICT");
  request.encapsulations = {kTransport};
  EXPECT_THAT(Codes(Translate(request)), Contains("ENCAPSULATION_RESTRICTED"));
  EXPECT_FALSE(Translate(request).accept_other_encapsulation);
  request.encapsulations = {kTunnel, kTransport};
  EXPECT_THAT(Codes(Translate(request)), Contains("ENCAPSULATION_OVERRIDE_UNUSED"));
}

// Row 7

TEST(Row7Pfs, InitiatorProposesAndResponderDemands) {
  const Plan initiator = Translate(Ask(0x17));
  EXPECT_TRUE(initiator.pfs);
  EXPECT_EQ(initiator.pfs_group, std::nullopt);
  EXPECT_THAT(Codes(initiator), Contains("PFS_PROPOSED"));
  EXPECT_THAT(Codes(initiator), Contains("PFS_GROUP_FROM_PHASE1"));
  EXPECT_TRUE(Translate(AskResponder(0x17)).pfs);
  EXPECT_THAT(Codes(Translate(AskResponder(0x17))), Contains("PFS_DEMANDED"));
}

TEST(Row7Pfs, WithoutTheBitTheResponderStillAcceptsAnOffer) {
  EXPECT_FALSE(Translate(Ask(0x07)).pfs);
  EXPECT_THAT(Codes(Translate(Ask(0x07))), Contains("PFS_NOT_PROPOSED"));
  TranslateRequest request = AskResponder(0x07);
  EXPECT_FALSE(Translate(request).refuse_pfs);
  EXPECT_THAT(Codes(Translate(request)), Contains("PFS_ACCEPTED_IF_OFFERED"));
  request.refuse_pfs = true;
  EXPECT_TRUE(Translate(request).refuse_pfs);
  EXPECT_THAT(Codes(Translate(request)), Contains("PFS_REFUSED"));
}

TEST(Row7Pfs, RefusingDoesNotUndoTheBit) {
  TranslateRequest request = AskResponder(0x17);
  request.refuse_pfs = true;
  EXPECT_FALSE(Translate(request).refuse_pfs);
  EXPECT_THAT(Codes(Translate(request)), Contains("PFS_REFUSE_UNUSED"));
}

TEST(Row7Pfs, GroupComesFromNotationOrConfiguration) {
  TranslateRequest request = Ask(0x17);
  request.pfs_group = crypto::DhGroup::kEcp256;
  EXPECT_EQ(Translate(request).pfs_group, crypto::DhGroup::kEcp256);
  request.pfs_group.reset();
  request.suites.phase2 = *ParseEspList("aes128-sha1-modp3072,aes256-sha1", "--esp");
  EXPECT_EQ(Translate(request).pfs_group, crypto::DhGroup::kModp3072);
  EXPECT_THAT(TextOf(Translate(request), "PFS_GROUP_CHOSEN"), HasSubstr("modp3072"));
}

TEST(Row7Pfs, GroupWithoutTheBitIsAConflict) {
  TranslateRequest request = Ask(0x07);
  request.suites.phase2 = *ParseEspList("aes128-sha1-modp2048", "--esp");
  ExpectRejected(Translate(request), "PFS_GROUP_WITHOUT_PFS");
  request = Ask(0x07);
  request.pfs_group = crypto::DhGroup::kEcp256;
  ExpectRejected(Translate(request), "PFS_GROUP_WITHOUT_PFS");
}

TEST(Row7Pfs, OneQuickModeHasOneGroup) {
  TranslateRequest request = Ask(0x17);
  request.suites.phase2 = *ParseEspList("aes128-sha1-modp2048,aes256-sha1-ecp256", "--esp");
  ExpectRejected(Translate(request), "PFS_GROUPS_DIFFER");
  request.suites.phase2 = *ParseEspList("aes128-sha1-modp2048", "--esp");
  request.pfs_group = crypto::DhGroup::kEcp256;
  ExpectRejected(Translate(request), "PFS_GROUPS_DIFFER");
}

// Row 8

TEST(Row8Reserved, InputIsKeptIgnoredAndWarnedAboutOnce) {
  const Plan plan = Translate(Ask(0x100000087));
  EXPECT_EQ(plan.outcome, Outcome::kPlan);
  EXPECT_THAT(TextOf(plan, "RESERVED_BITS"), HasSubstr("bit 7, bit 32"));
  const auto codes = Codes(plan);
  EXPECT_EQ(std::count(codes.begin(), codes.end(), "RESERVED_BITS"), 1);
}

TEST(Row8Reserved, AuthoringThemIsAnError) {
  TranslateRequest request = Ask(0x87);
  request.authoring = true;
  ExpectRejected(Translate(request), "RESERVED_BITS_AUTHORED");
}

TEST(Row8Reserved, TheyAreReportedForADisabledWordToo) {
  EXPECT_THAT(Codes(Translate(Ask(0x81))), ElementsAre("RESERVED_BITS", "IPSEC_DISABLED"));
}

}  // namespace
}  // namespace iscsi_ike::policy
