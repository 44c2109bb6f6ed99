// One test for each rule of the translator, row by row of the decision table: gateways, keys and
// identities, suites.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden.hpp"
#include "policy/reason.hpp"
#include "tests/policy/asked_plan.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kAggressive = ExchangeMode::kAggressive;

// Row 9

TEST(Row9Tunnel, WithoutOuterAddressTheTunnelIsHostToHost) {
  EXPECT_THAT(Codes(Translate(Ask(0x47))), Contains("TUNNEL_HOST_TO_HOST"));
}

TEST(Row9Tunnel, RequiredGatewayNeedsItsAddress) {
  TranslateRequest request = Ask(0x47);
  request.gateway_required = true;
  ExpectRejected(Translate(request), "NO_TUNNEL_OUTER_ADDRESS");
  request.tunnel_outer = IpAddress::Parse("198.51.100.1");
  EXPECT_THAT(TextOf(Translate(request), "TUNNEL_OUTER_ADDRESS"), HasSubstr("198.51.100.1"));
}

TEST(Row9Tunnel, TransportNeedsNoOuterAddress) {
  TranslateRequest request = Ask(0x27);
  request.gateway_required = true;
  EXPECT_EQ(Translate(request).outcome, Outcome::kPlan);
  request.tunnel_outer = IpAddress::Parse("198.51.100.1");
  EXPECT_THAT(Codes(Translate(request)), Contains("TUNNEL_OUTER_UNUSED"));
}

// Row 10

TEST(Row10MainModeName, NeedsAKeyBoundToAnAddress) {
  for (const char* id : {"fqdn:hba1.example", "user_fqdn:hba1@example"}) {
    TranslateRequest request = Ask(0x07);
    request.identity = *Identity::Parse(id, "--id");
    const Plan plan = Translate(request);
    ExpectRejected(plan, "MAIN_MODE_KEY_BY_NAME");
    EXPECT_THAT(TextOf(plan, "MAIN_MODE_KEY_BY_NAME"),
                HasSubstr("use aggressive mode or bind the key to an address"));
    request.key_binding = KeyBinding::kPeerAddress;
    EXPECT_THAT(Codes(Translate(request)), Contains("MAIN_MODE_KEY_BY_ADDRESS"));
  }
}

TEST(Row10MainModeName, AddressIdentityNeedsNoBinding) {
  TranslateRequest request = Ask(0x07);
  request.identity = *Identity::Parse("ipv4:192.0.2.1", "--id");
  EXPECT_EQ(Translate(request).outcome, Outcome::kPlan);
}

TEST(Row10MainModeName, GroupKeyIsAllowedWithAWarning) {
  TranslateRequest request = Ask(0x07);
  request.identity = HostName();
  request.key_binding = KeyBinding::kGroupKey;
  EXPECT_EQ(Translate(request).outcome, Outcome::kPlan);
  EXPECT_THAT(Codes(Translate(request)), Contains("MAIN_MODE_GROUP_KEY"));
  request.identity.reset();
  EXPECT_THAT(Codes(Translate(request)), Contains("MAIN_MODE_GROUP_KEY"));
}

TEST(Row10MainModeName, OneRecordForEveryPeerIsAllowedWithAWarning) {
  TranslateRequest request = AskResponder(0x07);
  request.identity = HostName();
  request.key_binding = KeyBinding::kAnyPeer;
  EXPECT_EQ(Translate(request).outcome, Outcome::kPlan);
  EXPECT_THAT(Codes(Translate(request)), Contains("MAIN_MODE_ANY_PEER"));
}

TEST(Row10MainModeName, MainModeIsDroppedWhenAggressiveCanServe) {
  TranslateRequest request = Ask(0x0F);
  request.identity = HostName();
  for (const Role role : {Role::kInitiator, Role::kResponder}) {
    request.role = role;
    const Plan plan = Translate(request);
    EXPECT_THAT(plan.exchanges, ElementsAre(kAggressive));
    EXPECT_THAT(Codes(plan), Contains("MAIN_MODE_DROPPED"));
  }
}

TEST(Row10MainModeName, AggressiveModeTakesNames) {
  TranslateRequest request = Ask(0x0B);
  request.identity = HostName();
  EXPECT_EQ(Translate(request).outcome, Outcome::kPlan);
  EXPECT_THAT(Codes(Translate(request)), Not(Contains("MAIN_MODE_KEY_BY_NAME")));
}

TEST(Row10MainModeName, MainModeWithDynamicAddressesWarns) {
  TranslateRequest request = Ask(0x07);
  request.peer_address_dynamic = true;
  EXPECT_THAT(Codes(Translate(request)), Contains("MAIN_MODE_DYNAMIC_ADDRESS"));
}

// Row 11

TEST(Row11AggressiveAddress, DynamicAddressAsIdentityWarns) {
  TranslateRequest request = Ask(0x0B);
  request.own_address_dynamic = true;
  EXPECT_THAT(Codes(Translate(request)), Contains("AGGRESSIVE_ADDRESS_IDENTITY"));
  request.identity = *Identity::Parse("ipv6:2001:db8::1", "--id");
  EXPECT_THAT(Codes(Translate(request)), Contains("AGGRESSIVE_ADDRESS_IDENTITY"));
  request.identity = HostName();
  EXPECT_THAT(Codes(Translate(request)), Not(Contains("AGGRESSIVE_ADDRESS_IDENTITY")));
}

TEST(Row11AggressiveAddress, FixedAddressIsFine) {
  EXPECT_THAT(Codes(Translate(Ask(0x0B))), Not(Contains("AGGRESSIVE_ADDRESS_IDENTITY")));
}

TEST(Row11AggressiveAddress, IdentityIsComparedWithTheLocalAddress) {
  TranslateRequest request = Ask(0x07);
  request.identity = *Identity::Parse("ipv4:192.0.2.1", "--id");
  request.own_address = IpAddress::Parse("192.0.2.1");
  EXPECT_THAT(Codes(Translate(request)), Not(Contains("IDENTITY_NOT_LOCAL_ADDRESS")));
  request.own_address = IpAddress::Parse("192.0.2.2");
  EXPECT_THAT(Codes(Translate(request)), Contains("IDENTITY_NOT_LOCAL_ADDRESS"));
  request.own_address = IpAddress::Parse("2001:db8::1");
  EXPECT_THAT(Codes(Translate(request)), Contains("IDENTITY_ADDRESS_FAMILY"));
  request.own_address = IpAddress();
  EXPECT_THAT(Codes(Translate(request)), Not(Contains("IDENTITY_NOT_LOCAL_ADDRESS")));
}

// Suites

TEST(TranslateSuites, AggressiveOffersOnlyTheGroupOfTheFirstSuite) {
  TranslateRequest request = Ask(0x0B);
  EXPECT_THAT(Codes(Translate(request)), Not(Contains("AGGRESSIVE_GROUP")));
  EXPECT_EQ(AggressiveSuites(Translate(request)), Translate(request).phase1);
  request.suites = *NamedSuites("windows", "--suite");
  const Plan plan = Translate(request);
  EXPECT_EQ(plan.phase1.size(), 5U);
  EXPECT_THAT(AggressiveSuites(plan), ElementsAre(plan.phase1[0]));
  EXPECT_THAT(TextOf(plan, "AGGRESSIVE_GROUP"),
              HasSubstr("group ecp384; without aes128-sha1-ecp256"));
  request.role = Role::kResponder;
  EXPECT_THAT(Codes(Translate(request)), Not(Contains("AGGRESSIVE_GROUP")));
  EXPECT_THAT(AggressiveSuites(Plan{}), IsEmpty());
}

TEST(TranslateSuites, WeakChoicesWorkAndWarn) {
  TranslateRequest request = Ask(0x17);
  request.suites.phase1 = *ParsePhase1List("3des-sha1-modp1536,aes128-sha1-ecp256", "--ike");
  request.suites.phase2 = *ParseEspList("3des-sha1-modp1024,null-sha1,aes128gcm8", "--esp");
  const Plan plan = Translate(request);
  EXPECT_EQ(plan.outcome, Outcome::kPlan);
  EXPECT_THAT(TextOf(plan, "WEAK_CIPHER"), HasSubstr("3des-sha1-modp1536, 3des-sha1-modp1024"));
  EXPECT_THAT(TextOf(plan, "WEAK_GROUP"), HasSubstr("3des-sha1-modp1536, PFS with modp1024"));
  EXPECT_THAT(TextOf(plan, "WEAK_GROUP"), Not(HasSubstr("ecp256")));
  EXPECT_THAT(TextOf(plan, "NULL_ENCRYPTION"), HasSubstr("null-sha1"));
  EXPECT_THAT(TextOf(plan, "SHORT_ICV"), HasSubstr("aes128gcm8"));
  EXPECT_THAT(Codes(plan), Contains("NO_ESN"));
}

TEST(TranslateSuites, NothingWeakIsSilentlyChosen) {
  for (const NamedSuiteInfo& info : AllNamedSuites()) {
    TranslateRequest request = Ask(0x07);
    request.suites = *NamedSuites(info.name, "--suite");
    const bool weak = info.ike.find("3des") != std::string_view::npos;
    const auto codes = Codes(Translate(request));
    EXPECT_EQ(std::count(codes.begin(), codes.end(), "WEAK_CIPHER"), weak) << info.name;
    EXPECT_EQ(std::count(codes.begin(), codes.end(), "WEAK_GROUP"), weak) << info.name;
  }
}

TEST(TranslateSuites, EmptyListIsAnError) {
  TranslateRequest request = Ask(0x0F);
  request.suites.phase1.clear();
  ExpectRejected(Translate(request), "NO_SUITES");
  request = Ask(0x0F);
  request.suites.phase2.clear();
  ExpectRejected(Translate(request), "NO_SUITES");
}

TEST(Translate, CarriesLifetimesIdentityAndPriorReasons) {
  TranslateRequest request = Ask(0x27);
  request.identity = *Identity::Parse("ipv4:192.0.2.1", "--id");
  request.phase1_lifetime = {600, 0};
  request.phase2_lifetime = {300, 4096};
  request.prior = {MakeReason(ReasonCode::kWordFromPortal)};
  const Plan plan = Translate(request);
  EXPECT_EQ(plan.phase1_lifetime, (Lifetime{600, 0}));
  EXPECT_EQ(plan.phase2_lifetime, (Lifetime{300, 4096}));
  EXPECT_EQ(plan.identity->ToString(), "ipv4:192.0.2.1");
  EXPECT_EQ(Codes(plan).front(), "WORD_FROM_PORTAL");
}

TEST(Reasons, CodesAndMeaningsAreAsPublished) {
  std::string text;
  std::set<std::string_view> codes;
  for (const ReasonInfo& info : AllReasons()) {
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    text += std::string(info.code) + " (" + std::string(Name(info.severity)) + ", row " +
            std::to_string(info.row) + "): " + std::string(info.meaning) + "\n";
  }
  ExpectGolden("reasons.txt", text);
}

}  // namespace
}  // namespace iscsi_ike::policy
