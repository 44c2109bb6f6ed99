// load with several engines, against serve with one and with several.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/load_storm.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class LoadThreads : public Load {};

TEST_F(LoadThreads, ThreadsShareTheWork) {
  const json result = Run({"--hbas", "20", "--addresses", "20", "--logins", "41", "--concurrency",
                           "7", "--threads", "3"});
  EXPECT_EQ(result["logins"]["wanted"], 41);
  EXPECT_EQ(result["logins"]["started"], 41);
  EXPECT_EQ(result["logins"]["established"], 41);
  for (const char* stage : {"first_answer", "phase1", "child", "from_intended"})
    EXPECT_EQ(result["latency_us"][stage]["count"], 41) << stage;
  EXPECT_GT(result["cpu_us_per_login"]["own"], 0);
  EXPECT_TRUE(serving.process.WaitForOut("session 41: phase 1 closed by the peer"));
}

TEST_F(LoadThreads, ProgressIsThatOfAllThreads) {
  const Serving quiet{
      key, "0x2f", {"--ike", "aes128-sha256-curve25519", "--esp", "aes128-sha1", "--quiet"}};
  const ToolResult result = RunTool({"load",
                                     "--portal",
                                     quiet.place,
                                     "--local",
                                     "127.1.0.0:0",
                                     "--flags",
                                     "0x27",
                                     "--key-file",
                                     key,
                                     "--ike",
                                     "aes128-sha256-curve25519",
                                     "--esp",
                                     "aes128-sha1",
                                     "--hbas",
                                     "300",
                                     "--addresses",
                                     "300",
                                     "--rate",
                                     "200",
                                     "--threads",
                                     "2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto at = result.err.find("1 s: ");
  ASSERT_NE(at, std::string::npos) << result.err;
  EXPECT_GT(std::stoi(result.err.substr(at + 5)), 150) << result.err;
}

TEST_F(LoadThreads, ThreadsAddTheirFailures) {
  const json result =
      Run({"--hbas", "4", "--addresses", "4", "--threads", "2", "--remote-ts", "10.9.9.9"}, 4);
  EXPECT_EQ(result["logins"]["failed"], 4);
  ASSERT_EQ(result["failures"].size(), 1U);
  EXPECT_EQ(result["failures"][0]["count"], 4);
}

TEST_F(LoadThreads, ThreadsKeepTheRateTogether) {
  const json result = Run({"--hbas", "40", "--addresses", "40", "--rate", "100", "--threads", "2"});
  EXPECT_EQ(result["logins"]["established"], 40);
  EXPECT_GE(result["seconds"], 0.38);
  EXPECT_LE(result["seconds"], 10);
}

TEST_F(LoadThreads, ASignalEndsAllThreads) {
  ToolProcess process(Storm(
      {"--hbas", "6", "--addresses", "6", "--duration", "60", "--rate", "50", "--threads", "3"}));
  EXPECT_TRUE(serving.process.WaitForOut("session 6: child SA established"));
  process.Signal(SIGINT);
  const ToolResult result = process.Finish();
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.out, HasSubstr("interrupted by a signal"));
}

// Both ends have several engines, and the NAT port beside: each message finds its own.
TEST_F(LoadThreads, ThreadsAgainstThreads) {
  for (const char* nat : {"detect", "force"}) {
    Serving several(key, "0x2f",
                    {"--ike", "aes128-sha256-curve25519", "--esp", "aes128-sha1", "--threads", "3",
                     "--nat-port", "0", "--quiet"});
    ASSERT_EQ(several.places.size(), 2U);
    const ToolResult result = RunTool({"load",
                                       "--portal",
                                       several.place,
                                       "--local",
                                       "127.1.0.0:0",
                                       "--flags",
                                       "0x27",
                                       "--key-file",
                                       key,
                                       "--ike",
                                       "aes128-sha256-curve25519",
                                       "--esp",
                                       "aes128-sha1",
                                       "--hbas",
                                       "60",
                                       "--addresses",
                                       "60",
                                       "--threads",
                                       "2",
                                       "--nat",
                                       nat,
                                       "--nat-port",
                                       "0",
                                       "--peer-nat-port",
                                       several.nat_port(),
                                       "--json",
                                       "--quiet"});
    EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
    EXPECT_EQ(json::parse(result.out)["logins"]["established"], 60);
    const ToolResult served = several.Stop(SIGINT);
    EXPECT_EQ(served.exit_code, 0) << served.err;
    EXPECT_THAT(served.out, HasSubstr("served: 60 sessions established, 0 failed, 60 children, "));
  }
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
