#include "policy/suites.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;

std::string RefusePhase1(std::string_view text) {
  const auto suite = ParsePhase1Suite(text, "--ike");
  EXPECT_FALSE(suite.ok()) << text;
  return suite.ok() ? "" : suite.error().Text();
}

std::string RefuseEsp(std::string_view text) {
  const auto suite = ParseEspSuite(text, "--esp");
  EXPECT_FALSE(suite.ok()) << text;
  return suite.ok() ? "" : suite.error().Text();
}

std::string Phase1(std::string_view text) {
  const auto suite = ParsePhase1Suite(text, "--ike");
  return suite.ok() ? ToString(*suite) : suite.error().Text();
}

std::string Esp(std::string_view text) {
  const auto suite = ParseEspSuite(text, "--esp");
  return suite.ok() ? ToString(*suite) : suite.error().Text();
}

TEST(SuiteNotationTest, ReadsPhase1) {
  const auto suite = ParsePhase1Suite("AES256-SHA384-ECP384", "--ike");
  ASSERT_TRUE(suite.ok());
  EXPECT_EQ(*suite, (Phase1Suite{crypto::CipherAlgorithm::kAesCbc, 256,
                                 crypto::HashAlgorithm::kSha384, crypto::DhGroup::kEcp384}));
  EXPECT_EQ(Phase1("3des-sha1-modp1024"), "3des-sha1-modp1024");
  EXPECT_EQ(Phase1("aes192-sha2_512-dh14"), "aes192-sha512-modp2048");
  EXPECT_EQ(Phase1("modp3072-sha-aes128"), "aes128-sha1-modp3072");
  EXPECT_EQ(Phase1("aes128-sha256-x25519"), "aes128-sha256-curve25519");
}

TEST(SuiteNotationTest, PrintsEveryPhase1SuiteSoThatItReadsBack) {
  for (const char* cipher : {"aes128", "aes192", "aes256", "3des"}) {
    for (const char* hash : {"sha1", "sha256", "sha384", "sha512"}) {
      for (const crypto::DhGroupInfo& group : crypto::AllDhGroups()) {
        const std::string text = std::string(cipher) + "-" + hash + "-" + std::string(group.name);
        EXPECT_EQ(Phase1(text), text);
      }
    }
  }
}

TEST(SuiteNotationTest, RefusesPhase1WithTheRule) {
  EXPECT_THAT(RefusePhase1(""), HasSubstr("--ike: \"\": has an empty token"));
  EXPECT_THAT(RefusePhase1("aes128-sha256"), HasSubstr("has no group, which phase 1 needs"));
  EXPECT_THAT(RefusePhase1("aes128-sha256"), HasSubstr("modp2048"));
  EXPECT_THAT(RefusePhase1("aes128-modp2048"), HasSubstr("has no hash"));
  EXPECT_THAT(RefusePhase1("sha1-modp2048"), HasSubstr("has no cipher"));
  EXPECT_THAT(RefusePhase1("aes128-sha257-modp2048"), HasSubstr("\"sha257\" is not known"));
  EXPECT_THAT(RefusePhase1("aes128-aes256-sha1-modp2048"), HasSubstr("gives the cipher twice"));
  EXPECT_THAT(RefusePhase1("aes128-sha1-sha1-modp2048"), HasSubstr("gives the hash twice"));
  EXPECT_THAT(RefusePhase1("aes128-sha1-modp2048-ecp256"), HasSubstr("gives the group twice"));
  EXPECT_THAT(RefusePhase1("3des168-sha1-modp2048"), HasSubstr("3des takes no key length"));
  EXPECT_THAT(RefusePhase1("aes-sha1-modp2048"), HasSubstr("key length"));
  EXPECT_THAT(RefusePhase1("aes128gcm16-sha1-modp2048"), HasSubstr("for ESP only"));
  EXPECT_THAT(RefusePhase1("null-sha1-modp2048"), HasSubstr("for ESP only"));
  EXPECT_THAT(RefusePhase1("aes128-md5-modp2048"), HasSubstr("MD5"));
  EXPECT_THAT(RefusePhase1("des-sha1-modp2048"), HasSubstr("DES must not"));
  EXPECT_THAT(RefusePhase1("aes128-prfsha256-sha1-modp2048"), HasSubstr("prf follows"));
  EXPECT_THAT(RefusePhase1("aes128--sha1-modp2048"), HasSubstr("hyphen too many"));
  EXPECT_THAT(RefusePhase1("aes128-sha1-modp768"), HasSubstr("768"));
  EXPECT_THAT(RefusePhase1("aes128-sha1-dh1"), HasSubstr("not known"));
}

TEST(SuiteNotationTest, ReadsEsp) {
  EXPECT_EQ(*ParseEspSuite("aes128gcm16-esn", "--esp"),
            (EspSuite{EspCipher::kAesGcm16, 128, EspAuth::kNone, true, std::nullopt}));
  EXPECT_EQ(
      *ParseEspSuite("aes128-sha1-modp2048-esn", "--esp"),
      (EspSuite{EspCipher::kAesCbc, 128, EspAuth::kHmacSha1_96, true, crypto::DhGroup::kModp2048}));
  EXPECT_EQ(Esp("aes256ctr-sha256"), "aes256ctr-sha256");
  EXPECT_EQ(Esp("3DES-SHA1-NOESN"), "3des-sha1");
  EXPECT_EQ(Esp("null-sha256"), "null-sha256");
  EXPECT_EQ(Esp("aes192-aesxcbc"), "aes192-aesxcbc");
  EXPECT_EQ(Esp("aes128gcm64"), "aes128gcm8");
  EXPECT_EQ(Esp("aes256gcm-ecp384"), "aes256gcm16-ecp384");
}

TEST(SuiteNotationTest, PrintsEveryEspSuiteSoThatItReadsBack) {
  for (const char* cipher :
       {"null", "3des", "aes128", "aes192", "aes256", "aes128ctr", "aes192ctr", "aes256ctr"}) {
    for (const char* auth : {"sha1", "sha256", "sha384", "sha512", "aesxcbc"}) {
      for (const char* tail : {"", "-esn", "-modp2048", "-curve25519-esn"}) {
        const std::string text = std::string(cipher) + "-" + auth + tail;
        EXPECT_EQ(Esp(text), text);
      }
    }
  }
  for (const char* bits : {"128", "192", "256"}) {
    for (const char* icv : {"8", "12", "16"}) {
      const std::string text = std::string("aes") + bits + "gcm" + icv;
      EXPECT_EQ(Esp(text), text);
    }
  }
}

TEST(SuiteNotationTest, RefusesEspWithTheRule) {
  EXPECT_THAT(RefuseEsp("aes128"), HasSubstr("encryption without integrity"));
  EXPECT_THAT(RefuseEsp("aes128ctr-esn"), HasSubstr("encryption without integrity"));
  EXPECT_THAT(RefuseEsp("null"), HasSubstr("null without integrity"));
  EXPECT_THAT(RefuseEsp("aes128gcm16-sha1"), HasSubstr("integrity built in; leave out sha1"));
  EXPECT_THAT(RefuseEsp("sha1"), HasSubstr("has no cipher"));
  EXPECT_THAT(RefuseEsp("3des192-sha1"), HasSubstr("3des takes no key length"));
  EXPECT_THAT(RefuseEsp("aes128-sha1-esn-noesn"), HasSubstr("sequence number size twice"));
  EXPECT_THAT(RefuseEsp("aes128-sha1-sha256"), HasSubstr("integrity algorithm twice"));
  EXPECT_THAT(RefuseEsp("aes128ccm16"), HasSubstr("not known"));
  EXPECT_THAT(RefuseEsp("aes128gcm10"), HasSubstr("not known; known are null, 3des"));
  EXPECT_THAT(RefuseEsp("aes128-md5"), HasSubstr("MD5"));
}

TEST(SuiteNotationTest, EveryTruncationIsReadOrRefused) {
  const std::string ike = "aes256-sha512-curve25519";
  const std::string esp = "aes128-sha256-modp2048-esn";
  for (std::size_t n = 0; n <= esp.size(); ++n) {
    const auto suite = ParseEspSuite(esp.substr(0, n), "--esp");
    if (suite.ok()) {
      EXPECT_EQ(*ParseEspSuite(ToString(*suite), "--esp"), *suite);
    }
  }
  for (std::size_t n = 0; n < ike.size(); ++n) {
    EXPECT_FALSE(ParsePhase1Suite(ike.substr(0, n), "--ike").ok()) << n;
  }
}

TEST(SuiteListTest, KeepsTheOrderAndNamesTheIndexOfAnError) {
  const auto list = ParsePhase1List("aes256-sha1-modp2048, aes128-sha1-modp2048", "--ike");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(ToString(std::span<const Phase1Suite>(*list)),
            "aes256-sha1-modp2048, aes128-sha1-modp2048");
  EXPECT_THAT(ParseEspList("aes128-sha1,", "--esp").error().Text(),
              HasSubstr("--esp[1]: is empty"));
  EXPECT_THAT(ParseEspList("aes128-sha1,bogus", "--esp").error().Text(), HasSubstr("--esp[1]: "));
  EXPECT_THAT(ParseEspList("aes128-sha1,AES128-SHA1", "--esp").error().Text(),
              HasSubstr("in the list already"));
  EXPECT_FALSE(ParseEspList("", "--esp").ok());
  std::string many;
  for (int i = 0; i < 33; ++i) many += "aes128-sha1,";
  EXPECT_FALSE(ParseEspList(many, "--esp").ok());
}

TEST(SuitesTest, NamedSuitesAreAsPublished) {
  std::string text;
  for (const NamedSuiteInfo& info : AllNamedSuites()) {
    const auto set = NamedSuites(info.name, "--suite");
    ASSERT_TRUE(set.ok());
    text += set->name + ": " + std::string(info.summary) + "\n";
    for (const Phase1Suite& suite : set->phase1) text += "  ike " + ToString(suite) + "\n";
    for (const EspSuite& suite : set->phase2) text += "  esp " + ToString(suite) + "\n";
  }
  ExpectGolden("suites.txt", text);
}

TEST(SuitesTest, UnknownNameListsTheKnown) {
  EXPECT_EQ(NamedSuites("RFC7146", "--suite")->name, "rfc7146");
  EXPECT_EQ(NamedSuites("best", "--suite").error().Text(),
            "--suite: \"best\" names no suite; known are rfc7146, rfc3723, windows, modern");
}

TEST(SuitesTest, DefaultKeepsOneGroupForAggressiveMode) {
  const SuiteSet set = DefaultSuites();
  for (const Phase1Suite& suite : set.phase1) EXPECT_EQ(suite.group, crypto::DhGroup::kModp2048);
}

TEST(SuitesTest, ExplicitListsReplaceTheirHalf) {
  const auto set = ChooseSuites({"modern", "aes128-sha1-modp2048", ""});
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->phase1.size(), 1U);
  EXPECT_EQ(set->phase2, NamedSuites("modern", "")->phase2);
  EXPECT_EQ(*ChooseSuites({}), DefaultSuites());
  EXPECT_EQ(ChooseSuites({"", "", "x"}).error().place, "--esp[0]");
  EXPECT_EQ(ChooseSuites({"x", "", ""}).error().place, "--suite");
}

TEST(ProposalTest, KeySizesFollowTheEspSuite) {
  const auto sizes = [](std::string_view text) {
    const EspSuite suite = *ParseEspSuite(text, "");
    return std::array<std::size_t, 3>{EncryptionKeySize(suite), IntegrityKeySize(suite.auth),
                                      IcvSize(suite)};
  };
  using Sizes = std::array<std::size_t, 3>;
  EXPECT_EQ(sizes("aes128-sha1"), (Sizes{16, 20, 12}));
  EXPECT_EQ(sizes("aes256-sha256"), (Sizes{32, 32, 16}));
  EXPECT_EQ(sizes("aes192-sha384"), (Sizes{24, 48, 24}));
  EXPECT_EQ(sizes("3des-sha512"), (Sizes{24, 64, 32}));
  EXPECT_EQ(sizes("null-aesxcbc"), (Sizes{0, 16, 12}));
  EXPECT_EQ(sizes("aes128ctr-sha1"), (Sizes{20, 20, 12}));
  EXPECT_EQ(sizes("aes128gcm8"), (Sizes{20, 0, 8}));
  EXPECT_EQ(sizes("aes256gcm12"), (Sizes{36, 0, 12}));
  EXPECT_EQ(sizes("aes192gcm16"), (Sizes{28, 0, 16}));
}

TEST(ProposalTest, PrintsSelectors) {
  Selector selector{*IpAddress::Parse("192.0.2.1"), 32, 6, 3260};
  EXPECT_EQ(ToString(selector), "192.0.2.1/32 tcp 3260");
  selector.port = 0;
  EXPECT_EQ(ToString(selector), "192.0.2.1/32 tcp any");
  selector.protocol = 0;
  EXPECT_EQ(ToString(selector), "192.0.2.1/32 any any");
  EXPECT_TRUE(selector.IsSingleAddress());
}

}  // namespace
}  // namespace iscsi_ike::policy
