// explain: the JSON contract and the exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

json Explain(ToolProcess::Arguments arguments, int exit_code, const std::string& input = {}) {
  arguments.insert(arguments.begin(), "explain");
  arguments.push_back("--json");
  const ToolResult result = RunTool(arguments, input);
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  return json::parse(result.out);
}

std::vector<std::string> Codes(const json& explained) {
  std::vector<std::string> codes;
  for (const json& reason : explained.at("reasons")) {
    codes.push_back(reason.at("code"));
    EXPECT_FALSE(reason.at("text").get<std::string>().empty());
  }
  return codes;
}

TEST(Explain, PlanHasEveryMemberOfTheContract) {
  const json plan = Explain({"0x37"}, 0);
  EXPECT_EQ(plan.at("outcome"), "plan");
  EXPECT_TRUE(plan.contains("word"));
  EXPECT_EQ(plan.at("exchanges"), json::parse(R"(["main"])"));
  EXPECT_EQ(plan.at("pfs"), true);
  EXPECT_EQ(plan.at("encapsulation"), json::parse(R"(["transport"])"));
  EXPECT_TRUE(plan.contains("identity"));
  EXPECT_FALSE(plan.at("phase1").empty());
  EXPECT_FALSE(plan.at("phase2").empty());
  EXPECT_FALSE(Codes(plan).empty());
}

TEST(Explain, OrderOfEncapsulationsIsTunnelFirst) {
  EXPECT_EQ(Explain({"0x07"}, 0).at("encapsulation"), json::parse(R"(["tunnel","transport"])"));
}

TEST(Explain, WordsMayBeNamesOrNumbers) {
  const json hex = Explain({"0x2B"}, 0);
  EXPECT_EQ(Explain({"43"}, 0), hex);
  EXPECT_EQ(Explain({"valid,ike,aggressive,transport"}, 0), hex);
  EXPECT_EQ(Explain({"--flags", "0x2b"}, 0), hex);
  EXPECT_EQ(Explain({"valid|ike + aggressive transport"}, 0), hex);
}

TEST(Explain, UnspecifiedAndDisabledAreNoErrors) {
  EXPECT_EQ(Explain({"0x00"}, 0).at("outcome"), "unspecified");
  EXPECT_EQ(Explain({"0x01"}, 0).at("outcome"), "disabled");
}

TEST(Explain, RejectedExitsWith3AndNamesTheReason) {
  const json rejected = Explain({"0x03"}, 3);
  EXPECT_EQ(rejected.at("outcome"), "rejected");
  EXPECT_THAT(Codes(rejected), Contains("NO_PHASE1_MODE"));
  EXPECT_THAT(rejected.dump(), HasSubstr("allow main mode to be assumed with --assume-main"));
  EXPECT_EQ(Explain({"0x03", "--assume-main"}, 0).at("outcome"), "plan");
  EXPECT_EQ(Explain({"0x00", "--require-ipsec"}, 3).at("outcome"), "rejected");
}

TEST(Explain, SuitesAreThoseChosen) {
  const json plan =
      Explain({"0x27", "--ike", "aes256-sha384-ecp384", "--esp", "aes256gcm16,aes128-sha1"}, 0);
  EXPECT_EQ(plan.at("phase1"), json::parse(R"(["aes256-sha384-ecp384"])"));
  EXPECT_EQ(plan.at("phase2"), json::parse(R"(["aes256gcm16","aes128-sha1"])"));
}

TEST(Explain, ModeNarrowsAWordThatAllowsBoth) {
  EXPECT_EQ(Explain({"0x0f", "--mode", "aggressive"}, 0).at("exchanges"),
            json::parse(R"(["aggressive"])"));
}

TEST(Explain, NameAsIdentityInMainModeNeedsABoundKey) {
  EXPECT_EQ(Explain({"0x07", "--id", "fqdn:hba.example"}, 3).at("outcome"), "rejected");
  EXPECT_EQ(Explain({"0x07", "--id", "fqdn:hba.example", "--portal", "192.0.2.1"}, 0).at("outcome"),
            "plan");
}

TEST(Explain, ReadsAPowerShellRecordFromStandardInput) {
  const std::string record =
      R"({"AuthMethod":1,"SecurityFlags":39,"IdType":1,"Id":[192,0,2,1],"key":[115,51,99,114,51,116]})";
  const json plan = Explain({"--config", "-"}, 0, record);
  EXPECT_EQ(plan.at("outcome"), "plan");
  EXPECT_THAT(plan.at("identity").get<std::string>(), HasSubstr("192.0.2.1"));
}

TEST(Explain, TextNamesTheFlagsAndTheReasons) {
  const ToolResult result = RunTool({"explain", "0x37"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("MAIN_MODE_ENABLED"));
  EXPECT_THAT(result.out, HasSubstr("MAIN_MODE_ONLY"));
  EXPECT_THAT(result.out, HasSubstr("transport"));
}

TEST(Help, NamesTheExitCodesAndEverySubCommand) {
  const ToolResult result = RunTool({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* text : {"explain", "demo", "connect", "serve", "Exit codes", "timeout"})
    EXPECT_THAT(result.out, HasSubstr(text));
  EXPECT_THAT(result.out, HasSubstr("With --json and 2 there is no object"));
  EXPECT_THAT(result.out, HasSubstr("a signal ended it first"));
  EXPECT_THAT(RunTool({"serve", "--help"}).out, HasSubstr("mean nothing without"));
  for (const char* command : {"explain", "demo", "connect", "serve"}) {
    const ToolResult help = RunTool({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const char* text : {"--flags", "--config", "--key-file", "--suite", "Examples"})
      EXPECT_THAT(help.out, HasSubstr(text));
  }
  EXPECT_THAT(RunTool({"--version"}).out, HasSubstr("iscsi-ike "));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
