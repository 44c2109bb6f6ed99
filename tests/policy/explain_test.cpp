#include "policy/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden.hpp"
#include "policy/config_json.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Example {
  std::uint64_t word;
  const char* identity;
  const char* suite;
};
constexpr Example kExamples[] = {
    {0x00, "", "rfc7146"},
    {0x25, "", "rfc7146"},
    {0x03, "", "rfc7146"},
    {0x27, "ipv4:192.0.2.1", "rfc7146"},
    {0x1F, "fqdn:hba1.example", "windows"},
    {0x1000000C7, "ipv6:2001:db8::1", "rfc3723"},
    {0x57, "fqdn:hba1.example", "modern"},
};

Plan PlanOf(const Example& example) {
  TranslateRequest request;
  request.word = SecurityFlags(example.word);
  request.suites = *NamedSuites(example.suite, "");
  if (*example.identity != 0) request.identity = *Identity::Parse(example.identity, "");
  if (example.word == 0x1F) {
    request.key_binding = KeyBinding::kPeerAddress;
    request.pfs_group = crypto::DhGroup::kEcp384;
    request.phase2_lifetime = {3600, 4194303};
  }
  return Translate(request);
}

TEST(ExplainTest, TextIsAsPublished) {
  std::string text;
  for (const Example& example : kExamples) {
    text += ExplainText(SecurityFlags(example.word), PlanOf(example)) + "\n";
  }
  ExpectGolden("explain.txt", text);
}

TEST(ExplainTest, JsonIsAsPublished) {
  std::string text;
  for (const Example& example : kExamples) {
    text += ExplainJson(SecurityFlags(example.word), PlanOf(example), true) + "\n";
  }
  ExpectGolden("explain.json.txt", text);
}

TEST(ExplainTest, JsonKeepsTheContract) {
  EXPECT_THAT(ExplainJson(SecurityFlags(0x27), PlanOf(kExamples[3])),
              ::testing::StartsWith(
                  R"({"word":"0x27","flags":["VALID","IKE_IPSEC_ENABLED","MAIN_MODE_ENABLED",)"
                  R"("TRANSPORT_MODE_PREFERRED"],"reserved":"0x0","outcome":"plan",)"
                  R"("exchanges":["main"],"pfs":false,"pfs_group":null,)"
                  R"("encapsulation":["transport"],"identity":"ipv4:192.0.2.1",)"
                  R"("phase1":["aes128-sha256-modp2048",)"));
  EXPECT_THAT(ExplainJson(SecurityFlags(0), PlanOf(kExamples[0])),
              HasSubstr(R"("outcome":"unspecified","exchanges":[],"pfs":false,"pfs_group":null,)"
                        R"("encapsulation":[],"identity":null,"phase1":[],"phase2":[])"));
}

TEST(ExplainTest, FlagsOfAWordThatSaysNothingAreIgnored) {
  const std::string text = ExplainText(SecurityFlags(0x26), Plan{});
  EXPECT_THAT(text, HasSubstr("  + MAIN_MODE_ENABLED         ignored\n"));
  EXPECT_THAT(text, HasSubstr("  - PFS_ENABLED               ignored\n"));
  EXPECT_THAT(text, Not(HasSubstr("abled\n")));
}

TEST(ExplainTest, ResponderWithoutPfsTakesItAsOffered) {
  TranslateRequest request;
  request.word = SecurityFlags(0x27);
  EXPECT_THAT(ExplainText(request.word, Translate(request)), HasSubstr("PFS            no\n"));
  request.role = Role::kResponder;
  EXPECT_THAT(ExplainText(request.word, Translate(request)),
              HasSubstr("PFS            as offered\n"));
  request.refuse_pfs = true;
  EXPECT_THAT(ExplainText(request.word, Translate(request)),
              HasSubstr("PFS            no, and refused when offered\n"));
}

// The reader of settings is strict about JSON; that these are no settings is found only afterwards.
TEST(ExplainTest, EveryWordGivesWellFormedJsonWithoutDoubles) {
  for (std::uint64_t word = 0; word < 256; ++word) {
    for (const bool pretty : {false, true}) {
      const std::string json =
          ExplainJson(SecurityFlags(word), PlanOf({word, "", "windows"}), pretty);
      const auto config = ParseConfig(
          crypto::Secret::CopyOf({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()}),
          "");
      ASSERT_FALSE(config.ok());
      EXPECT_THAT(config.error().rule, HasSubstr("has no member of a record")) << json;
      EXPECT_EQ(json.find('\n') != std::string::npos, pretty);
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::policy
