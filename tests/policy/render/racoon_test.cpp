// racoon.conf, psk.txt and setkey.conf: whole statements, after racoon's grammar.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "read_back.hpp"

namespace iscsi_ike::policy::render {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Request Plain(std::uint64_t word, Role role = Role::kInitiator, std::string_view identity = "",
              std::string_view peer_identity = "") {
  Request request = Ask(word, role, identity, peer_identity);
  request.plan.phase1 = *ParsePhase1List("aes128-sha256-modp2048,3des-sha1-modp1024", "");
  request.plan.phase2 = *ParseEspList("aes128-sha1", "");
  request.with_key = true;
  return request;
}

std::vector<std::string> StatementsOf(const Request& request, std::string_view name) {
  const auto rendering = Render(Target::kRacoon, request);
  EXPECT_TRUE(rendering) << rendering.error().Text();
  if (!rendering) return {};
  return ReadStatements(FileNamed(*rendering, name).text, "#");
}

std::string RefusalOf(const Request& request) {
  const auto rendering = Render(Target::kRacoon, request);
  return rendering ? "rendered" : rendering.error().Text();
}

TEST(RacoonTest, ATargetForMainModeAndTransport) {
  const Request request = Plain(0x37);
  EXPECT_THAT(StatementsOf(request, "racoon.conf"),
              ElementsAre("path pre_shared_key \"/etc/racoon/psk.txt\";", "remote 192.0.2.1 {",
                          "exchange_mode main;", "my_identifier address 192.0.2.10;",
                          "peers_identifier address 192.0.2.1;", "verify_identifier on;",
                          "passive on;", "proposal_check strict;", "lifetime time 28800 sec;",
                          "proposal {", "encryption_algorithm aes 128;", "hash_algorithm sha256;",
                          "authentication_method pre_shared_key;", "dh_group modp2048;", "}",
                          "proposal {", "encryption_algorithm 3des;", "hash_algorithm sha1;",
                          "authentication_method pre_shared_key;", "dh_group modp1024;", "}", "}",
                          "sainfo address 192.0.2.10/32[3260] tcp address 192.0.2.1/32[any] tcp {",
                          "lifetime time 3600 sec;", "encryption_algorithm aes 128;",
                          "authentication_algorithm hmac_sha1;", "compression_algorithm deflate;",
                          "pfs_group modp2048;", "}"));
  EXPECT_THAT(StatementsOf(request, "psk.txt"), ElementsAre("192.0.2.1 \x01"));
  EXPECT_THAT(StatementsOf(request, "setkey.conf"),
              ElementsAre("spdadd 192.0.2.10/32[3260] 192.0.2.1/32[any] tcp -P out ipsec "
                          "esp/transport//require;",
                          "spdadd 192.0.2.1/32[any] 192.0.2.10/32[3260] tcp -P in ipsec "
                          "esp/transport//require;"));
}

TEST(RacoonTest, AggressiveModeFindsTheKeyByNameToo) {
  const Request request =
      Plain(0x4F, Role::kInitiator, "fqdn:hba.example", "user_fqdn:array@targets.example");
  const auto conf = StatementsOf(request, "racoon.conf");
  EXPECT_THAT(conf, Contains("exchange_mode main, aggressive;"));
  EXPECT_THAT(conf, Contains("my_identifier user_fqdn \"array@targets.example\";"));
  EXPECT_THAT(conf, Contains("peers_identifier fqdn \"hba.example\";"));
  EXPECT_THAT(StatementsOf(request, "psk.txt"), ElementsAre("192.0.2.1 \x01", "hba.example \x01"));
  EXPECT_THAT(StatementsOf(request, "setkey.conf").front(),
              HasSubstr("esp/tunnel/192.0.2.10-192.0.2.1/require;"));
  EXPECT_THAT(StatementsOf(request, "setkey.conf").back(),
              HasSubstr("-P in ipsec esp/tunnel/192.0.2.1-192.0.2.10/require;"));
}

TEST(RacoonTest, WhatItLacksIsLeftOutOrRefused) {
  Request request = Plain(0x27);
  request.plan.phase1 = *ParsePhase1List("aes256-sha384-ecp384,aes128-sha1-modp2048", "");
  request.plan.phase2 = *ParseEspList(
      "aes256gcm16,aes128ctr-sha1,aes128-aesxcbc,aes128-sha256-esn,"
      "aes128-sha256,3des-sha1",
      "");
  const auto rendering = Render(Target::kRacoon, request);
  ASSERT_TRUE(rendering);
  for (const char* dropped : {"aes256-sha384-ecp384", "aes256gcm16", "aes128ctr-sha1",
                              "aes128-aesxcbc", "aes128-sha256-esn"})
    EXPECT_THAT(rendering->warnings, Contains(HasSubstr(std::string(dropped) + " is left out")));
  EXPECT_THAT(rendering->warnings, Contains(HasSubstr("each cipher with each integrity")));
  EXPECT_THAT(rendering->warnings, Contains(HasSubstr("never tried")));
  EXPECT_THAT(StatementsOf(request, "racoon.conf"),
              Contains("encryption_algorithm aes 128, 3des;"));
  EXPECT_THAT(StatementsOf(request, "racoon.conf"),
              Contains("authentication_algorithm hmac_sha256, hmac_sha1;"));
  request.plan.phase2 = *ParseEspList("aes128gcm16", "");
  EXPECT_THAT(RefusalOf(request), HasSubstr("none of the ESP suites"));
  request = Plain(0x37);
  request.plan.pfs_group = crypto::DhGroup::kEcp256;
  EXPECT_THAT(RefusalOf(request), HasSubstr("for PFS"));
}

TEST(RacoonTest, AnUnknownInitiatorBringsItsPolicyAlong) {
  Request request = Plain(0x2B, Role::kInitiator, "fqdn:hba.example");
  request.own_address.reset();
  const auto conf = StatementsOf(request, "racoon.conf");
  EXPECT_THAT(conf, Contains("remote anonymous {"));
  EXPECT_THAT(conf, Contains("generate_policy on;"));
  EXPECT_THAT(conf, Contains("sainfo address 192.0.2.10/32[3260] tcp anonymous {"));
  EXPECT_THAT(StatementsOf(request, "psk.txt"), ElementsAre("hba.example \x01"));
  EXPECT_THAT(StatementsOf(request, "setkey.conf"), IsEmpty());
  Request main = Plain(0x27);
  main.own_address.reset();
  EXPECT_THAT(RefusalOf(main), HasSubstr("finds a key by address"));
}

TEST(RacoonTest, NoOctetOfAnIdentityLeavesItsString) {
  for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) {
    for (const std::string& name : {std::string(1, c) + "a@x", std::string("a") + c + "@x"}) {
      const Request request = Plain(0x2B, Role::kInitiator, "user_fqdn:" + name);
      if (name.front() == '#') {
        EXPECT_THAT(RefusalOf(request), HasSubstr("comment"));
        continue;
      }
      EXPECT_THAT(StatementsOf(request, "racoon.conf"),
                  Contains("peers_identifier user_fqdn \"" + name + "\";"));
      EXPECT_THAT(StatementsOf(request, "psk.txt"), ElementsAre("192.0.2.1 \x01", name + " \x01"));
    }
  }
}

TEST(RacoonTest, AKeyThatIsTooLongForALineIsRefused) {
  Request request = Plain(0x27);
  request.key_size = 500;
  EXPECT_TRUE(Render(Target::kRacoon, request));
  request.key_size = 510;
  EXPECT_THAT(RefusalOf(request), HasSubstr("longer"));
}

TEST(RacoonTest, WithoutTheKeyNoLineOfPskTxtCounts) {
  Request request = Plain(0x27);
  request.with_key = false;
  EXPECT_THAT(StatementsOf(request, "psk.txt"), IsEmpty());
}

}  // namespace
}  // namespace iscsi_ike::policy::render
