// What hostile texts do to the reader of settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden.hpp"
#include "tests/policy/config_texts.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HostileJsonTest, SyntaxErrorsNameLineAndColumn) {
  EXPECT_THAT(Refuse("{\n  \"AuthMethod\": 1,\n  \"IdType\" 2\n}"),
              HasSubstr("f.json: line 3, column 12: not JSON: "));
  EXPECT_THAT(Refuse(""), HasSubstr("line 1, column 1: not JSON: The document is empty"));
  EXPECT_THAT(Refuse(std::string(kMinimal) + " x"), HasSubstr("line 2, column 41: not JSON"));
  EXPECT_THAT(Refuse("{\"a\\n\\n\":1,\n x}"), HasSubstr("line 2, column 2"));
}

TEST(HostileJsonTest, SyntaxComesBeforeEveryRule) {
  for (const char* broken_rule :
       {R"("AuthMethod":2)", R"("AuthMethod":{"a":[1]},"Key":[300])", R"("Key":[1],"key":[1])",
        R"("Id":"\udd11")", R"("CimClass":"x:Win32_Process")"}) {
    const std::string text = "[{" + std::string(broken_rule) + "}";
    EXPECT_THAT(Refuse(text + "]"), Not(HasSubstr("not JSON")));
    EXPECT_THAT(Refuse(text + ",\n}"), HasSubstr("f.json: line 2, column 1: not JSON"));
  }
  EXPECT_THAT(Refuse(R"({"Key":true,"Scope":)" + std::string(4U << 20, '[')), HasSubstr("Key: is"));
}

TEST(HostileJsonTest, EveryTruncationIsRefused) {
  for (const std::string& text :
       {std::string(kManagementObject), std::string(kCimDeep),
        std::string(ReadGolden("config.example.json")), Utf16(kMinimal, true, true)}) {
    const std::size_t end = text.find_last_of('}');
    for (std::size_t n = 0; n < end; ++n) EXPECT_FALSE(Parse(text.substr(0, n)).ok()) << n;
  }
}

TEST(HostileJsonTest, EveryOctetMayBeWrong) {
  std::string text = ReadGolden("config.example.json");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char good = text[i];
    for (const char bad : {'\0', '"', '\\', '{', '9', '\xFF', '\n'}) {
      text[i] = bad;
      const auto config = Parse(text);
      if (!config.ok()) {
        EXPECT_THAT(config.error().place, HasSubstr("f.json"));
      }
    }
    text[i] = good;
  }
}

TEST(HostileJsonTest, DepthIsBoundedAndTheStackDoesNotGrow) {
  const std::size_t deep = 4U << 20;
  EXPECT_THAT(Refuse(R"({"Scope":)" + std::string(deep, '[')), HasSubstr("lies too deep"));
  std::string objects;
  for (int i = 0; i < 200000; ++i) objects += R"({"a":)";
  EXPECT_THAT(Refuse(objects), HasSubstr("lies too deep"));
  std::string fine = R"({"Scope":)" + std::string(100, '[') + std::string(100, ']');
  EXPECT_THAT(Refuse(fine + "}"), HasSubstr("has no member of a record"));
}

TEST(HostileJsonTest, SizeAndMembersAreBounded) {
  EXPECT_THAT(ParseConfig(crypto::Secret((16U << 20) + 1), "f").error().Text(),
              HasSubstr("16 MiB"));
  std::string text = "{";
  for (int i = 0; i < 2000; ++i) text += "\"m" + std::to_string(i) + "\":1,";
  EXPECT_THAT(Refuse(text + "\"z\":1}"), HasSubstr("m1024: is one member too many"));
}

TEST(HostileJsonTest, NumbersMayBeHuge) {
  EXPECT_THAT(Refuse(R"({"IdType":1e999})"), HasSubstr("not JSON"));
  EXPECT_THAT(Refuse(R"({"IdType":)" + std::string(100000, '9') + "}"), HasSubstr("f.json"));
  EXPECT_THAT(Refuse(R"({"IdType":0.)" + std::string(100000, '1') + "}"), HasSubstr("IdType"));
  EXPECT_THAT(Refuse(R"({"IdType":-0})"), HasSubstr("f.json"));
}

TEST(HostileJsonTest, LoneSurrogatesAndNulsAreRefused) {
  EXPECT_THAT(Refuse(R"({"records":[{"key":"text:\ud83d"}]})"), HasSubstr("f.json"));
  EXPECT_THAT(Refuse(R"({"records":[{"key":"text:\udd11"}]})"), HasSubstr("lone surrogate"));
  EXPECT_THAT(Refuse(R"({"\udd11":1})"), HasSubstr("lone surrogate"));
  EXPECT_THAT(Refuse(std::string_view("{}\0{}", 5)), HasSubstr("U+0000"));
  EXPECT_THAT(Refuse(R"({"records":[{"identity":"fqdn:a\u0000b","key":"text:k"}]})"),
              HasSubstr("control character"));
  const Config config =
      Accept(R"({"records":[{"identity":"fqdn:a","key":"text:a\u0000\ud83d\udd11"}]})");
  EXPECT_EQ(KeyText(config.records[0].key), std::string("a\0\xF0\x9F\x94\x91", 6));
}

}  // namespace
}  // namespace iscsi_ike::policy
