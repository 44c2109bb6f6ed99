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
  EXPECT_EQ(Explain({"--entry", "first"}).at("word"), "0x27");
  EXPECT_EQ(Explain({"--entry", "1"}).at("word"), "0x2b");
  EXPECT_EQ(Explain({"--entry", "1"}).at("identity"), "fqdn:hba2.example");
}

TEST_F(ConfigTest, RecordBoundToThePortalIsTaken) {
  EXPECT_EQ(Explain({"--portal", "192.0.2.20"}).at("word"), "0x2b");
  EXPECT_EQ(Explain({"--portal", "192.0.2.99"}).at("word"), "0x27");
}

TEST_F(ConfigTest, SeveralRecordsWithoutAChoiceAreOneLine) {
  const ToolResult result = RunTool({"explain", "--config", path});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("iscsi-ike: --config: "));
  EXPECT_THAT(result.err, HasSubstr("--entry"));
  EXPECT_THAT(result.err, HasSubstr("second"));
}

TEST_F(ConfigTest, RecordsThatFitNoneOrSeveralAreNamed) {
  const std::string bound = folder.Write("bound.json", R"({"records": [
    {"name": "a", "peer": "192.0.2.1"}, {"name": "b", "peer": "192.0.2.1"},
    {"name": "c", "peer": "192.0.2.2"}]})");
  EXPECT_THAT(RunTool({"explain", "--config", bound, "--portal", "192.0.2.9"}).err,
              HasSubstr(bound + ": no record is for the peer 192.0.2.9; there are 0 \"a\", 1 "
                                "\"b\", 2 \"c\""));
  EXPECT_THAT(RunTool({"explain", "--config", bound, "--portal", "192.0.2.1"}).err,
              HasSubstr(bound + ": several records fit the peer 192.0.2.1; choose with --entry: "
                                "0 \"a\", 1 \"b\"\n"));
}

TEST_F(ConfigTest, FileWithoutAnythingIsNamed) {
  const std::string empty = folder.Write("empty.json", R"({"records": [], "portals": []})");
  const ToolResult result = RunTool({"explain", "0x27", "--config", empty});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "iscsi-ike: --config: " + empty +
                            ": has no record, no portal, no login and no defaults\n");
}

TEST_F(ConfigTest, RecordNeedsNeitherKeyNorIdentityUntilOneIsUsed) {
  const std::string bare = folder.Write("bare.json", R"({"records": [{"securityFlags": "0x27"}]})");
  const ToolResult explained = RunTool({"explain", "--json", "--config", bare});
  ASSERT_EQ(explained.exit_code, 0) << explained.err;
  EXPECT_EQ(json::parse(explained.out).at("identity"), nullptr);
  const ToolProcess::Arguments connect = {"connect",     "--portal", "127.0.0.1:9", "--local",
                                          "127.0.0.1:0", "--config", bare};
  const ToolResult keyless = RunTool(connect);
  EXPECT_EQ(keyless.exit_code, 2);
  EXPECT_THAT(keyless.err, StartsWith("iscsi-ike: --key-file: is missing: no key is given"));
  const ToolResult serve = RunTool({"serve", "--local", "127.0.0.1:0", "--config", bare});
  EXPECT_EQ(serve.exit_code, 2);
  EXPECT_THAT(serve.err, StartsWith("iscsi-ike: --key-file: is missing"));
  const std::string key = folder.Write("key", "0x00112233445566778899aabbccddeeff");
  EXPECT_EQ(RunTool({"demo", "--config", bare, "--key-file", key}).exit_code, 0);
}

TEST_F(ConfigTest, RecordWithoutKeyTakesThePortalsThenTheGroupKey) {
  const auto reasons = [&](const std::string& portal_key) {
    const std::string file = folder.Write("keys.json", R"({
      "records": [{"securityFlags": "0x27", "peer": "192.0.2.20"}],
      "portals": [{"address": "192.0.2.20")" + portal_key + R"(}],
      "defaults": {"groupKey": "hex:00112233445566778899aabbccddeeff"}})");
    return RunTool({"explain", "--json", "--config", file}).out;
  };
  EXPECT_THAT(reasons(""), HasSubstr("MAIN_MODE_GROUP_KEY"));
  EXPECT_THAT(reasons(R"(, "key": "text:weak")"),
              testing::AllOf(HasSubstr("WEAK_KEY"), testing::Not(HasSubstr("GROUP_KEY"))));
}

TEST_F(ConfigTest, UnknownRecordIsOneLine) {
  const ToolResult result = RunTool({"explain", "--config", path, "--entry", "third"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("iscsi-ike: --entry: "));
}

TEST_F(ConfigTest, OptionsWinOverTheFile) {
  const json plan = Explain({"--entry", "first", "--flags", "0x57", "--suite", "rfc7146", "--id",
                             "fqdn:a.b", "--portal", "192.0.2.5"});
  EXPECT_EQ(plan.at("word"), "0x57");
  EXPECT_EQ(plan.at("identity"), "fqdn:a.b");
  EXPECT_THAT(plan.at("phase1"), Contains("aes128-sha256-modp2048"));
}

TEST_F(ConfigTest, SuitesOfTheDefaultsAreUsed) {
  EXPECT_THAT(Explain({"--entry", "first"}).at("phase1"), Contains("aes256-sha512-curve25519"));
}

TEST_F(ConfigTest, RecordOfAnotherPeerIsRefused) {
  const ToolResult result =
      RunTool({"explain", "--config", path, "--entry", "second", "--portal", "192.0.2.99"});
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
