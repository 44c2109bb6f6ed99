// What stands before what: entries, passed words, bitmaps and defaults; explicit keys and the group
// key; and that every override is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/iscsicli.hpp"
#include "policy/reason.hpp"
#include "policy/settings.hpp"
#include "tests/policy/config_texts.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Codes(const std::vector<Reason>& reasons) {
  std::vector<std::string> codes;
  for (const Reason& reason : reasons) codes.emplace_back(reason.code);
  return codes;
}

Config Lines(std::string_view text) {
  auto config = ParseIscsicli(Octets(text), "l.txt");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().Text());
  return config.ok() ? *std::move(config) : Config{};
}

Sources Chosen(const Config& config, std::string_view peer = "") {
  auto sources = ChooseSources(config, "", IpAddress::Parse(peer));
  EXPECT_TRUE(sources.ok()) << (sources.ok() ? "" : sources.error().Text());
  return sources.ok() ? *std::move(sources) : Sources{};
}

std::string LoginTo(std::string_view address, std::string_view word, std::string_view key = "*",
                    std::string_view flags = "*", std::string_view target = "iqn.x") {
  std::string line = "LoginTarget ";
  line.append(target).append(" T ").append(address).append(" * * * ").append(word).append(" ");
  return line.append(flags).append(" * * * * * * * * ").append(key).append(" 0\n");
}

constexpr std::string_view kPsKey = "PSKey * * 0x27 1 192.0.2.1 entry-key T\n";
constexpr std::string_view kPsKeyNothing = "PSKey * * 0 1 192.0.2.1 entry-key T\n";

TEST(WordPrecedenceTest, AnEntryStandsBeforeWhatIsPassed) {
  const Config config = Lines(std::string(kPsKey) + "AddTargetPortal 192.0.2.10 3260 * * 0x37\n" +
                              LoginTo("192.0.2.10", "0x2b"));
  const Sources sources = Chosen(config);
  EXPECT_EQ(sources.request.word.word(), 0x27U);
  EXPECT_EQ(Codes(sources.request.prior),
            (std::vector<std::string>{"WORD_FROM_ENTRY", "EXISTING_POLICY_WINS",
                                      "EXISTING_POLICY_WINS"}));
  EXPECT_THAT(sources.request.prior[1].text, HasSubstr("passed word 0x37 gives way to 0x27"));
  EXPECT_THAT(sources.request.prior[2].text, HasSubstr("passed word 0x2b gives way to 0x27"));
}

TEST(WordPrecedenceTest, ThePortalsPassedWordStandsBeforeALoginsAndTheFirstLoginBeforeTheNext) {
  const std::string logins = LoginTo("192.0.2.10", "0x2b") + LoginTo("192.0.2.10", "0x07");
  const Sources added = Chosen(
      Lines(std::string(kPsKeyNothing) + "AddTargetPortal 192.0.2.10 3260 * * 0x37\n" + logins));
  EXPECT_EQ(added.request.word.word(), 0x37U);
  EXPECT_THAT(Codes(added.request.prior), Contains("WORD_FROM_CALL"));
  const Sources second = Chosen(Lines(std::string(kPsKeyNothing) + logins));
  EXPECT_EQ(second.request.word.word(), 0x2BU);
  EXPECT_EQ(
      Codes(second.request.prior),
      (std::vector<std::string>{"SOURCE_NOT_VALID", "WORD_FROM_CALL", "EXISTING_POLICY_WINS"}));
}

TEST(WordPrecedenceTest, ThenThePortalsBitmapThenTheDefaultThenNothing) {
  Config config = Lines(std::string(kPsKeyNothing) + LoginTo("192.0.2.10", "0x26"));
  TargetPortal portal;
  portal.address = IpAddress::Parse("192.0.2.10");
  portal.bitmap = SecurityFlags(0x47);
  config.portals.push_back(std::move(portal));
  config.defaults.security_bitmap = SecurityFlags(0x57);
  EXPECT_EQ(Chosen(config).request.word.word(), 0x47U);
  EXPECT_THAT(Codes(Chosen(config).request.prior), Contains("WORD_FROM_PORTAL"));
  config.portals[0].bitmap = SecurityFlags(0x46);
  EXPECT_EQ(Chosen(config).request.word.word(), 0x57U);
  EXPECT_THAT(Codes(Chosen(config).request.prior), Contains("WORD_FROM_DEFAULT"));
  config.defaults.security_bitmap.reset();
  EXPECT_EQ(Chosen(config).request.word.word(), 0U);
  EXPECT_THAT(Codes(Chosen(config).request.prior), Contains("WORD_FROM_NOWHERE"));
}

TEST(WordPrecedenceTest, ALoginToATargetThatIsNotBehindThePortalDoesNotCount) {
  Config config = Lines(
      std::string(kPsKeyNothing) + LoginTo("192.0.2.10", "0x2b", "*", "*", "iqn.other") +
      LoginTo("192.0.2.10", "0x07", "*", "*", "IQN.Mine") + "AddTargetPortal 192.0.2.10 3260\n");
  EXPECT_EQ(Chosen(config).request.word.word(), 0x2BU);
  config.portals[0].targets = {"iqn.first", "iqn.mine"};
  EXPECT_EQ(Chosen(config).request.word.word(), 0x07U);
  config.portals[0].targets = {"iqn.first"};
  EXPECT_EQ(Chosen(config).request.word.word(), 0U);
}

TEST(WordPrecedenceTest, AWordThatManyLoginsPassIsToldOnce) {
  std::string text(kPsKey);
  for (int i = 0; i < 100; ++i) text += LoginTo("192.0.2.10", "0x2b");
  EXPECT_EQ(Chosen(Lines(text)).request.prior.size(), 2U);
}

TEST(WordPrecedenceTest, RequireIpsecIsPassedToo) {
  const auto outcome = [](const std::string& text) {
    return TranslateFor(Role::kInitiator, Chosen(Lines(text)), std::nullopt, true).plan;
  };
  const std::string required = LoginTo("192.0.2.10", "*", "*", "0x1");
  EXPECT_EQ(outcome(std::string(kPsKeyNothing) + LoginTo("192.0.2.10", "*", "*", "0x2")).outcome,
            Outcome::kUnspecified);
  EXPECT_THAT(Codes(outcome(std::string(kPsKeyNothing) + required).reasons),
              Contains("IPSEC_REQUIRED_BUT_UNSPECIFIED"));
  EXPECT_EQ(outcome(std::string(kPsKey) + required).outcome, Outcome::kPlan);
  EXPECT_EQ(
      outcome("PSKey * * 1 1 192.0.2.1 k T\nAddTargetPortal 192.0.2.10 3260 * * * 1\n").outcome,
      Outcome::kRejected);
}

TEST(KeyPrecedenceTest, TheEntrysThenThePassedThenThePortalsThenTheGroups) {
  Config config = Lines(std::string(kPsKey) + LoginTo("192.0.2.10", "*", "call-key") +
                        "AddTargetPortal 192.0.2.10 3260\nGroupKey group-key T\n");
  config.portals[0].key = Octets("portal-key");
  const auto take = [&] { return Chosen(config); };
  EXPECT_EQ(KeyText(take().key), "entry-key");
  EXPECT_FALSE(take().group_key);
  EXPECT_THAT(Codes(take().key_reasons), ElementsAre("KEY_FROM_ENTRY", "PASSED_KEY_IGNORED",
                                                     "KEY_OVERRIDDEN", "KEY_OVERRIDDEN"));
  config.records[0].key.Clear();
  EXPECT_EQ(KeyText(take().key), "call-key");
  EXPECT_THAT(Codes(take().key_reasons),
              ElementsAre("KEY_FROM_CALL", "KEY_OVERRIDDEN", "KEY_OVERRIDDEN"));
  config.logins.clear();
  EXPECT_EQ(KeyText(take().key), "portal-key");
  EXPECT_THAT(Codes(take().key_reasons), ElementsAre("KEY_FROM_PORTAL", "KEY_OVERRIDDEN"));
  EXPECT_THAT(take().key_reasons[1].text, HasSubstr("the group key"));
  config.portals.clear();
  EXPECT_EQ(KeyText(take().key), "group-key");
  EXPECT_TRUE(take().group_key);
  EXPECT_THAT(Codes(take().key_reasons), ElementsAre("KEY_FROM_GROUP"));
  config.defaults.group_key.Clear();
  EXPECT_TRUE(take().key.empty());
  EXPECT_THAT(take().key_reasons, IsEmpty());
}

TEST(KeyPrecedenceTest, TheSameKeyElsewhereIsNoOverride) {
  const Config config =
      Lines(std::string(kPsKey) + "GroupKey entry-key T\n" + LoginTo("*", "*", "entry-key"));
  EXPECT_THAT(Codes(Chosen(config).key_reasons), ElementsAre("KEY_FROM_ENTRY"));
}

TEST(KeyPrecedenceTest, ReasonsStandInThePlanBehindThoseOfTheWordAndNeverShowAKey) {
  const Config config = Lines(std::string(kPsKey) + LoginTo("192.0.2.10", "0x2b", "call-key"));
  const Settings settings = TranslateFor(Role::kInitiator, Chosen(config), std::nullopt, true);
  EXPECT_EQ(Codes(settings.found),
            (std::vector<std::string>{"WORD_FROM_ENTRY", "EXISTING_POLICY_WINS", "KEY_FROM_ENTRY",
                                      "PASSED_KEY_IGNORED"}));
  ASSERT_GT(settings.plan.reasons.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(settings.plan.reasons[i].code, settings.found[i].code);
  for (const Reason& reason : settings.plan.reasons)
    EXPECT_THAT(reason.text, Not(HasSubstr("-key")));
}

TEST(GivenTest, WhatIsGivenBesideTheSettingsStandsBeforeThem) {
  Config config = Lines(kPsKey);
  config.defaults.security_bitmap = SecurityFlags(0x47);
  Sources sources = Chosen(config);
  sources.GiveWord(SecurityFlags(0x2B));
  sources.GiveKey(Octets("given"), false);
  EXPECT_EQ(sources.request.word.word(), 0x2BU);
  EXPECT_EQ(KeyText(sources.key), "given");
  ASSERT_THAT(Codes(sources.request.prior), ElementsAre("WORD_GIVEN", "WORD_GIVEN"));
  EXPECT_THAT(sources.request.prior[0].text, HasSubstr("0x2b stands before existing entry 0x27"));
  EXPECT_THAT(sources.request.prior[1].text, HasSubstr("0x2b stands before default bitmap 0x47"));
  sources.GiveWord(SecurityFlags(0x47));
  EXPECT_THAT(Codes(sources.request.prior), ElementsAre("WORD_GIVEN")) << "the default is the same";
  EXPECT_THAT(Codes(sources.key_reasons), ElementsAre("KEY_GIVEN"));
  Sources bare;
  bare.GiveWord(SecurityFlags(0x27));
  bare.GiveKey(Octets("given"), true);
  EXPECT_TRUE(bare.group_key);
  EXPECT_THAT(bare.request.prior, IsEmpty());
  EXPECT_THAT(bare.key_reasons, IsEmpty());
}

TEST(PortalChoiceTest, ThePlaceOfAllLoginsChooses) {
  const std::string portals = "AddTargetPortal 192.0.2.10 3260\nAddTargetPortal 192.0.2.11 3261\n";
  const Config one = Lines(std::string(kPsKey) + portals +
                           "LoginTarget iqn.x T 192.0.2.11 3261 * * * * * * * * * * * * * 0");
  EXPECT_EQ(Chosen(one).portal, IpAddress::Parse("192.0.2.11"));
  EXPECT_EQ(Chosen(one).target_port, 3261);
  EXPECT_THAT(Codes(Chosen(one).request.prior), Not(Contains("NO_PORTAL_CHOSEN")));
  const Config none = Lines(std::string(kPsKey) + portals);
  EXPECT_FALSE(Chosen(none).portal);
  EXPECT_THAT(Codes(Chosen(none).request.prior), Contains("NO_PORTAL_CHOSEN"));
  EXPECT_EQ(Chosen(none, "192.0.2.10").portal, IpAddress::Parse("192.0.2.10"));
  const Config two =
      Lines(std::string(kPsKey) + LoginTo("192.0.2.10", "7") + LoginTo("192.0.2.11", "7"));
  EXPECT_THAT(Codes(Chosen(two).request.prior), Contains("NO_PORTAL_CHOSEN"));
}

TEST(PortalChoiceTest, LoginsElsewhereOrForOthersSayNothing) {
  const std::string there = LoginTo("192.0.2.11", "0x2b", "call-key");
  EXPECT_EQ(Chosen(Lines(std::string(kPsKeyNothing) + there), "192.0.2.10").request.word.word(),
            0U);
  EXPECT_EQ(Chosen(Lines(std::string(kPsKeyNothing) + there), "192.0.2.11").request.word.word(),
            0x2BU);
  const std::string portal = "AddTargetPortal 192.0.2.11 ";
  EXPECT_EQ(
      Chosen(Lines(std::string(kPsKeyNothing) + (portal + "3260\n") + there)).request.word.word(),
      0x2BU);
  EXPECT_EQ(
      Chosen(Lines(std::string(kPsKeyNothing) + (portal + "3261\n") + there)).request.word.word(),
      0x2BU);
  const std::string to_3260 =
      "LoginTarget iqn.x T 192.0.2.11 3260 * * 0x2b * * * * * * * * * * 0\n";
  EXPECT_EQ(
      Chosen(Lines(std::string(kPsKeyNothing) + (portal + "3261\n") + to_3260)).request.word.word(),
      0U);
  Config config = Lines(std::string(kPsKeyNothing) + there);
  config.records[0].target = "iqn.other";
  EXPECT_EQ(Chosen(config).request.word.word(), 0U);
  config.records[0].target = "IQN.X";
  EXPECT_EQ(Chosen(config).request.word.word(), 0x2BU);
  config.records[0].initiator.port = 1;
  config.logins[0].initiator.port = 2;
  EXPECT_EQ(Chosen(config).request.word.word(), 0U);
  EXPECT_EQ(Chosen(Lines(std::string(kPsKeyNothing) + LoginTo("array.example", "0x2b")))
                .request.word.word(),
            0x2BU);
}

TEST(TunnelChoiceTest, TheOuterAddressIsThatOfTheDestinationAndTheInitiator) {
  const std::string tunnels =
      "TunnelAddr * * 192.0.2.10 198.51.100.1 T\nTunnelAddr * 2 192.0.2.10 198.51.100.2 T\n"
      "TunnelAddr Root\\A * 192.0.2.10 198.51.100.3 T\nTunnelAddr * * 192.0.2.11 198.51.100.4 T\n";
  const auto outer = [&](const std::string& initiator, std::string_view peer) {
    const Config config = Lines("PSKey " + initiator + " 0x47 1 192.0.2.1 k T\n" + tunnels);
    const auto address = Chosen(config, peer).request.tunnel_outer;
    return address ? address->ToString() : "none";
  };
  EXPECT_EQ(outer("* *", "192.0.2.10"), "198.51.100.1");
  EXPECT_EQ(outer("* 2", "192.0.2.10"), "198.51.100.2");
  EXPECT_EQ(outer("* 3", "192.0.2.10"), "198.51.100.1");
  EXPECT_EQ(outer("Root\\A 3", "192.0.2.10"), "198.51.100.3");
  EXPECT_EQ(outer("root\\a *", "192.0.2.10"), "198.51.100.3");
  EXPECT_EQ(outer("Root\\B *", "192.0.2.10"), "198.51.100.1");
  EXPECT_EQ(outer("* *", "192.0.2.11"), "198.51.100.4");
  EXPECT_EQ(outer("* *", "192.0.2.12"), "none");
}

TEST(TunnelChoiceTest, ItIsForWhoBegins) {
  const Config config =
      Lines("PSKey * * 0x47 1 192.0.2.1 k T\nTunnelAddr * * 192.0.2.10 198.51.100.1 T\n");
  const Sources sources = Chosen(config, "192.0.2.10");
  EXPECT_TRUE(TranslateFor(Role::kInitiator, sources, std::nullopt, true).plan.tunnel_outer);
  EXPECT_FALSE(TranslateFor(Role::kResponder, sources, std::nullopt, true).plan.tunnel_outer);
}

}  // namespace
}  // namespace iscsi_ike::policy
