// load against serve, over loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Load : public testing::Test {
 protected:
  Arguments Storm(const Arguments& more) const {
    return Arguments{"load",
                     "--portal",
                     serving.place,
                     "--local",
                     "127.1.0.0:0",
                     "--flags",
                     "0x27",
                     "--key-file",
                     key,
                     "--ike",
                     "aes128-sha256-curve25519",
                     "--esp",
                     "aes128-sha1"} +
           more;
  }
  json Run(const Arguments& more, int code = 0) const {
    const ToolResult result = RunTool(Storm(more + Arguments{"--json", "--quiet"}));
    EXPECT_EQ(result.exit_code, code) << result.err << result.out;
    return json::parse(result.out, nullptr, false);
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", "0x00112233445566778899aabbccddeeff\n");
  Serving serving{key, "0x2f", {"--ike", "aes128-sha256-curve25519", "--esp", "aes128-sha1"}};
};

TEST_F(Load, LogsEveryHbaIn) {
  const json result = Run({"--hbas", "20", "--addresses", "20", "--concurrency", "8"});
  EXPECT_EQ(result["logins"]["wanted"], 20);
  EXPECT_EQ(result["logins"]["established"], 20);
  EXPECT_EQ(result["logins"]["failed"], 0);
  EXPECT_EQ(result["loop"], "closed");
  for (const char* stage : {"first_answer", "phase1", "child", "from_intended"})
    EXPECT_EQ(result["latency_us"][stage]["count"], 20) << stage;
  EXPECT_LE(result["latency_us"]["first_answer"]["p50"], result["latency_us"]["phase1"]["p50"]);
  EXPECT_LE(result["latency_us"]["phase1"]["p50"], result["latency_us"]["child"]["p50"]);
  EXPECT_TRUE(serving.process.WaitForOut("at 127.1.0.19:"));
  EXPECT_TRUE(serving.process.WaitForOut("session 20: phase 1 closed by the peer"));
}

TEST_F(Load, LaterLoginsEndTheSessionOfTheirHba) {
  const json result = Run({"--hbas", "2", "--addresses", "2", "--logins", "10"});
  EXPECT_EQ(result["logins"]["established"], 10);
  EXPECT_TRUE(serving.process.WaitForOut("session 10: phase 1 closed by the peer"));
}

TEST_F(Load, OpenLoopKeepsItsRate) {
  const json result = Run({"--hbas", "40", "--addresses", "40", "--rate", "100"});
  EXPECT_EQ(result["loop"], "open");
  EXPECT_EQ(result["logins"]["established"], 40);
  EXPECT_GE(result["seconds"], 0.38);
}

TEST_F(Load, MixesWordsAndNumbersIdentities) {
  const json result =
      Run({"--hbas", "4", "--addresses", "4", "--mix", "0x27=3;0x2b", "--id", "fqdn:hba#.example"});
  EXPECT_EQ(result["logins"]["established"], 4);
  EXPECT_TRUE(serving.process.WaitForOut("fqdn:hba3.example at 127.1.0.3"));
  EXPECT_TRUE(serving.process.WaitForOut("aggressive mode"));
}

TEST_F(Load, BreachedThresholdsSetTheExitCode) {
  const json result =
      Run({"--hbas", "2", "--addresses", "2", "--fail-if", "max>0us", "--fail-if", "failed>0"}, 4);
  EXPECT_EQ(result["breached"], json::parse(R"(["max>0us"])"));
}

TEST_F(Load, FailuresAreCountedByCode) {
  const json result = Run({"--hbas", "3", "--addresses", "3", "--remote-ts", "10.9.9.9"}, 4);
  EXPECT_EQ(result["logins"]["failed"], 3);
  EXPECT_EQ(result["failures"][0]["code"], "PEER_REFUSED");
  EXPECT_EQ(result["failures"][0]["count"], 3);
}

TEST_F(Load, ASignalEndsItWithAReport) {
  ToolProcess process(
      Storm({"--hbas", "5", "--addresses", "5", "--duration", "60", "--rate", "50"}));
  EXPECT_TRUE(serving.process.WaitForOut("session 5: child SA established"));
  process.Signal(SIGINT);
  const ToolResult result = process.Finish();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("interrupted by a signal"));
  EXPECT_THAT(result.out, HasSubstr("(open loop, 50 a second wanted)"));
}

TEST_F(Load, WritesTheHistogram) {
  const std::string file = folder.Path("login.hgrm");
  Run({"--hbas", "3", "--addresses", "3", "--hgrm", file});
  EXPECT_THAT(ReadFile(file), HasSubstr("Total count    =            3]"));
}

// Every HBA behind one address and port, at a portal that takes bundles and at one that does not.
TEST_F(Load, SegmentsOfOneAddressLogIn) {
  EXPECT_EQ(Run({"--hbas", "60", "--segment"})["logins"]["established"], 60);
  const Serving bundles{
      key, "0x2f", {"--ike", "aes128-sha256-curve25519", "--esp", "aes128-sha1", "--segment"}};
  const ToolResult result =
      RunTool({"load", "--portal", bundles.place, "--local", "127.1.0.0:0", "--hbas", "60",
               "--segment", "--flags", "0x27", "--key-file", key, "--ike",
               "aes128-sha256-curve25519", "--esp", "aes128-sha1", "--json", "--quiet"});
  EXPECT_EQ(json::parse(result.out)["logins"]["established"], 60) << result.err;
}

TEST_F(Load, ThreadsShareTheWork) {
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

TEST_F(Load, ThreadsAddTheirFailures) {
  const json result =
      Run({"--hbas", "4", "--addresses", "4", "--threads", "2", "--remote-ts", "10.9.9.9"}, 4);
  EXPECT_EQ(result["logins"]["failed"], 4);
  ASSERT_EQ(result["failures"].size(), 1U);
  EXPECT_EQ(result["failures"][0]["count"], 4);
}

TEST_F(Load, ThreadsKeepTheRateTogether) {
  const json result = Run({"--hbas", "40", "--addresses", "40", "--rate", "100", "--threads", "2"});
  EXPECT_EQ(result["logins"]["established"], 40);
  EXPECT_GE(result["seconds"], 0.38);
  EXPECT_LE(result["seconds"], 10);
}

TEST_F(Load, ASignalEndsAllThreads) {
  ToolProcess process(Storm(
      {"--hbas", "6", "--addresses", "6", "--duration", "60", "--rate", "50", "--threads", "3"}));
  EXPECT_TRUE(serving.process.WaitForOut("session 6: child SA established"));
  process.Signal(SIGINT);
  const ToolResult result = process.Finish();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("interrupted by a signal"));
}

// Both ends have several engines, and the NAT port beside: each message finds its own.
TEST_F(Load, ThreadsAgainstThreads) {
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
    EXPECT_THAT(served.out, HasSubstr("served: 60 sessions established, 0 failed, 60 children\n"));
  }
}

TEST_F(Load, BadInputIsNamed) {
  const auto refused = [&](const Arguments& more, const char* text) {
    const ToolResult result = RunTool(Storm(more));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(text));
  };
  refused({"--hbas", "0"}, "--hbas: ");
  refused({"--rate", "5", "--concurrency", "5"}, "--rate: ");
  refused({"--threads", "0"}, "--threads: ");
  refused({"--threads", "3", "--hbas", "2"}, "--threads: are more than --hbas");
  refused({"--threads", "3", "--concurrency", "2"}, "--threads: are more than --concurrency");
  refused({"--threads", "2", "--segment"}, "--segment: passes the datagrams of many sessions");
  refused({"--threads", "2", "-v"}, "--threads: -v and the output files show one engine");
  refused({"--mix", "0x27;;"}, "--mix: ");
  refused({"--fail-if", "p99"}, "--fail-if: \"p99\" has no < or >");
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
