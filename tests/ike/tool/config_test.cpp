// --config: which record, portal, word and key are taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kConfig = R"({
  "records": [
    {"name": "first", "securityFlags": "0x27", "identity": "ipv4:192.0.2.1", "key": "text:key one"},
    {"name": "second", "securityFlags": "0x2b", "identity": "fqdn:hba2.example",
     "key": "text:key two", "peer": "192.0.2.20"}
  ],
  "portals": [{"address": "192.0.2.20", "socket": 860, "securityBitmap": "0x57"}],
  "defaults": {"securityBitmap": "0x37", "suite": "modern"}
})";

class ConfigTest : public testing::Test {
 protected:
  json Explain(ToolProcess::Arguments more) {
    more.insert(more.begin(), {"explain", "--json", "--config", path});
    const ToolResult result = RunTool(more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out.empty() ? "{}" : result.out);
  }

  TemporaryFolder folder;
  std::string path = folder.Write("config.json", kConfig);
};

TEST_F(ConfigTest, RecordIsChosenByNameOrIndex) {
  EXPECT_EQ(Explain({"--record", "first"}).at("word"), "0x27");
  EXPECT_EQ(Explain({"--record", "1"}).at("word"), "0x2b");
  EXPECT_EQ(Explain({"--record", "1"}).at("identity"), "fqdn:hba2.example");
}

TEST_F(ConfigTest, RecordBoundToThePortalIsTaken) {
  EXPECT_EQ(Explain({"--portal", "192.0.2.20"}).at("word"), "0x2b");
  EXPECT_EQ(Explain({"--portal", "192.0.2.99"}).at("word"), "0x27");
}

TEST_F(ConfigTest, SeveralRecordsWithoutAChoiceAreOneLine) {
  const ToolResult result = RunTool({"explain", "--config", path});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("iscsi-ike: --config: "));
  EXPECT_THAT(result.err, HasSubstr("--record"));
  EXPECT_THAT(result.err, HasSubstr("second"));
}

TEST_F(ConfigTest, UnknownRecordIsOneLine) {
  const ToolResult result = RunTool({"explain", "--config", path, "--record", "third"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("iscsi-ike: --record: "));
}

TEST_F(ConfigTest, OptionsWinOverTheFile) {
  const json plan = Explain({"--record", "first", "--flags", "0x57", "--suite", "rfc7146", "--id",
                             "fqdn:a.b", "--portal", "192.0.2.5"});
  EXPECT_EQ(plan.at("word"), "0x57");
  EXPECT_EQ(plan.at("identity"), "fqdn:a.b");
  EXPECT_THAT(plan.at("phase1"), Contains("aes128-sha256-modp2048"));
}

TEST_F(ConfigTest, SuitesOfTheDefaultsAreUsed) {
  EXPECT_THAT(Explain({"--record", "first"}).at("phase1"), Contains("aes256-sha512-curve25519"));
}

TEST_F(ConfigTest, RecordOfAnotherPeerIsRefused) {
  const ToolResult result =
      RunTool({"explain", "--config", path, "--record", "second", "--portal", "192.0.2.99"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("192.0.2.20"));
}

TEST_F(ConfigTest, WordOfThePortalAndGroupKeyServeWithoutRecords) {
  const std::string portals = folder.Write("portals.json", R"({
    "portals": [{"address": "192.0.2.20", "securityBitmap": "0x57"}],
    "defaults": {"groupKey": "text:shared by all of the fabric"}})");
  const ToolResult result = RunTool({"explain", "--json", "--config", portals});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json plan = json::parse(result.out);
  EXPECT_EQ(plan.at("word"), "0x57");
  EXPECT_THAT(result.out, HasSubstr("MAIN_MODE_GROUP_KEY"));
}

TEST_F(ConfigTest, BadMemberIsNamedByItsPathAndKeysAreNotQuoted) {
  const std::string bad = folder.Write("bad.json", R"({"records": [
    {"securityFlags": "0x27", "identity": "ipv4:1.2.3", "key": "text:do not repeat me"}]})");
  const ToolResult result = RunTool({"explain", "--config", bad});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("iscsi-ike: --config: "));
  EXPECT_THAT(result.err, HasSubstr("records[0]"));
  EXPECT_THAT(result.err, testing::Not(HasSubstr("do not repeat me")));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
