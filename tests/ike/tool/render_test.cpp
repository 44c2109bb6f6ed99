// render: what is printed and written, that keys go where they are asked for, and the exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Arguments = ToolProcess::Arguments;

constexpr const char* kKey = "a key for the tests of render";
constexpr const char* kKeyInHex = "0x61206b657920666f7220746865207465737473206f662072656e646572";

constexpr const char* kKeyInNumbers =
    "97,32,107,101,121,32,102,111,114,32,116,104,101,32,116,101,115,116,115,32,111,102,32,114,101,"
    "110,100,101,114";

class RenderTool : public testing::Test {
 protected:
  static ToolResult Run(Arguments arguments) {
    arguments.insert(arguments.begin(), "render");
    return RunTool(arguments);
  }
  Arguments With(const char* program, Arguments more = {}) const {
    Arguments all = {"0x2f",      "--for",      program, "--portal", "192.0.2.10", "--local",
                     "192.0.2.1", "--key-file", key,     "--esp",    "aes128-sha1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  static void ExpectUsage(const Arguments& arguments, const std::string& line) {
    const ToolResult result = Run(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr("iscsi-ike: " + line));
    EXPECT_EQ(result.out, "");
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", kKey);
};

TEST_F(RenderTool, PrintsTheFilesPartedByTheirNames) {
  const ToolResult result = Run(With("libreswan"));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(StartsWith("# ---- ipsec.conf\n# Made by iscsi-ike render"),
                                HasSubstr("\n# ---- ipsec.secrets\n")));
  EXPECT_THAT(result.out, Not(HasSubstr(kKeyInHex)));
  EXPECT_THAT(Run(With("windows", {"--role", "responder"})).out,
              StartsWith("rem ---- iscsicli.cmd\nrem Made by"));
  const ToolResult one = Run({"0x27", "--for", "strongswan", "--portal", "192.0.2.10"});
  EXPECT_THAT(one.out, StartsWith("# Made by iscsi-ike render: swanctl.conf"));
  EXPECT_THAT(one.err, HasSubstr("warning: neither the identity nor the address"));
}

struct Expected {
  const char* program;
  const char* role;
  const char* secret_file;
  std::size_t files;
};
constexpr Expected kExpected[] = {
    {"strongswan", "initiator", "swanctl.conf", 2},
    {"libreswan", "initiator", "ipsec.secrets", 2},
    {"racoon", "initiator", "psk.txt", 3},
    {"windows", "responder", "iscsicli.cmd", 2},
};

TEST_F(RenderTool, WithoutKeysTheFilesAreWhatJsonTells) {
  for (const Expected& expected : kExpected) {
    const std::string out = folder.Path(expected.program);
    const ToolResult result =
        Run(With(expected.program, {"--role", expected.role, "--out", out, "--json"}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(ModeOf(out), 0700U);
    const json told = json::parse(result.out);
    EXPECT_EQ(told.at("for"), expected.program);
    EXPECT_EQ(told.at("outcome"), "rendered");
    EXPECT_TRUE(told.at("refusal").is_null());
    EXPECT_THAT(told.at("files"), SizeIs(expected.files));
    for (const json& file : told.at("files")) {
      const std::string path = out + "/" + file.at("name").get<std::string>();
      EXPECT_EQ(ModeOf(path), 0600U) << path;
      EXPECT_EQ(file.at("mode"), "0600");
      EXPECT_EQ(ReadFile(path), file.at("text").get<std::string>());
    }
  }
}

TEST_F(RenderTool, WithKeysTheyAreInTheFilesAndNowhereElse) {
  for (const Expected& expected : kExpected) {
    const std::string out = folder.Path(expected.program);
    const ToolResult result = Run(
        With(expected.program, {"--role", expected.role, "--out", out, "--json", "--with-keys"}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out + result.err,
                AllOf(Not(HasSubstr(kKey)), Not(HasSubstr(kKeyInHex)),
                      Not(HasSubstr(kKeyInNumbers)), Not(HasSubstr("u0001"))));
    const std::string secret = out + "/" + expected.secret_file;
    EXPECT_THAT(ReadFile(secret), HasSubstr(kKeyInHex));
    const json told = json::parse(result.out);
    for (const json& file : told.at("files"))
      EXPECT_EQ(ModeOf(out + "/" + file.at("name").get<std::string>()), 0600U);
  }
  EXPECT_THAT(ReadFile(folder.Path("windows/iscsi.ps1")),
              HasSubstr("$key = [byte[]](" + std::string(kKeyInNumbers) + ")\n"));
}

TEST_F(RenderTool, KeysGoIntoFilesOnly) {
  ExpectUsage(With("strongswan", {"--with-keys"}), "--with-keys: needs --out");
  ExpectUsage({"0x27", "--for", "racoon", "--portal", "192.0.2.10", "--out", folder.Path("x"),
               "--with-keys"},
              "--key-file: is missing");
}

TEST_F(RenderTool, ReplacesNoFile) {
  const std::string config = folder.Write("racoon.conf", "somebody's");
  ExpectUsage(With("racoon", {"--out", folder.Path("")}), "--out: " + config.substr(0, 4));
  EXPECT_EQ(ReadFile(config), "somebody's");
  EXPECT_NE(access(folder.Path("setkey.conf").c_str(), F_OK), 0) << "written all the same";
  ASSERT_EQ(symlink(key.c_str(), folder.Path("swanctl.conf").c_str()), 0);
  ExpectUsage(With("strongswan", {"--out", folder.Path("")}), "--out: ");
  ASSERT_EQ(symlink("nowhere", folder.Path("ipsec.secrets").c_str()), 0);
  ExpectUsage(With("libreswan", {"--out", folder.Path("")}), "--out: ");
  EXPECT_EQ(ReadFile(key), kKey);
  EXPECT_NE(access(folder.Path("nowhere").c_str(), F_OK), 0);
  ExpectUsage(With("libreswan", {"--out", folder.Path("no/such")}), "--out: ");
}

TEST_F(RenderTool, AConfigSaysWhoIsWho) {
  const std::string config = folder.Write(
      "config.json",
      R"({"records": [{"name": "hba 1", "securityFlags": "0x2b", "identity": "fqdn:hba.example",
          "key": "text:a key for the tests of render", "peer": "192.0.2.10",
          "peerIdentity": "fqdn:array.example"}],
          "portals": [{"address": "192.0.2.10", "socket": 3261}]})");
  const ToolResult result = Run({"--config", config, "--for", "strongswan"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"# record: hba 1\n", "  iscsi-hba-1 {\n", "local_addrs = 192.0.2.10\n",
                           "id = @array.example\n", "id = @hba.example\n", "[tcp/3261]\n"})
    EXPECT_THAT(result.out, HasSubstr(part));
  // As target the portal is our own, and the record's peer is written for.
  const ToolResult other = Run({"--config", config, "--for", "libreswan", "--role", "responder",
                                "--esp", "aes128-sha1", "--local", "192.0.2.77"});
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(other.out, AllOf(HasSubstr("left=192.0.2.10\n"), HasSubstr("right=192.0.2.77\n"),
                               HasSubstr("leftid=\"@array.example\"\n")));
}

TEST_F(RenderTool, WindowsIsAnInitiatorWithoutBeingTold) {
  const ToolResult result =
      Run({"0x27", "--for", "windows", "--local", "192.0.2.10", "--peer", "192.0.2.1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\niscsicli AddTargetPortal 192.0.2.10 3260 "));
  const ToolResult refused = Run(With("windows", {"--role", "initiator", "--json"}));
  EXPECT_EQ(refused.exit_code, 3);
  const json told = json::parse(refused.out);
  EXPECT_EQ(told.at("outcome"), "refused");
  EXPECT_THAT(told.at("refusal").get<std::string>(), StartsWith("windows: "));
  EXPECT_THAT(told.at("files"), SizeIs(0));
}

TEST_F(RenderTool, RefusalsNameTheReason) {
  const ToolResult word = Run({"0x03", "--for", "racoon", "--portal", "192.0.2.10"});
  EXPECT_EQ(word.exit_code, 3);
  EXPECT_THAT(word.err, HasSubstr("iscsi-ike: policy: NO_PHASE1_MODE: "));
  const ToolResult cleartext = Run({"0x01", "--for", "racoon", "--portal", "192.0.2.10", "--json"});
  EXPECT_EQ(cleartext.exit_code, 3);
  EXPECT_THAT(json::parse(cleartext.out).at("refusal").get<std::string>(),
              HasSubstr("IPSEC_DISABLED"));
  const ToolResult suites = Run({"0x27", "--for", "racoon", "--portal", "192.0.2.10", "--local",
                                 "192.0.2.1", "--suite", "modern"});
  EXPECT_EQ(suites.exit_code, 3);
  EXPECT_THAT(suites.err, HasSubstr("iscsi-ike: racoon: has none of the phase-1 suites"));
  EXPECT_EQ(suites.out, "");
}

TEST_F(RenderTool, BadInputIsNamed) {
  ExpectUsage({"0x27", "--portal", "192.0.2.10"}, "--for: is missing");
  ExpectUsage({"0x27", "--for", "isakmpd", "--portal", "192.0.2.10"}, "--for: \"isakmpd\" is none");
  ExpectUsage({"0x27", "--for", "strongswan"}, "--portal: is missing");
  ExpectUsage({"0x27", "--for", "strongswan", "--portal", "0.0.0.0"}, "--portal: is missing");
  ExpectUsage({"0x27", "--for", "strongswan", "--role", "responder", "--peer", "192.0.2.1"},
              "--local: is missing");
  ExpectUsage({"0x27", "--for", "strongswan", "--role", "judge", "--portal", "192.0.2.10"},
              "--role: ");
  ExpectUsage({"--for", "strongswan", "--portal", "192.0.2.10"}, "--flags: is missing");
  ExpectUsage({"0x27", "--for", "strongswan", "--portal", "192.0.2.10", "--target-port", "0"},
              "--target-port: ");
}

TEST_F(RenderTool, SelectorsPortsAndLifetimesGoIn) {
  const ToolResult result = Run({"0x47", "--for", "strongswan", "--portal", "192.0.2.10", "--local",
                                 "192.0.2.1", "--local-ts", "10.1.0.0/16", "--target-port", "860",
                                 "--ike-lifetime", "1000", "--esp-lifetime", "100,200"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"remote_ts = 10.1.0.0/16\n", "local_ts = 192.0.2.10/32[tcp/860]\n",
                           "over_time = 100s\n", "life_time = 100s\n", "life_bytes = 204800\n"})
    EXPECT_THAT(result.out, HasSubstr(part));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
