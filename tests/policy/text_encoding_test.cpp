#include "policy/text_encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;

std::string Decode(std::string_view octets) {
  const auto text = DecodeText(
      crypto::Secret::CopyOf({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()}),
      "file");
  if (!text) return text.error().Text();
  const auto out = text->Expose();
  return {out.begin(), out.end()};
}

template <std::size_t N>
std::string_view Raw(const char (&text)[N]) {
  return {text, N - 1};
}

TEST(TextEncodingTest, ReadsUtf8WithAndWithoutMark) {
  EXPECT_EQ(Decode("{}"), "{}");
  EXPECT_EQ(Decode(""), "");
  EXPECT_EQ(Decode("\xEF\xBB\xBF{}"), "{}");
  EXPECT_EQ(Decode("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91"), "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91");
}

TEST(TextEncodingTest, ReadsUtf16WithAndWithoutMark) {
  EXPECT_EQ(Decode(Raw("\xFF\xFE{\0}\0")), "{}");
  EXPECT_EQ(Decode(Raw("\xFE\xFF\0{\0}")), "{}");
  EXPECT_EQ(Decode(Raw("{\0}\0")), "{}");
  EXPECT_EQ(Decode(Raw("\0{\0}")), "{}");
  EXPECT_EQ(Decode(Raw("\xFF\xFE\xE9\0\xAC\x20\x3D\xD8\x11\xDD")),
            "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91");
}

TEST(TextEncodingTest, RefusesWithTheOctet) {
  EXPECT_EQ(Decode(Raw("\xFF\xFE{\0}")), "file: octet 4: half a unit of UTF-16 at the end");
  EXPECT_THAT(Decode(Raw("\xFF\xFE\x3D\xD8")), HasSubstr("octet 2: a lone surrogate"));
  EXPECT_THAT(Decode(Raw("\xFF\xFE\x3D\xD8{\0")), HasSubstr("lone surrogate"));
  EXPECT_THAT(Decode(Raw("\xFF\xFE\x11\xDD{\0")), HasSubstr("lone surrogate"));
  EXPECT_THAT(Decode(Raw("\xFF\xFE{\0\0\0")), HasSubstr("octet 4: U+0000"));
  EXPECT_THAT(Decode(Raw("\xFF\xFE\0\0{\0\0\0")), HasSubstr("UTF-32"));
  EXPECT_THAT(Decode(Raw("\0\0\xFE\xFF")), HasSubstr("UTF-32"));
  EXPECT_THAT(Decode(Raw("{}\0")), HasSubstr("octet 2: U+0000"));
  EXPECT_THAT(Decode(Raw("\0")), HasSubstr("U+0000"));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_THAT(Decode(std::string("ab") + bad), HasSubstr("octet 2: malformed UTF-8"));
  }
  EXPECT_THAT(DecodeText(crypto::Secret(kLargestText + 1), "file").error().Text(),
              HasSubstr("16 MiB"));
}

TEST(TextTest, QuotesForOneLine) {
  EXPECT_EQ(Quote("abc"), "\"abc\"");
  EXPECT_EQ(Quote("a\"\\\n\xC3"), "\"a\\x22\\x5c\\x0a\\xc3\"");
  EXPECT_EQ(Quote(std::string(100, 'a')).size(), 64U + 5U);
}

}  // namespace
}  // namespace iscsi_ike::policy
