// load against serve, over loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/ike/tool/load_storm.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;

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

// Several logins of one HBA are under way at a time: whatever is established is deleted, too.
TEST_F(Load, LeavesNoSessionBehind) {
  ToolProcess process(Storm({"--hbas", "4", "--addresses", "4", "--concurrency", "16", "--logins",
                             "200", "--json", "--quiet"}));
  serving.process.WaitForOut("session 200: phase 1 closed by the peer");
  EXPECT_EQ(json::parse(process.Finish().out)["logins"]["established"], 200);
  EXPECT_EQ(ClosedOf(200), 200U);
}

TEST_F(Load, TheEndOfItsTimeLeavesNoSessionBehind) {
  ToolProcess process(Storm({"--hbas", "4", "--addresses", "4", "--concurrency", "16", "--duration",
                             "1", "--json", "--quiet"}));
  for (int i = 0; i < 20; ++i) serving.process.WaitForOut("never", std::chrono::milliseconds(100));
  const ToolResult result = process.Finish();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_GT(json::parse(result.out)["logins"]["established"], 0);
  EXPECT_GT(json::parse(result.out)["logins"]["unfinished"], 0);
  const std::size_t established = Count(serving.process.out(), "phase 1 established");
  EXPECT_GT(established, 0U);
  EXPECT_EQ(ClosedOf(established), established);
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

TEST_F(Load, AMixNeedsNoOtherWord) {
  const ToolResult result =
      RunTool({"load", "--portal", serving.place, "--local", "127.1.0.0:0", "--mix", "0x27;0x2b",
               "--key-file", key, "--ike", "aes128-sha256-curve25519", "--esp", "aes128-sha1",
               "--hbas", "4", "--addresses", "4", "--quiet"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("4 HBAs at 4 addresses, 1 thread, word 0x27;0x2b, IKE aes128-"
                                    "sha256-curve25519, ESP aes128-sha1\n"));
}

TEST_F(Load, TellsItsConditionsAndTheDistribution) {
  const json result = Run({"--hbas", "20", "--addresses", "5", "--concurrency", "8"});
  EXPECT_EQ(result["conditions"], json::parse(R"({"hbas": 20, "addresses": 5, "concurrency": 8,
      "rate": null, "duration": null, "threads": 1, "segment": false, "words": "0x27",
      "suite": null, "ike": ["aes128-sha256-curve25519"], "esp": ["aes128-sha1"]})"));
  std::uint64_t count = 0;
  for (const json& step : result["histogram"]) count += step[1].get<std::uint64_t>();
  EXPECT_EQ(count, 20U);
  EXPECT_GE(result["histogram"].back()[0], result["latency_us"]["from_intended"]["max"]);
}

TEST_F(Load, AnotherKeyIsHinted) {
  const std::string other = folder.Write("other", "0xffeeddccbbaa99887766554433221100\n");
  const ToolResult result = RunTool({"load",
                                     "--portal",
                                     serving.place,
                                     "--local",
                                     "127.1.0.0:0",
                                     "--flags",
                                     "0x27",
                                     "--key-file",
                                     other,
                                     "--ike",
                                     "aes128-sha256-curve25519",
                                     "--esp",
                                     "aes128-sha1",
                                     "--hbas",
                                     "2",
                                     "--timeout",
                                     "2",
                                     "--fail-if",
                                     "p99>1s",
                                     "--json",
                                     "--quiet"});
  EXPECT_EQ(result.exit_code, 4) << result.out;
  const json line = json::parse(result.out);
  EXPECT_TRUE(line["latency_us"]["child"]["p50"].is_null());
  EXPECT_EQ(line["breached"].size(), 1U);
  ASSERT_FALSE(line["failures"].empty());
  EXPECT_THAT(line["failures"][0]["details"].dump(),
              HasSubstr("fingerprint of the key of this end: "))
      << result.out;
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
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.out, HasSubstr("interrupted by a signal"));
  EXPECT_THAT(result.out, HasSubstr("(open loop, 50 a second wanted)"));
}

TEST_F(Load, WritesTheHistogram) {
  const std::string file = folder.Path("login.hgrm");
  Run({"--hbas", "3", "--addresses", "3", "--hgrm", file});
  EXPECT_THAT(ReadFile(file), HasSubstr("Total count    =            3]"));
}

TEST_F(Load, HistogramMustBeWritable) {
  const auto refused = [&](const std::string& file, const std::string& text) {
    const ToolResult result = RunTool(Storm({"--hbas", "1", "--hgrm", file}));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("--hgrm: " + text));
  };
  refused("/nonexistent/x", "/nonexistent/x: No such file");
  refused("-", "writes a file");
  refused(key, "is the file of --key-file");
  EXPECT_THAT(serving.process.out(), testing::Not(HasSubstr("session")));
  EXPECT_THAT(ReadFile(key), HasSubstr("0x0011"));
  const std::string old = folder.Write("old.hgrm", std::string(100000, 'x'));
  Run({"--hbas", "1", "--hgrm", old});
  EXPECT_LT(ReadFile(old).size(), 100000U);
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
  refused({"--peer-pid", "2147483647"}, "--peer-pid: 2147483647 is no process of this machine");
  refused({"--fail-if", "p99"}, "--fail-if: \"p99\" has no < or >");
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
