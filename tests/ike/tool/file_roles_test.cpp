// One file has one role: no output overwrites an input or another output, whatever it is called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/ike/tool/tool_process.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using Arguments = ToolProcess::Arguments;

constexpr const char* kKey = "0x00112233445566778899aabbccddeeff\n";

class FileRoles : public testing::Test {
 protected:
  // Refused: exit code 2 and one line that names both options.
  static void ExpectRefused(const Arguments& arguments, const std::string& option,
                            const std::string& other, const std::string& input = {}) {
    const ToolResult result = RunTool(arguments, input);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_THAT(result.err, AllOf(StartsWith("iscsi-ike: " + option + ": is the file of " + other),
                                  testing::EndsWith("\n")));
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
    EXPECT_EQ(result.out, "");
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", kKey);
};

TEST_F(FileRoles, NoOutputMayBeTheKeyFile) {
  for (const char* option : {"--pcap", "--pcap-clear", "--keylog", "--esp-keylog", "--secrets"}) {
    ExpectRefused({"demo", "--key-file", key, option, key}, option, "--key-file");
    EXPECT_EQ(ReadFile(key), kKey);
  }
}

TEST_F(FileRoles, NoOutputMayBeTheConfig) {
  const std::string text = R"({"defaults": {"securityBitmap": "0x27"}})";
  const std::string config = folder.Write("config.json", text);
  ExpectRefused({"demo", "--config", config, "--pcap", config}, "--pcap", "--config");
  EXPECT_EQ(ReadFile(config), text);
}

TEST_F(FileRoles, LinksAndOtherSpellingsAreTheSameFile) {
  ASSERT_EQ(symlink(key.c_str(), folder.Path("symbolic").c_str()), 0);
  ASSERT_EQ(link(key.c_str(), folder.Path("hard").c_str()), 0);
  for (const char* name : {"symbolic", "hard", "./key", ".//key"})
    ExpectRefused({"demo", "--key-file", key, "--pcap", folder.Path(name)}, "--pcap", "--key-file");
  EXPECT_EQ(ReadFile(key), kKey);
}

TEST_F(FileRoles, OutputsThatAreNotThereYetAreComparedToo) {
  ASSERT_EQ(symlink("new", folder.Path("to-new").c_str()), 0);
  const std::string file = folder.Path("new");
  for (const std::string& other : {file, folder.Path("./new")})
    ExpectRefused({"demo", "--keylog", file, "--secrets", other}, "--secrets", "--keylog");
  ExpectRefused({"demo", "--pcap", folder.Path("to-new"), "--keylog", file}, "--keylog", "--pcap");
  EXPECT_NE(access(file.c_str(), F_OK), 0) << "was created";
}

TEST_F(FileRoles, NothingIsEmptiedWhenARunCannotStart) {
  const std::string pcap = folder.Write("old.pcapng", "a capture");
  ASSERT_EQ(symlink(key.c_str(), folder.Path("link").c_str()), 0);
  EXPECT_EQ(RunTool({"demo", "--pcap", pcap, "--keylog", folder.Path("link")}).exit_code, 2);
  EXPECT_EQ(RunTool({"demo", "--pcap", pcap, "--local-ts", "nonsense"}).exit_code, 2);
  EXPECT_EQ(RunTool({"connect", "--portal", "127.0.0.1:5500", "--flags", "0x27", "--key-file", key,
                     "--local", "127.0.0.1:0", "--pcap", pcap, "--timeout", "never"})
                .exit_code,
            2);
  EXPECT_EQ(ReadFile(pcap), "a capture");
}

TEST_F(FileRoles, FilesOfTheirOwnAreWritten) {
  const std::string pcap = folder.Write("old.pcapng", std::string(100000, 'x'));
  const ToolResult result = RunTool({"demo", "--key-file", key, "--pcap", pcap, "--keylog",
                                     folder.Path("k"), "--secrets", folder.Path("s")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(ReadFile(pcap), StartsWith("\x0A\x0D\x0D\x0A"));
  EXPECT_LT(ReadFile(pcap).size(), 100000U);
  EXPECT_EQ(RunTool({"demo", "--pcap", "/dev/null"}, "").exit_code, 0);
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
