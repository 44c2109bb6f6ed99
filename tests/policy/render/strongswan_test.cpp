// swanctl.conf, read back as strongSwan reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "read_back.hpp"

namespace iscsi_ike::policy::render {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;

Values SwanctlOf(const Request& request) {
  const auto rendering = Render(Target::kStrongswan, request);
  EXPECT_TRUE(rendering) << rendering.error().Text();
  return rendering ? ReadSwanctl(FileNamed(*rendering, "swanctl.conf").text) : Values{};
}

TEST(StrongswanTest, ATargetForMainModeAndTransport) {
  Request request = Ask(0x27);
  request.with_key = true;
  EXPECT_THAT(
      SwanctlOf(request),
      IsSupersetOf(Values{
          {"connections.iscsi.version", "1"},
          {"connections.iscsi.aggressive", "no"},
          {"connections.iscsi.local_addrs", "192.0.2.10"},
          {"connections.iscsi.remote_addrs", "192.0.2.1"},
          {"connections.iscsi.proposals",
           "aes128-sha256-modp2048, aes256-sha256-modp2048, aes128-sha1-modp2048, "
           "aes256-sha1-modp2048"},
          {"connections.iscsi.rekey_time", "25920s"},
          {"connections.iscsi.over_time", "2880s"},
          {"connections.iscsi.local.auth", "psk"},
          {"connections.iscsi.local.id", "192.0.2.10"},
          {"connections.iscsi.remote.auth", "psk"},
          {"connections.iscsi.remote.id", "192.0.2.1"},
          {"connections.iscsi.children.iscsi-transport.mode", "transport"},
          {"connections.iscsi.children.iscsi-transport.esp_proposals",
           "aes128-sha256-esn, aes128-sha1-esn, aes128-sha256, aes128-sha1"},
          {"connections.iscsi.children.iscsi-transport.local_ts", "192.0.2.10/32[tcp/3260]"},
          {"connections.iscsi.children.iscsi-transport.remote_ts", "192.0.2.1/32[tcp]"},
          {"connections.iscsi.children.iscsi-transport.rekey_time", "3240s"},
          {"connections.iscsi.children.iscsi-transport.life_time", "3600s"},
          {"secrets.ike-iscsi.id-1", "192.0.2.10"},
          {"secrets.ike-iscsi.id-2", "192.0.2.1"},
          {"secrets.ike-iscsi.secret", "\x01"},
      }));
}

TEST(StrongswanTest, AnInitiatorHasTheTargetsPortOnTheOtherSide) {
  Request request = Ask(0x47, Role::kResponder);
  request.target_port = 860;
  const Values values = SwanctlOf(request);
  EXPECT_THAT(values, Contains(Pair("connections.iscsi.local_addrs", "192.0.2.1")));
  EXPECT_THAT(values, Contains(Pair("connections.iscsi.children.iscsi-tunnel.local_ts",
                                    "192.0.2.1/32[tcp]")));
  EXPECT_THAT(values, Contains(Pair("connections.iscsi.children.iscsi-tunnel.remote_ts",
                                    "192.0.2.10/32[tcp/860]")));
}

TEST(StrongswanTest, BothModesAreTwoConnectionsAndBothEncapsulationsTwoChildrenToBeginWith) {
  const Values values = SwanctlOf(Ask(0x0F, Role::kResponder));
  for (const char* mode : {"main", "aggressive"}) {
    for (const char* child : {"tunnel", "transport"}) {
      const std::string name = std::string("iscsi-") + mode;
      EXPECT_THAT(values,
                  Contains(Pair("connections." + name + ".children." + name + "-" + child + ".mode",
                                child)));
    }
  }
  EXPECT_THAT(values, Contains(Pair("connections.iscsi-aggressive.aggressive", "yes")));
  EXPECT_THAT(values, Contains(Pair("connections.iscsi-main.aggressive", "no")));
}

TEST(StrongswanTest, WhoAnswersHasOneChild) {
  const Request request = Ask(0x07);
  const Values values = SwanctlOf(request);
  EXPECT_THAT(values, Contains(Key("connections.iscsi.children.iscsi-tunnel")));
  EXPECT_THAT(values, Not(Contains(Key("connections.iscsi.children.iscsi-transport"))));
  EXPECT_THAT(Render(Target::kStrongswan, request)->warnings,
              Contains(HasSubstr("takes tunnel mode alone")));
}

TEST(StrongswanTest, AggressiveModeTakesASwitchOfTheOneWhoAnswers) {
  const auto answers = Render(Target::kStrongswan, Ask(0x2B));
  ASSERT_TRUE(answers);
  EXPECT_THAT(
      ReadSwanctl(FileNamed(*answers, "strongswan-aggressive.conf").text),
      Contains(Pair("charon.i_dont_care_about_security_and_use_aggressive_mode_psk", "yes")));
  EXPECT_EQ(Render(Target::kStrongswan, Ask(0x2B, Role::kResponder))->files.size(), 1U);
  EXPECT_EQ(Render(Target::kStrongswan, Ask(0x27))->files.size(), 1U);
}

TEST(StrongswanTest, PfsIsAGroupInEveryEspProposal) {
  Request request = Ask(0x37);
  const std::string path = "connections.iscsi.children.iscsi-transport.esp_proposals";
  EXPECT_EQ(SwanctlOf(request)[path],
            "aes128-sha256-modp2048-esn, aes128-sha1-modp2048-esn, aes128-sha256-modp2048, "
            "aes128-sha1-modp2048");
  request.plan.phase1 = NamedSuites("windows", "")->phase1;
  request.plan.phase2 = *ParseEspList("aes128-sha1", "");
  EXPECT_EQ(SwanctlOf(request)[path],
            "aes128-sha1-ecp384, aes128-sha1-ecp256, aes128-sha1-modp2048, aes128-sha1-modp1024");
  request.plan.pfs_group = crypto::DhGroup::kModp4096;
  EXPECT_EQ(SwanctlOf(request)[path], "aes128-sha1-modp4096");
  // Who begins has one group; the offer of aggressive mode has one as well.
  Request begins = Ask(0x37, Role::kResponder);
  begins.plan.phase1 = request.plan.phase1;
  begins.plan.phase2 = request.plan.phase2;
  EXPECT_EQ(SwanctlOf(begins)[path], "aes128-sha1-ecp384");
  Request aggressive = Ask(0x3B);
  aggressive.plan.phase1 = request.plan.phase1;
  aggressive.plan.phase2 = request.plan.phase2;
  EXPECT_EQ(SwanctlOf(aggressive)[path], "aes128-sha1-ecp384");
  EXPECT_EQ(SwanctlOf(aggressive)["connections.iscsi.proposals"], "aes256-sha1-ecp384");
}

TEST(StrongswanTest, LifetimesAreWhatIsOffered) {
  Request request = Ask(0x27);
  request.plan.phase1_lifetime = {5, 0};
  request.plan.phase2_lifetime = {100, 4194303};
  Values values = SwanctlOf(request);
  EXPECT_EQ(values["connections.iscsi.rekey_time"], "5s");
  EXPECT_EQ(values["connections.iscsi.over_time"], "0s");
  const std::string child = "connections.iscsi.children.iscsi-transport.";
  EXPECT_EQ(values[child + "rekey_time"], "90s");
  EXPECT_EQ(values[child + "life_time"], "100s");
  EXPECT_EQ(values[child + "life_bytes"], "4294966272");
}

TEST(StrongswanTest, IdentitiesKeepTheirType) {
  Values values =
      SwanctlOf(Ask(0x2B, Role::kInitiator, "fqdn:hba.example", "user_fqdn:array@targets.example"));
  EXPECT_EQ(values["connections.iscsi.remote.id"], "@hba.example");
  EXPECT_EQ(values["connections.iscsi.local.id"], "userfqdn:array@targets.example");
  EXPECT_EQ(values["secrets.ike-iscsi.id-2"], "@hba.example");
}

// Each octet that a user FQDN may have, in every place where a format might look at it.
TEST(StrongswanTest, NoOctetOfAnIdentityLeavesItsValue) {
  const Values plain = SwanctlOf(Ask(0x2B, Role::kInitiator, "user_fqdn:aa@x", "user_fqdn:bb@y"));
  for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) {
    for (const std::string& name : {std::string(1, c) + "a@x", std::string("a") + c + "@x"}) {
      const Request request = Ask(0x2B, Role::kInitiator, "user_fqdn:" + name, "user_fqdn:bb@y");
      if (c == '*' && name.front() == '*') {
        EXPECT_THAT(Render(Target::kStrongswan, request).error().Text(), HasSubstr("pattern"));
        continue;
      }
      Values values = SwanctlOf(request);
      std::string& id = values["connections.iscsi.remote.id"];
      if (id.starts_with("userfqdn:#")) {
        std::string decoded((id.size() - 10) / 2, ' ');
        for (std::size_t i = 0; i < decoded.size(); ++i)
          decoded[i] = static_cast<char>(std::stoi(id.substr(10 + 2 * i, 2), nullptr, 16));
        EXPECT_EQ(decoded, name);
      } else {
        EXPECT_EQ(id, "userfqdn:" + name);
      }
      id = "userfqdn:aa@x";
      values["secrets.ike-iscsi.id-2"] = id;
      EXPECT_EQ(values, plain) << name;
    }
  }
}

TEST(StrongswanTest, AnUnknownInitiatorIsAnyone) {
  Request request = Ask(0x27);
  request.own_address.reset();
  Values values = SwanctlOf(request);
  EXPECT_EQ(values["connections.iscsi.remote_addrs"], "%any");
  EXPECT_EQ(values["connections.iscsi.remote.id"], "%any");
  EXPECT_EQ(values["connections.iscsi.children.iscsi-transport.remote_ts"], "dynamic[tcp]");
  EXPECT_THAT(values, Not(Contains(Key("secrets.ike-iscsi.id-2"))));
  EXPECT_THAT(Render(Target::kStrongswan, request)->warnings, Contains(HasSubstr("takes any")));
}

TEST(StrongswanTest, AGatewayNegotiatesForTheHostBehindIt) {
  Request request = Ask(0x47);
  request.plan.tunnel_outer = IpAddress::Parse("198.51.100.1");
  Values values = SwanctlOf(request);
  EXPECT_EQ(values["connections.iscsi.local_addrs"], "198.51.100.1");
  EXPECT_EQ(values["connections.iscsi.local.id"], "198.51.100.1");
  EXPECT_EQ(values["connections.iscsi.children.iscsi-tunnel.local_ts"], "192.0.2.10/32[tcp/3260]");
}

TEST(StrongswanTest, SelectorsOfOnesOwn) {
  Request request = Ask(0x47);
  request.own_selector = Selector{*IpAddress::Parse("10.1.0.0"), 16, 0, 0};
  request.peer_selector = Selector{*IpAddress::Parse("10.2.0.0"), 16, 17, 53};
  Values values = SwanctlOf(request);
  EXPECT_EQ(values["connections.iscsi.children.iscsi-tunnel.remote_ts"], "10.1.0.0/16");
  EXPECT_EQ(values["connections.iscsi.children.iscsi-tunnel.local_ts"], "10.2.0.0/16[17/53]");
}

TEST(StrongswanTest, TheRecordNamesTheConnection) {
  Request request = Ask(0x27);
  request.name = "HBA 1, to the array: " + std::string(100, 'x');
  EXPECT_THAT(SwanctlOf(request),
              Contains(Key("connections.iscsi-hba-1-to-the-array-xxxxxxxxxxx")));
  request.name = "\xc3\xa9}";
  EXPECT_THAT(SwanctlOf(request), Contains(Key("connections.iscsi")));
}

}  // namespace
}  // namespace iscsi_ike::policy::render
