// demo: both ends over loopback, quickly, with everything shown but keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777U;
}

void ExpectEstablished(const json& end) {
  EXPECT_EQ(end.at("outcome"), "established");
  EXPECT_EQ(end.at("failure"), nullptr);
  const json& phase1 = end.at("phase1");
  for (const char* member : {"exchange", "suite", "identities", "cookies", "endpoints", "lifetime"})
    EXPECT_TRUE(phase1.contains(member)) << member;
  ASSERT_EQ(end.at("children").size(), 1U);
  const json& child = end.at("children")[0];
  for (const char* member : {"mode", "spi_in", "spi_out", "suite", "pfs_group", "selectors",
                             "lifetime", "icv_bits", "esn"})
    EXPECT_TRUE(child.contains(member)) << member;
}

TEST(Demo, TakesWellUnderASecond) {
  const ToolResult result = RunTool({"demo"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_LT(result.took.count(), 1000);
}

TEST(Demo, ShowsDecisionsLadderPayloadsAndSas) {
  const std::string out = RunTool({"demo"}).out;
  for (const char* text : {"MAIN_MODE_ONLY", "MM1", "MM6", "QM3", "proposal", "modp2048",
                           "initiator:", "responder:", "child SA"})
    EXPECT_THAT(out, HasSubstr(text));
}

TEST(Demo, JsonHoldsBothEndsWhoseSpisCross) {
  const ToolResult result = RunTool({"demo", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json both = json::parse(result.out);
  EXPECT_EQ(both.size(), 2U);
  const json& initiator = both.at("initiator");
  const json& responder = both.at("responder");
  ExpectEstablished(initiator);
  ExpectEstablished(responder);
  EXPECT_EQ(initiator.at("phase1").at("exchange"), "main");
  EXPECT_EQ(initiator.at("phase1").at("cookies"), responder.at("phase1").at("cookies"));
  EXPECT_EQ(initiator["children"][0]["spi_in"], responder["children"][0]["spi_out"]);
  EXPECT_EQ(initiator["children"][0]["spi_out"], responder["children"][0]["spi_in"]);
  EXPECT_EQ(initiator["children"][0]["mode"], "transport");
  EXPECT_EQ(initiator["children"][0]["pfs_group"], "modp2048");
}

TEST(Demo, SeedReproducesCookiesAndSpis) {
  const auto run = [](const char* seed) {
    json ends = json::parse(RunTool({"demo", "--json", "--seed", seed}).out);
    for (json& end : ends) {
      end["phase1"].erase("endpoints");
      for (json& child : end["children"]) child.erase("endpoints");
    }
    return ends;
  };
  EXPECT_EQ(run("5"), run("5"));
  EXPECT_NE(run("5"), run("6"));
}

TEST(Demo, EveryKindOfWordAndIdentityCompletes) {
  for (const char* word : {"0x27", "0x37", "0x47", "0x57", "0x2b", "0x3b", "0x4b", "0x5b", "0x07"})
    for (const char* id : {"ipv4:192.0.2.7", "fqdn:hba.example", "user_fqdn:hba@storage.example",
                           "ipv6:2001:db8::7"}) {
      const ToolResult result = RunTool({"demo", "--json", "--flags", word, "--id", id});
      ASSERT_EQ(result.exit_code, 0) << word << " " << id << "\n" << result.err << result.out;
      const json both = json::parse(result.out);
      EXPECT_EQ(both["responder"]["phase1"]["identities"]["remote"], id);
    }
}

TEST(Demo, EveryNamedSuiteCompletes) {
  for (const char* suite : {"rfc7146", "rfc3723", "windows", "modern"}) {
    const ToolResult result = RunTool({"demo", "--json", "--suite", suite});
    EXPECT_EQ(result.exit_code, 0) << suite << "\n" << result.err << result.out;
  }
}

TEST(Demo, SelectorsAndTargetPortReachTheChild) {
  const json both = json::parse(RunTool({"demo", "--json", "--flags", "0x57", "--local-ts",
                                         "10.1.0.0/16", "--remote-ts", "10.2.0.0/16 tcp 860"})
                                    .out);
  EXPECT_THAT(both["initiator"]["children"][0]["selectors"]["local"].get<std::string>(),
              StartsWith("10.1.0.0/16"));
  EXPECT_THAT(both["responder"]["children"][0]["selectors"]["local"].get<std::string>(),
              StartsWith("10.2.0.0/16 tcp 860"));
  const json port = json::parse(RunTool({"demo", "--json", "--target-port", "860"}).out);
  EXPECT_THAT(port["initiator"]["children"][0]["selectors"]["remote"].get<std::string>(),
              HasSubstr("tcp 860"));
}

TEST(Demo, Phase1OnlyHasNoChild) {
  const ToolResult result = RunTool({"demo", "--json", "--phase1-only"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(json::parse(result.out)["initiator"]["children"].empty());
}

TEST(Demo, WeakChoicesWorkAndWarn) {
  const ToolResult result = RunTool({"demo", "--suite", "rfc3723"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out + result.err, HasSubstr("WEAK_GROUP"));
}

TEST(Demo, RejectedWordPrintsTheObjectAndExits3) {
  const ToolResult result = RunTool({"demo", "--flags", "0x03", "--json"});
  EXPECT_EQ(result.exit_code, 3);
  const json object = json::parse(result.out);
  EXPECT_EQ(object.at("outcome"), "failed");
  EXPECT_EQ(object.at("failure").at("code"), "NO_PHASE1_MODE");
}

// FilesTest runs one demo that writes every file.
class DemoFiles : public testing::Test {
 protected:
  static constexpr std::string_view kKey = "correct horse battery staple";

  void SetUp() override {
    result = RunTool({"demo", "-vv", "--key-file", folder.Write("key", std::string(kKey) + "\n"),
                      "--pcap", folder.Path("a.pcapng"), "--keylog", folder.Path("a.keys"),
                      "--esp-keylog", folder.Path("a.esp"), "--secrets", folder.Path("a.secrets")});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  TemporaryFolder folder;
  ToolResult result;
};

TEST_F(DemoFiles, KeyFilesAreReadableByTheOwnerOnly) {
  for (const char* name : {"a.keys", "a.esp", "a.secrets"})
    EXPECT_EQ(ModeOf(folder.Path(name)), 0600U) << name;
  EXPECT_THAT(ReadFile(folder.Path("a.keys")), ContainsRegex("^[0-9a-f]+,[0-9a-f]+"));
  EXPECT_THAT(ReadFile(folder.Path("a.esp")), StartsWith("\"IPv4\""));
  EXPECT_THAT(ReadFile(folder.Path("a.secrets")), HasSubstr("SKEYID_d "));
  EXPECT_GT(ReadFile(folder.Path("a.pcapng")).size(), 500U);
}

// Every key of --secrets and the pre-shared key, searched as octets and as hex.
TEST_F(DemoFiles, KeysAppearInNoOutputAndNotInTheCapture) {
  std::vector<std::string> keys{std::string(kKey)};
  std::istringstream lines(ReadFile(folder.Path("a.secrets")));
  for (std::string name, hex; lines >> name;) {
    if (name == "#") {
      std::getline(lines, name);
      continue;
    }
    lines >> hex;
    if (name.ends_with("SPI") || name == "initial_IV" || hex.size() < 16) continue;
    std::string octets;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      octets += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    keys.push_back(octets);
  }
  EXPECT_GE(keys.size(), 6U);
  const std::string outputs[] = {result.out, result.err, ReadFile(folder.Path("a.pcapng"))};
  for (const std::string& key : keys) {
    std::string hex;
    for (const char c : key) {
      hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
      hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
    }
    for (const std::string& output : outputs) {
      EXPECT_EQ(output.find(key), std::string::npos);
      EXPECT_EQ(output.find(hex), std::string::npos) << hex;
    }
  }
}

TEST_F(DemoFiles, KeyFileIsNotWrittenThroughALink) {
  ASSERT_EQ(symlink(folder.Path("a.keys").c_str(), folder.Path("link").c_str()), 0);
  const ToolResult linked = RunTool({"demo", "--keylog", folder.Path("link")});
  EXPECT_EQ(linked.exit_code, 2);
  EXPECT_THAT(linked.err, StartsWith("iscsi-ike: --keylog: "));
}

TEST_F(DemoFiles, ExistingKeyFileIsEmptiedAndLocked) {
  const std::string path = folder.Write("old", "old content\n");
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  ASSERT_EQ(RunTool({"demo", "--keylog", path}).exit_code, 0);
  EXPECT_EQ(ModeOf(path), 0600U);
  EXPECT_THAT(ReadFile(path), Not(HasSubstr("old content")));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
