// explain --all: a line for each portal, the counts, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ike/tool/fabric_files.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ExplainAll : public testing::Test {
 protected:
  ToolResult Run(const json& config, const Arguments& more = {}) const {
    return RunTool(Arguments{"explain", "--all", "--config", Path(config)} + more);
  }
  std::string Path(const json& config) const { return folder.Write("f.json", config.dump()); }

  // Mixed has every fate: a plan, another record's plan, switched off, unspecified, no key.
  static json Mixed() {
    json off = FabricRecord("off", kFabricKey, "0x01");
    off["peer"] = "192.0.2.12";
    json nothing = FabricRecord("nothing", kFabricKey, "0");
    nothing["peer"] = "192.0.2.13";
    json bare = FabricRecord("bare");
    bare.erase("key");
    bare["peer"] = "192.0.2.14";
    json named = FabricPortal("192.0.2.11", 3261);
    named["symbolicName"] = "array 1";
    return {{"records", {FabricRecord("hba1"), off, nothing, bare}},
            {"portals",
             {FabricPortal("192.0.2.10"), named, FabricPortal("192.0.2.12"),
              FabricPortal("192.0.2.13"), FabricPortal("192.0.2.14")}}};
  }

  TemporaryFolder folder;
};

TEST_F(ExplainAll, ALoginThatLeavesTheTcpPortOpenHoldsAtEveryPort) {
  json first = FabricPortal("192.0.2.10", 3270);
  json second = FabricPortal("192.0.2.11");
  first["securityBitmap"] = "0x37";
  second["securityBitmap"] = "0x47";
  const json config = {{"records", {FabricRecord("hba1", kFabricKey, "0")}},
                       {"portals", {first, second}}};
  const auto words = [&](const std::string& place) {
    const std::string line = "LoginTarget iqn.x T " + place + " * * 0x2b 0x1 * * * * * * * * * 0\n";
    const ToolResult result = Run(config, {"--iscsicli", folder.Write("l.txt", line), "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto lines = LinesOf(result.out);
    return std::vector<json>{lines.at(0).at("plan").at("word"), lines.at(1).at("plan").at("word")};
  };
  EXPECT_EQ(words("* *"), (std::vector<json>{"0x2b", "0x2b"}));
  EXPECT_EQ(words("192.0.2.10 *"), (std::vector<json>{"0x2b", "0x47"}));
  EXPECT_EQ(words("* 3260"), (std::vector<json>{"0x37", "0x2b"}));
}

TEST_F(ExplainAll, PrintsALineForEachPortalInOrderThenTheCounts) {
  const ToolResult result = Run(Mixed());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::istringstream lines(result.out);
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  ASSERT_EQ(all.size(), 9U) << result.out;
  EXPECT_THAT(all[0], StartsWith("192.0.2.10:3260  0x27: main mode, transport, no PFS; "));
  EXPECT_THAT(all[0], EndsWith("; record 'hba1'"));
  EXPECT_THAT(all[1], StartsWith("192.0.2.11:3261 'array 1'  0x27: main mode"));
  EXPECT_THAT(all[2], StartsWith("192.0.2.12:3260  0x1: IPSEC_DISABLED: "));
  EXPECT_THAT(all[2], EndsWith("; record 'off'"));
  EXPECT_THAT(all[3], StartsWith("192.0.2.13:3260  0x0: WORD_NOT_VALID: "));
  EXPECT_THAT(all[4], StartsWith("192.0.2.14:3260  0x27: main mode"));
  EXPECT_THAT(all[4], EndsWith("; record 'bare'; no key"));
  EXPECT_EQ(all[5], "5 portals");
  EXPECT_THAT(all[6], StartsWith("  1 IPSEC_DISABLED: "));
  EXPECT_THAT(all[7], StartsWith("  1 WORD_NOT_VALID: "));
  EXPECT_EQ(all[8], "  3 plan: there is a plan");
}

TEST_F(ExplainAll, EachLineOfJsonIsWhatExplainSaysOfThePortalAlone) {
  const std::string path = Path(Mixed());
  const ToolResult result = RunTool({"explain", "--all", "--json", "--config", path});
  EXPECT_EQ(result.exit_code, 0);
  const auto lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 5U) << result.out;
  const char* const records[] = {"hba1", "hba1", "off", "nothing", "bare"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string address = "192.0.2.1" + std::to_string(i);
    EXPECT_EQ(lines[i].at("portal"), address + (i == 1 ? ":3261" : ":3260"));
    EXPECT_EQ(lines[i].at("name"), i == 1 ? "array 1" : "");
    EXPECT_EQ(lines[i].at("record"), records[i]);
    EXPECT_EQ(lines[i].at("error"), nullptr);
    const ToolResult alone = RunTool({"explain", "--json", "--config", path, "--portal", address});
    EXPECT_EQ(lines[i].at("plan"), json::parse(alone.out)) << address;
  }
}

TEST_F(ExplainAll, WhatTheConfigLacksForOnePortalKeepsNoOtherOne) {
  json bound = FabricRecord("bound");
  bound["peer"] = "192.0.2.10";
  const json config = {{"records", {bound}},
                       {"portals", {FabricPortal("192.0.2.9"), FabricPortal("192.0.2.10")}}};
  const ToolResult text = Run(config);
  EXPECT_EQ(text.exit_code, 3);
  EXPECT_THAT(text.out, StartsWith("192.0.2.9:3260  --config: "));
  EXPECT_THAT(text.out, HasSubstr("f.json: no record is for the peer 192.0.2.9"));
  EXPECT_THAT(text.out, HasSubstr("\n192.0.2.10:3260  0x27: main mode"));
  EXPECT_THAT(text.out, HasSubstr("  1 NO_RECORD: "));
  const auto lines = LinesOf(Run(config, {"--json"}).out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("record"), nullptr);
  EXPECT_EQ(lines[0].at("plan"), nullptr);
  EXPECT_THAT(lines[0].at("error").get<std::string>(), HasSubstr("no record is for the peer"));
  EXPECT_EQ(lines[1].at("error"), nullptr);
}

TEST_F(ExplainAll, ARejectedPlanIsToldByTheExitCode) {
  const json config = {{"records", {FabricRecord("hba1", kFabricKey, "0x67")}},
                       {"portals", {FabricPortal("192.0.2.9")}}};
  const ToolResult result = Run(config, {"--strict-microsoft"});
  EXPECT_EQ(result.exit_code, 3) << result.out;
  EXPECT_EQ(Run(config, {"--flags", "0x27"}).exit_code, 0);
}

TEST_F(ExplainAll, OptionsAndTheKeyOfTheCommandLineHoldForEveryPortal) {
  json bare = FabricRecord("bare");
  bare.erase("key");
  const json config = {{"records", {bare}},
                       {"portals", {FabricPortal("192.0.2.9"), FabricPortal("192.0.2.10")}}};
  const std::string key = folder.Write("key", std::string("0x") + kFabricKey + "\n");
  const ToolResult result = Run(config, {"--flags", "0x2b", "--key-file", key});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("192.0.2.9:3260  0x2b: aggressive mode"));
  EXPECT_THAT(result.out, HasSubstr("192.0.2.10:3260  0x2b: aggressive mode"));
  EXPECT_THAT(result.out, Not(HasSubstr("no key")));
}

TEST_F(ExplainAll, WhatIsWrongWithTheCommandLineIsToldOnce) {
  const std::string path = Path(Mixed());
  const auto refused = [&](const Arguments& more) {
    const ToolResult result = RunTool(Arguments{"explain", "--all", "--config", path} + more);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    return result.err;
  };
  EXPECT_THAT(refused({"--flags", "bogus"}), HasSubstr("--flags: \"bogus\" is no security flag"));
  EXPECT_THAT(refused({"--entry", "hba9"}), HasSubstr("--entry: \"hba9\" is no record; there are"));
  EXPECT_THAT(refused({"--mode", "quick"}), HasSubstr("--mode: \"quick\""));
  EXPECT_THAT(refused({"--portal", "192.0.2.1"}), HasSubstr("--portal: is for one, --all for all"));
}

TEST_F(ExplainAll, WithoutPortalsThereIsNothingToExplain) {
  const ToolResult none = Run({{"records", {FabricRecord("hba1")}}});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("f.json: has no portal"));
  const ToolResult bare = RunTool({"explain", "--all"});
  EXPECT_EQ(bare.exit_code, 2);
  EXPECT_THAT(bare.err, HasSubstr("--all: is for the portals of a --config"));
}

TEST_F(ExplainAll, AHostileDirectoryIsRefusedWithItsPlaceAndFewWords) {
  const auto refused = [&](const json& portal) {
    const ToolResult result = Run(
        {{"records", {FabricRecord("hba1")}}, {"portals", {FabricPortal("192.0.2.9"), portal}}});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_LT(result.err.size(), 1000U);
    return result.err;
  };
  const std::string megabyte(1 << 20, 'n');
  EXPECT_THAT(refused({{"address", megabyte}}), HasSubstr("portals[1].address: "));
  json named = FabricPortal("192.0.2.8");
  named["symbolicName"] = megabyte;
  EXPECT_THAT(refused(named), HasSubstr("portals[1].symbolicName: "));
  named["symbolicName"] = "a\x1b[2Jb";
  EXPECT_THAT(refused(named), HasSubstr("portals[1].symbolicName: "));
  EXPECT_THAT(refused(FabricPortal("192.0.2.8", 0)), HasSubstr("portals[1].socket: is 0"));
  EXPECT_THAT(refused(FabricPortal("192.0.2.8", 65536)), HasSubstr("portals[1].socket: "));
  EXPECT_THAT(refused({{"socket", 3260}}), HasSubstr("portals[1].address: is missing"));
  EXPECT_THAT(refused("192.0.2.8"), HasSubstr("portals[1]: "));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
