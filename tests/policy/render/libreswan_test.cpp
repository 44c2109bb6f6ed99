// ipsec.conf and ipsec.secrets, read back as libreswan reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "read_back.hpp"

namespace iscsi_ike::policy::render {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

Request Plain(std::uint64_t word, Role role = Role::kInitiator, std::string_view identity = "",
              std::string_view peer_identity = "") {
  Request request = Ask(word, role, identity, peer_identity);
  request.plan.phase1 = *ParsePhase1List("aes128-sha256-modp2048", "");
  request.plan.phase2 = *ParseEspList("aes128-sha1", "");
  return request;
}

Rendering PlutoOf(const Request& request) {
  auto rendering = Render(Target::kLibreswan, request);
  EXPECT_TRUE(rendering) << rendering.error().Text();
  return rendering ? *std::move(rendering) : Rendering{};
}

Values ConfOf(const Request& request) {
  return ReadIpsecConf(FileNamed(PlutoOf(request), "ipsec.conf").text);
}

TEST(LibreswanTest, ATargetForMainModeAndTransport) {
  Request request = Plain(0x27);
  request.with_key = true;
  EXPECT_EQ(ConfOf(request), (Values{
                                 {"config setup", ""},
                                 {"config setup.ikev1-policy", "accept"},
                                 {"conn iscsi", ""},
                                 {"conn iscsi.ikev2", "no"},
                                 {"conn iscsi.authby", "secret"},
                                 {"conn iscsi.auto", "add"},
                                 {"conn iscsi.aggressive", "no"},
                                 {"conn iscsi.ike", "aes128-sha2_256;modp2048"},
                                 {"conn iscsi.ikelifetime", "28800s"},
                                 {"conn iscsi.left", "192.0.2.10"},
                                 {"conn iscsi.leftid", "192.0.2.10"},
                                 {"conn iscsi.leftprotoport", "tcp/3260"},
                                 {"conn iscsi.right", "192.0.2.1"},
                                 {"conn iscsi.rightid", "192.0.2.1"},
                                 {"conn iscsi.rightprotoport", "tcp"},
                                 {"conn iscsi.type", "transport"},
                                 {"conn iscsi.esp", "aes128-sha1"},
                                 {"conn iscsi.pfs", "no"},
                                 {"conn iscsi.salifetime", "3600s"},
                             }));
  EXPECT_THAT(ReadSecrets(FileNamed(PlutoOf(request), "ipsec.secrets").text),
              ElementsAre(ElementsAre("192.0.2.10", "192.0.2.1", ":", "PSK", "\x01")));
}

TEST(LibreswanTest, BothModesAreTwoConns) {
  Values values = ConfOf(Plain(0x0F));
  EXPECT_EQ(values["conn iscsi-main.aggressive"], "no");
  EXPECT_EQ(values["conn iscsi-aggressive.aggressive"], "yes");
  EXPECT_EQ(values["conn iscsi-main.type"], "tunnel");
}

TEST(LibreswanTest, EverySuiteHasItsNameThere) {
  Request request = Plain(0x27);
  request.plan.phase1 =
      *ParsePhase1List("3des-sha1-modp1536,aes192-sha384-ecp256,aes256-sha512-curve25519", "");
  request.plan.phase2 = *ParseEspList(
      "null-sha256,3des-sha384,aes256-sha512,aes128ctr-aesxcbc,aes128gcm8,aes192gcm12,aes256gcm16",
      "");
  Values values = ConfOf(request);
  EXPECT_EQ(values["conn iscsi.ike"],
            "3des-sha1;modp1536,aes192-sha2_384;dh19,aes256-sha2_512;dh31");
  EXPECT_EQ(values["conn iscsi.esp"],
            "null-sha2_256,3des-sha2_384,aes256-sha2_512,aes_ctr128-aes_xcbc,aes_gcm_a128-null,"
            "aes_gcm_b192-null,aes_gcm_c256-null");
}

TEST(LibreswanTest, WhatItLacksIsLeftOutWithAWarningInTheFileToo) {
  Request request = Ask(0x27);  // rfc7146 begins with extended sequence numbers
  request.plan.phase1 = NamedSuites("rfc3723", "")->phase1;
  const Rendering rendering = PlutoOf(request);
  EXPECT_THAT(rendering.warnings, Contains(HasSubstr("3des-sha1-modp1024 is left out")));
  EXPECT_THAT(rendering.warnings, Contains(HasSubstr("aes128-sha256-esn is left out")));
  EXPECT_THAT(rendering.warnings,
              Contains(HasSubstr("our end has to offer only aes128-sha256, aes128-sha1")));
  const std::string& conf = FileNamed(rendering, "ipsec.conf").text;
  for (const std::string& warning : rendering.warnings)
    EXPECT_THAT(conf, HasSubstr("# warning: " + warning));
  Values values = ReadIpsecConf(conf);
  EXPECT_EQ(values["conn iscsi.esp"], "aes128-sha2_256,aes128-sha1");
  EXPECT_EQ(values["conn iscsi.ike"], "3des-sha1;modp2048,aes128-sha1;modp2048");
  // Who begins offers what it has, and our end takes that.
  request.role = Role::kResponder;
  EXPECT_THAT(PlutoOf(request).warnings, Not(Contains(HasSubstr("our end has to offer only"))));
}

TEST(LibreswanTest, NothingLeftIsRefusedWithTheReason) {
  Request request = Plain(0x27);
  request.plan.phase2 = *ParseEspList("aes128gcm16-esn", "");
  EXPECT_THAT(Render(Target::kLibreswan, request).error().Text(),
              HasSubstr("none of the ESP suites: aes128gcm16-esn"));
  request = Plain(0x27);
  request.plan.phase1 = *ParsePhase1List("3des-sha1-modp1024", "");
  EXPECT_THAT(Render(Target::kLibreswan, request).error().Text(), HasSubstr("modp1024"));
  request = Plain(0x37);
  request.plan.pfs_group = crypto::DhGroup::kCurve25519;
  EXPECT_THAT(Render(Target::kLibreswan, request).error().Text(), HasSubstr("this group for PFS"));
}

TEST(LibreswanTest, PfsTakesTheGroupOfPhase1UnlessOneIsGiven) {
  Request request = Plain(0x37);
  Values values = ConfOf(request);
  EXPECT_EQ(values["conn iscsi.pfs"], "yes");
  EXPECT_EQ(values["conn iscsi.esp"], "aes128-sha1");
  request.plan.phase1 = *ParsePhase1List("aes256-sha384-ecp384", "");
  EXPECT_EQ(ConfOf(request)["conn iscsi.ike"], "aes256-sha2_384;dh20");
  request.plan.pfs_group = crypto::DhGroup::kModp4096;
  EXPECT_EQ(ConfOf(request)["conn iscsi.esp"], "aes128-sha1;modp4096");
}

TEST(LibreswanTest, AggressiveModeWithoutItsGroupIsLeftOut) {
  Request request = Plain(0x2F);
  request.plan.phase1 = *ParsePhase1List("3des-sha1-modp1024,aes128-sha1-modp2048", "");
  Values values = ConfOf(request);
  EXPECT_THAT(values, Contains(Key("conn iscsi-main")));
  EXPECT_THAT(values, Not(Contains(Key("conn iscsi-aggressive"))));
  EXPECT_THAT(PlutoOf(request).warnings, Contains(HasSubstr("aggressive mode is left out")));
  request = Plain(0x2B);
  request.plan.phase1 = *ParsePhase1List("3des-sha1-modp1024,aes128-sha1-modp2048", "");
  EXPECT_THAT(Render(Target::kLibreswan, request).error().Text(), HasSubstr("aggressive"));
}

TEST(LibreswanTest, NoOctetOfAnIdentityLeavesItsValue) {
  Request plain = Plain(0x2B, Role::kInitiator, "user_fqdn:aa@x", "fqdn:array.example");
  const Values conf = ConfOf(plain);
  for (const char c : std::string_view("!#$%&'*+-/?^_`{|}~")) {
    for (const std::string& name : {std::string(1, c) + "a@x", std::string("a") + c + "@x"}) {
      const Request request =
          Plain(0x2B, Role::kInitiator, "user_fqdn:" + name, "fqdn:array.example");
      Values values = ConfOf(request);
      EXPECT_EQ(values["conn iscsi.rightid"], name);
      values["conn iscsi.rightid"] = "aa@x";
      EXPECT_EQ(values, conf) << name;
      Request with_key = request;
      with_key.with_key = true;
      EXPECT_THAT(ReadSecrets(FileNamed(PlutoOf(with_key), "ipsec.secrets").text),
                  ElementsAre(ElementsAre("@array.example", name, ":", "PSK", "\x01")));
    }
  }
  EXPECT_THAT(
      Render(Target::kLibreswan, Plain(0x2B, Role::kInitiator, "user_fqdn:a=b@x")).error().Text(),
      HasSubstr("X.500"));
}

// An address that ends with colons would lose one to the colon behind it.
TEST(LibreswanTest, SecretsKeepWholeAddresses) {
  Request request = Plain(0x27);
  request.own_address = IpAddress::Parse("2001:db8::");
  request.peer_address = IpAddress::Parse("2001:db8::1");
  request.with_key = true;
  EXPECT_THAT(FileNamed(PlutoOf(request), "ipsec.secrets").text,
              HasSubstr("\n\"2001:db8::1\" \"2001:db8::\" : PSK \x01\n"));
}

TEST(LibreswanTest, AKeyThatIsTooLongForALineIsRefused) {
  Request request = Plain(0x27);
  request.key_size = 1000;
  EXPECT_TRUE(Render(Target::kLibreswan, request));
  request.key_size = 1024;
  EXPECT_THAT(Render(Target::kLibreswan, request).error().Text(), HasSubstr("longer"));
}

TEST(LibreswanTest, LifetimesEndAfterADay) {
  Request request = Plain(0x27);
  EXPECT_THAT(PlutoOf(request).warnings, IsEmpty());
  request.plan.phase1_lifetime = {100000, 0};
  request.plan.phase2_lifetime = {600, 1000};
  EXPECT_EQ(ConfOf(request)["conn iscsi.ikelifetime"], "86400s");
  EXPECT_EQ(ConfOf(request)["conn iscsi.salifetime"], "600s");
  EXPECT_THAT(PlutoOf(request).warnings, Contains(HasSubstr("longer than a day")));
  EXPECT_THAT(PlutoOf(request).warnings, Contains(HasSubstr("kilobytes")));
}

TEST(LibreswanTest, AnUnknownInitiatorIsAnyone) {
  Request request = Plain(0x27);
  request.own_address.reset();
  Values values = ConfOf(request);
  EXPECT_EQ(values["conn iscsi.right"], "%any");
  EXPECT_THAT(values, Not(Contains(Key("conn iscsi.rightid"))));
  request.with_key = true;
  EXPECT_THAT(ReadSecrets(FileNamed(PlutoOf(request), "ipsec.secrets").text),
              ElementsAre(ElementsAre("192.0.2.10", "%any", ":", "PSK", "\x01")));
}

TEST(LibreswanTest, SubnetsOfATunnel) {
  Request request = Plain(0x47);
  request.own_selector = Selector{*IpAddress::Parse("10.1.0.0"), 16, 0, 0};
  request.plan.tunnel_outer = IpAddress::Parse("198.51.100.1");
  Values values = ConfOf(request);
  EXPECT_EQ(values["conn iscsi.rightsubnet"], "10.1.0.0/16");
  EXPECT_THAT(values, Not(Contains(Key("conn iscsi.rightprotoport"))));
  EXPECT_EQ(values["conn iscsi.left"], "198.51.100.1");
  EXPECT_EQ(values["conn iscsi.leftsubnet"], "192.0.2.10/32");
  request.own_selector = Selector{*IpAddress::Parse("10.1.0.0"), 16, 17, 0};
  EXPECT_EQ(ConfOf(request)["conn iscsi.rightprotoport"], "17/0");
}

}  // namespace
}  // namespace iscsi_ike::policy::render
