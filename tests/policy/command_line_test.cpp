// Lines as Windows programs see them: the examples of the documentation of CommandLineToArgvW, and
// what it says of the rest.
#include "policy/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> SplitLine(std::string_view line) {
  CommandLine command_line(line.size());
  const auto arguments = command_line.Split(line, "place");
  EXPECT_TRUE(arguments.ok()) << line;
  if (!arguments) return {};
  return {arguments->begin(), arguments->end()};
}

TEST(CommandLineTest, BlanksPartAndQuotesKeepTogether) {
  EXPECT_THAT(SplitLine(""), IsEmpty());
  EXPECT_THAT(SplitLine(" \t "), IsEmpty());
  EXPECT_THAT(SplitLine("a  b\tc "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(SplitLine(R"("a b" c)"), ElementsAre("a b", "c"));
  EXPECT_THAT(SplitLine(R"(a" b"c d)"), ElementsAre("a bc", "d"));
  EXPECT_THAT(SplitLine(R"("" x "")"), ElementsAre("", "x", ""));
}

TEST(CommandLineTest, BackslashesCountBeforeQuotesOnly) {
  EXPECT_THAT(SplitLine(R"("abc" d e)"), ElementsAre("abc", "d", "e"));
  EXPECT_THAT(SplitLine(R"(a\\b d"e f"g h)"), ElementsAre(R"(a\\b)", "de fg", "h"));
  EXPECT_THAT(SplitLine(R"(a\\\"b c d)"), ElementsAre(R"(a\"b)", "c", "d"));
  EXPECT_THAT(SplitLine(R"(a\\\\"b c" d e)"), ElementsAre(R"(a\\b c)", "d", "e"));
  EXPECT_THAT(SplitLine(R"(a"b"" c d")"), ElementsAre(R"(ab" c d)"));
  EXPECT_THAT(SplitLine(R"(Root\ISCSIPRT\0000_0 C:\)"),
              ElementsAre(R"(Root\ISCSIPRT\0000_0)", R"(C:\)"));
}

TEST(CommandLineTest, SignsOfTheShellAreCharacters) {
  EXPECT_THAT(SplitLine("a^b %c% &|>"), ElementsAre("a^b", "%c%", "&|>"));
}

TEST(CommandLineTest, RefusesWithoutShowing) {
  for (const std::string_view line : {R"("s3cr3t)", R"(a "s3cr3t\")", R"(s3cr3t" )"}) {
    CommandLine command_line(line.size());
    const auto arguments = command_line.Split(line, "place");
    ASSERT_FALSE(arguments.ok()) << line;
    EXPECT_EQ(arguments.error().Text(), "place: has a quote that is not closed");
  }
  std::string many;
  for (std::size_t i = 0; i < kMostArguments; ++i) many += "a ";
  EXPECT_EQ(SplitLine(many).size(), kMostArguments);
  many += "b";
  CommandLine command_line(many.size());
  EXPECT_EQ(command_line.Split(many, "place").error().Text(),
            "place: has more than 1024 arguments");
}

TEST(CommandLineTest, TakesOneLineAfterTheOther) {
  CommandLine command_line(16);
  ASSERT_TRUE(command_line.Split("first line here", "").ok());
  const auto arguments = command_line.Split("b", "");
  ASSERT_TRUE(arguments.ok());
  EXPECT_THAT(std::vector<std::string>(arguments->begin(), arguments->end()), ElementsAre("b"));
}

}  // namespace
}  // namespace iscsi_ike::policy
