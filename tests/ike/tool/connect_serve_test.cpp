// connect against serve, two processes over loopback on free ports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ConnectServe : public testing::Test {
 protected:
  Arguments Connect(const std::string& place, const std::string& word,
                    const Arguments& more = {}) const {
    return Arguments{"connect", "--portal", place,        "--local", "127.0.0.1:0",
                     "--flags", word,       "--key-file", key} +
           more;
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", "0x00112233445566778899aabbccddeeff\n");
};

struct Combination {
  const char* name;
  const char* word;
  const char* exchange;
  const char* mode;
  bool pfs;
};

void PrintTo(const Combination& c, std::ostream* out) { *out << c.name; }

class EveryCombination : public ConnectServe, public testing::WithParamInterface<Combination> {};

TEST_P(EveryCombination, Establishes) {
  Serving serving(key, GetParam().word);
  const ToolResult result = RunTool(Connect(serving.place, GetParam().word, {"--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  const json object = json::parse(result.out);
  EXPECT_EQ(object["outcome"], "established");
  EXPECT_EQ(object["phase1"]["exchange"], GetParam().exchange);
  EXPECT_EQ(object["children"][0]["mode"], GetParam().mode);
  EXPECT_EQ(object["children"][0]["pfs_group"].is_null(), !GetParam().pfs);
  EXPECT_TRUE(serving.process.WaitForOut("closed"));
  EXPECT_EQ(serving.Stop().exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Words, EveryCombination,
    testing::Values(Combination{"MainTransport", "0x27", "main", "transport", false},
                    Combination{"MainTransportPfs", "0x37", "main", "transport", true},
                    Combination{"MainTunnel", "0x47", "main", "tunnel", false},
                    Combination{"MainTunnelPfs", "0x57", "main", "tunnel", true},
                    Combination{"AggressiveTransport", "0x2b", "aggressive", "transport", false},
                    Combination{"AggressiveTransportPfs", "0x3b", "aggressive", "transport", true},
                    Combination{"AggressiveTunnel", "0x4b", "aggressive", "tunnel", false},
                    Combination{"AggressiveTunnelPfs", "0x5b", "aggressive", "tunnel", true}),
    [](const auto& combination) { return combination.param.name; });

TEST_F(ConnectServe, ServePrintsAReadyLineAndAJsonLineForEachEvent) {
  Serving serving(key, "0x27", {"--json"});
  ASSERT_EQ(RunTool(Connect(serving.place, "0x27")).exit_code, 0);
  EXPECT_TRUE(serving.process.WaitForOut("session_closed"));
  const ToolResult result = serving.Stop();
  EXPECT_EQ(result.exit_code, 0);
  std::istringstream lines(result.out);
  std::vector<std::string> events;
  for (std::string line; std::getline(lines, line);) {
    const json object = json::parse(line);
    events.push_back(object.at("event"));
    for (const char* member : {"outcome", "phase1", "children", "failure", "suspicions"})
      EXPECT_TRUE(object.contains(member)) << member << " in " << line;
    EXPECT_EQ(object.at("session"), events.back() == "ready" ? json() : json(1)) << line;
    if (events.back() == "child_established") {
      EXPECT_EQ(object["outcome"], "established");
      EXPECT_EQ(object["phase1"]["exchange"], "main");
      EXPECT_EQ(object["children"].size(), 1U);
      EXPECT_EQ(object["failure"], nullptr);
    }
  }
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events[0], "ready");
  EXPECT_EQ(events[1], "phase1_established");
  EXPECT_EQ(events[2], "child_established");
}

TEST_F(ConnectServe, ServePrintsOneTextLineForEachEvent) {
  Serving serving(key, "0x27");
  EXPECT_THAT(serving.process.out(), StartsWith("ready: listening on 127.0.0.1:"));
  EXPECT_THAT(serving.process.out(), HasSubstr("policy 0x27"));
  ASSERT_EQ(RunTool(Connect(serving.place, "0x27")).exit_code, 0);
  EXPECT_TRUE(serving.process.WaitForOut("phase 1 closed"));
  std::istringstream lines(serving.Stop().out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_TRUE(line.starts_with("ready: ") || line.starts_with("session ")) << line;
  EXPECT_GE(count, 4);
}

TEST_F(ConnectServe, QuietServePrintsOneSummaryInTheEnd) {
  Serving serving(key, "0x27", {"--quiet"});
  ASSERT_EQ(RunTool(Connect(serving.place, "0x27")).exit_code, 0);
  ASSERT_EQ(RunTool(Connect(serving.place, "0x27", {"--phase1-only"})).exit_code, 0);
  ASSERT_EQ(RunTool(Connect(serving.place, "0x27", {"--esp", "aes256gcm16"})).exit_code, 4);
  const ToolResult result = serving.Stop();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, StartsWith("ready: listening on 127.0.0.1:"));
  EXPECT_EQ(result.out.substr(result.out.find('\n') + 1),
            "served: 3 sessions established, 1 failed, 1 children, 0 datagrams lost unread\n");
}

TEST_F(ConnectServe, QuietServePrintsItsSummaryAsJson) {
  Serving serving(key, "0x27", {"--quiet", "--json"});
  ASSERT_EQ(RunTool(Connect(serving.place, "0x27")).exit_code, 0);
  const ToolResult result = serving.Stop(SIGINT);
  EXPECT_EQ(result.exit_code, 0);
  const json summary = json::parse(result.out.substr(result.out.find('\n') + 1));
  EXPECT_EQ(summary["event"], "summary");
  EXPECT_EQ(summary["established"], 1);
  EXPECT_EQ(summary["failed"], 0);
  EXPECT_EQ(summary["child_sas"], 1);
  EXPECT_EQ(summary["lost"], 0);
  EXPECT_EQ(summary["main_answered"], 1);
  EXPECT_EQ(summary["sources_verified"], 1);
  EXPECT_EQ(summary["half_open"], 0);
  for (const char* member : {"session", "outcome", "phase1", "children", "failure", "suspicions"})
    EXPECT_TRUE(summary.contains(member)) << member;
}

TEST_F(ConnectServe, ServeTellsItsCountersWhenAsked) {
  for (const char* threads : {"1", "3"}) {
    Serving serving(key, "0x27", {"--json", "--threads", threads});
    ASSERT_EQ(RunTool(Connect(serving.place, "0x27")).exit_code, 0);
    serving.process.Signal(SIGUSR1);
    ASSERT_TRUE(serving.process.WaitForOut("\"event\":\"summary\"")) << threads;
    EXPECT_TRUE(serving.process.WaitForOut("\"sources_verified\":1")) << threads;
    EXPECT_EQ(serving.Stop().exit_code, 0);
  }
}

// Lines of several engines stay whole, and their sessions have different numbers.
TEST_F(ConnectServe, ThreadsOfServeNumberTheirSessionsApart) {
  Serving serving(key, "0x27", {"--json", "--threads", "3"});
  for (int i = 0; i < 8; ++i) ASSERT_EQ(RunTool(Connect(serving.place, "0x27")).exit_code, 0);
  const ToolResult result = serving.Stop();
  EXPECT_EQ(result.exit_code, 0);
  std::istringstream lines(result.out);
  std::set<int> sessions;
  for (std::string line; std::getline(lines, line);) {
    const json object = json::parse(line);
    if (object["event"] != "phase1_established") continue;
    EXPECT_TRUE(sessions.insert(object["session"].get<int>()).second) << line;
  }
  EXPECT_EQ(sessions.size(), 8U);
}

TEST_F(ConnectServe, ThreadsOfServeCannotBeWatched) {
  const ToolResult result =
      RunTool({"serve", "--local", "127.0.0.1:0", "--flags", "0x27", "--key-file", key, "--threads",
               "2", "--pcap", folder.Path("x.pcapng")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--threads: -v and the output files show one engine"));
}

TEST_F(ConnectServe, ServeOnAllAddressesAnswersFromTheOneThatWasAsked) {
  ToolProcess serve({"serve", "--local", "0.0.0.0:0", "--flags", "0x27", "--key-file", key});
  ASSERT_TRUE(serve.WaitForOut("\n"));
  const std::string& ready = serve.out();
  const auto at = ready.find("0.0.0.0:") + 8;
  const std::string port = ready.substr(at, ready.find(',', at) - at);
  const ToolResult result = RunTool(Connect("127.0.0.9:" + port, "0x27", {"--json"}));
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_EQ(json::parse(result.out)["phase1"]["identities"]["remote"], "ipv4:127.0.0.9");
}

TEST_F(ConnectServe, ServeStopsCleanlyOnEitherSignal) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Serving serving(key, "0x27");
    const ToolResult result = serving.Stop(signal);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.out, StartsWith("ready: "));
  }
}

TEST_F(ConnectServe, StoppingServeDeletesTheSasOfAHoldingPeer) {
  Serving serving(key, "0x27");
  ToolProcess connect(Connect(serving.place, "0x27", {"--hold", "20"}));
  ASSERT_TRUE(connect.WaitForOut("child SA"));
  ASSERT_TRUE(serving.process.WaitForOut("child SA"));
  EXPECT_EQ(serving.Stop().exit_code, 0);
  EXPECT_TRUE(connect.WaitForOut("deleted by the peer"));
  connect.Signal(SIGINT);
  EXPECT_EQ(connect.Finish(std::chrono::seconds(5)).exit_code, 0);
}

TEST_F(ConnectServe, KeepSendsNoDeletes) {
  Serving serving(key, "0x27");
  ASSERT_EQ(RunTool(Connect(serving.place, "0x27", {"--keep"})).exit_code, 0);
  ASSERT_TRUE(serving.process.WaitForOut("child SA established"));
  EXPECT_FALSE(serving.process.WaitForOut("closed by the peer", std::chrono::milliseconds(200)));
}

TEST_F(ConnectServe, HoldStaysThatLong) {
  Serving serving(key, "0x27");
  const ToolResult result = RunTool(Connect(serving.place, "0x27", {"--hold", "1"}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_GE(result.took.count(), 1000);
  EXPECT_TRUE(serving.process.WaitForOut("closed by the peer"));
}

TEST_F(ConnectServe, NobodyThereIsATimeout) {
  std::string place;
  {
    Serving gone(key, "0x27");
    place = gone.place;
  }
  const ToolResult result = RunTool(Connect(place, "0x27", {"--timeout", "1", "--json"}));
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_LT(result.took.count(), 3000);
  const json object = json::parse(result.out);
  EXPECT_EQ(object["outcome"], "failed");
  EXPECT_EQ(object["failure"]["code"], "NO_RESPONSE");
  EXPECT_EQ(object["failure"]["blame"], "timeout");
}

TEST_F(ConnectServe, SuitesWithoutCommonGroundAreExplainedByTheResponder) {
  Serving serving(key, "0x27", {"--ike", "aes256-sha384-ecp384"});
  const ToolResult result =
      RunTool(Connect(serving.place, "0x27", {"--ike", "aes128-sha1-modp2048", "--timeout", "1"}));
  EXPECT_THAT(result.exit_code, testing::AnyOf(4, 5)) << result.out;
  EXPECT_TRUE(serving.process.WaitForOut("NO_PHASE1_PROPOSAL"));
  EXPECT_THAT(serving.Stop().out, HasSubstr("ecp384"));
}

TEST_F(ConnectServe, ChildWithoutCommonGroundFailsWith4) {
  Serving serving(key, "0x27", {"--esp", "aes256gcm16"});
  const ToolResult result =
      RunTool(Connect(serving.place, "0x27", {"--esp", "aes128-sha1", "--json"}));
  EXPECT_EQ(result.exit_code, 4) << result.err << result.out;
  const json object = json::parse(result.out);
  EXPECT_EQ(object["outcome"], "failed");
  EXPECT_EQ(object["phase1"]["exchange"], "main");
  EXPECT_TRUE(serving.process.WaitForOut("NO_PHASE2_PROPOSAL"));
}

TEST_F(ConnectServe, RequiredIdentityOfThePeerIsChecked) {
  Serving serving(key, "0x27");
  const ToolResult right = RunTool(Connect(serving.place, "0x27", {"--peer-id", "ipv4:127.0.0.1"}));
  EXPECT_EQ(right.exit_code, 0) << right.err << right.out;
  const ToolResult wrong = RunTool(
      Connect(serving.place, "0x27", {"--peer-id", "fqdn:other.example", "--timeout", "2"}));
  EXPECT_EQ(wrong.exit_code, 4) << wrong.err << wrong.out;
  EXPECT_THAT(wrong.out, HasSubstr("PEER_IDENTITY"));
}

TEST_F(ConnectServe, DiffieHellmanInThreadsServesAsWell) {
  Serving serving(key, "0x37", {"--dh-threads", "2"});
  EXPECT_EQ(RunTool(Connect(serving.place, "0x37")).exit_code, 0);
  EXPECT_EQ(serving.Stop().exit_code, 0);
}

TEST_F(ConnectServe, PortInUseIsOneLine) {
  Serving serving(key, "0x27");
  const ToolResult second =
      RunTool({"serve", "--local", serving.place, "--flags", "0x27", "--key-file", key});
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_EQ(second.out, "");
  EXPECT_THAT(second.err, HasSubstr(serving.place));
  EXPECT_THAT(second.err, HasSubstr("in use"));
}

TEST_F(ConnectServe, BothModesFallBackToAggressiveOnlyWithoutAnAnswer) {
  Serving serving(key, "0x2b");
  const ToolResult result = RunTool(Connect(serving.place, "0x2f", {"--json", "--timeout", "4"}));
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_EQ(json::parse(result.out)["phase1"]["exchange"], "aggressive");
}

TEST_F(ConnectServe, AnotherKeyIsNamedAsTheLikelyCause) {
  Serving serving(key, "0x2f");
  const std::string other = folder.Write("other", "another key altogether\n");
  Arguments main_mode = Connect(serving.place, "0x27", {"--timeout", "2"});
  std::replace(main_mode.begin(), main_mode.end(), key, other);
  const ToolResult by_silence = RunTool(main_mode);
  EXPECT_EQ(by_silence.exit_code, 5) << by_silence.out;
  EXPECT_THAT(by_silence.out, HasSubstr("another pre-shared key"));
  EXPECT_TRUE(serving.process.WaitForOut("KEYS_DIFFER"));
  Arguments aggressive = Connect(serving.place, "0x2b", {"--timeout", "2"});
  std::replace(aggressive.begin(), aggressive.end(), key, other);
  const ToolResult by_hash = RunTool(aggressive);
  EXPECT_EQ(by_hash.exit_code, 4) << by_hash.out;
  EXPECT_THAT(by_hash.out, HasSubstr("HASH_MISMATCH"));
  // Both ends show a fingerprint, and the two differ.
  const std::string label = "fingerprint ";
  const std::string served = serving.Stop().err;
  ASSERT_THAT(served, HasSubstr(label));
  const std::string theirs = served.substr(served.find(label), label.size() + 8);
  EXPECT_THAT(by_hash.out, HasSubstr(label));
  EXPECT_THAT(by_hash.out, Not(HasSubstr(theirs)));
}

TEST_F(ConnectServe, FingerprintOfAWeakKeyIsWithheld) {
  const std::string weak = folder.Write("weak", "changeme");
  Serving serving(weak, "0x2b");
  Arguments connect = Connect(serving.place, "0x2b", {"--timeout", "2"});
  std::replace(connect.begin(), connect.end(), key, folder.Write("other", "password"));
  const ToolResult result = RunTool(connect);
  EXPECT_THAT(result.out, HasSubstr("HASH_MISMATCH"));
  EXPECT_THAT(result.out, HasSubstr("of this end: withheld: the key is weak"));
  EXPECT_THAT(serving.Stop().err, HasSubstr("key fingerprint withheld: the key is weak"));
}

TEST_F(ConnectServe, InterruptedConnectBlamesThisEndAndKeepsTheLastSuspicion) {
  Serving serving(key, "0x27", {"--ike", "aes256-sha384-ecp384"});
  const auto interrupted = [&](const Arguments& more) {
    ToolProcess connect(
        Connect(serving.place, "0x27", Arguments{"--ike", "aes128-sha1-modp2048"} + more));
    EXPECT_TRUE(serving.process.WaitForOut("NO_PHASE1_PROPOSAL"));
    connect.WaitForOut("never printed", std::chrono::milliseconds(400));
    connect.Signal(SIGINT);
    return connect.Finish(std::chrono::seconds(5));
  };
  const ToolResult object = interrupted({"--json"});
  EXPECT_EQ(object.exit_code, 4) << object.err;
  const json failure = json::parse(object.out)["failure"];
  EXPECT_EQ(json::parse(object.out)["outcome"], "failed");
  EXPECT_EQ(failure["blame"], "local");
  EXPECT_THAT(failure["text"].get<std::string>(), StartsWith("interrupted"));
  ASSERT_FALSE(failure["details"].empty()) << object.out;
  EXPECT_THAT(failure["details"][0].get<std::string>(), HasSubstr("NO-PROPOSAL-CHOSEN"));
  const ToolResult text = interrupted({});
  EXPECT_EQ(text.exit_code, 4);
  EXPECT_THAT(text.out, HasSubstr("failed: CLOSED (local)\n  interrupted by a signal"));
  EXPECT_THAT(text.out, HasSubstr("  - suspected last: PEER_REFUSED"));
}

TEST_F(ConnectServe, ServeWarnsOfAKeyForEveryPeerInMainMode) {
  const std::string warning =
      "warning: MAIN_MODE_ANY_PEER: main mode with one key for every peer "
      "address; it is the key of this command line, serve --peer";
  EXPECT_THAT(Serving(key, "0x27").Stop().err, HasSubstr(warning));
  EXPECT_THAT(Serving(key, "0x27", {"--peer", "127.0.0.1"}).Stop().err, Not(HasSubstr("ANY_PEER")));
  EXPECT_THAT(Serving(key, "0x2b").Stop().err, Not(HasSubstr("ANY_PEER")));
}

TEST_F(ConnectServe, KeyTextThatWasHardlyMeantIsWarnedOf) {
  const auto warned = [&](const std::string& text) {
    return RunTool({"demo", "--key-file", folder.Write("odd", text)}).err;
  };
  EXPECT_THAT(warned("\xEF\xBB\xBF"
                     "9fK2mQx7RbT4wYz8LcVn5HsJ"),
              HasSubstr("begins with a byte order"));
  EXPECT_THAT(warned(" 9fK2mQx7RbT4wYz8LcVn5HsJ"), HasSubstr("begins with a blank"));
  EXPECT_THAT(warned("9fK2mQx7RbT4wYz8LcVn5HsJ \n"),
              HasSubstr("warning: --key-file: the key ends with a blank, which is taken as part"));
  EXPECT_THAT(warned("9fK2mQx7RbT4\rwYz8LcVn5HsJ\r\n"), HasSubstr("holds a carriage return"));
  EXPECT_THAT(warned("9fK2mQx7RbT4wYz8LcVn5HsJ\n\n"), HasSubstr("holds a control octet"));
  EXPECT_EQ(warned("9fK2mQx7RbT4 wYz8LcVn5HsJ\r\n"), "");
  EXPECT_EQ(warned("0x00112233445566778899aabbccddeeff\n"), "");
}

TEST_F(ConnectServe, Ipv6LoopbackServesAsWell) {
  ToolProcess serve({"serve", "--local", "[::1]:0", "--flags", "0x37", "--key-file", key});
  if (!serve.WaitForOut("\n")) GTEST_SKIP() << "no IPv6 on this machine";
  const std::string& ready = serve.out();
  const auto at = ready.find("[::1]:");
  const std::string place = ready.substr(at, ready.find(',', at) - at);
  const ToolResult result = RunTool({"connect", "--portal", place, "--local", "[::1]:0", "--flags",
                                     "0x37", "--key-file", key, "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_EQ(json::parse(result.out)["phase1"]["identities"]["remote"], "ipv6:::1");
}

TEST_F(ConnectServe, ResponderMayRefusePfs) {
  Serving serving(key, "0x27", {"--refuse-pfs"});
  EXPECT_EQ(RunTool(Connect(serving.place, "0x37")).exit_code, 4);
  EXPECT_TRUE(serving.process.WaitForOut("PFS"));
}

TEST_F(ConnectServe, DisabledWordIsAPolicyNo) {
  const ToolResult result = RunTool(Connect("127.0.0.1:5500", "0x01", {"--json"}));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(json::parse(result.out)["failure"]["code"], "IPSEC_DISABLED");
  EXPECT_EQ(json::parse(result.out).at("suspicions"), json::array());
}

TEST_F(ConnectServe, KeyOnTheCommandLineIsGoneFromTheProcessList) {
  ToolProcess serve(
      {"serve", "--local", "127.0.0.1:0", "--flags", "0x27", "--key", "hunter2-hunter2-hunter2"});
  ASSERT_TRUE(serve.WaitForOut("ready"));
  const std::string listed = ReadFile("/proc/" + std::to_string(serve.pid()) + "/cmdline");
  EXPECT_THAT(listed, HasSubstr("--key"));
  EXPECT_THAT(listed, Not(HasSubstr("hunter2")));
  serve.Signal(SIGTERM);
  const ToolResult result = serve.Finish(std::chrono::seconds(5));
  EXPECT_THAT(result.err, HasSubstr("warning: --key"));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("hunter2")));
}

TEST_F(ConnectServe, KeysComeFromFileDescriptorStandardInputOrConfig) {
  const std::string record = R"({"AuthMethod":1,"SecurityFlags":39,"IdType":1,"Id":[127,0,0,1],)"
                             R"("Key":[0,17,34,51,68,85,102,119,136,153,170,187,204,221,238,255]})";
  const std::string text = "0x00112233445566778899AABBCCDDEEFF";
  Serving serving(key, "0x27");
  const Arguments base{"connect", "--portal", serving.place, "--local", "127.0.0.1:0"};
  EXPECT_EQ(RunTool(base + Arguments{"--flags", "0x27", "--key-file", "-"}, text).exit_code, 0);
  EXPECT_EQ(RunTool(base + Arguments{"--flags", "0x27", "--key-fd", "0"}, text).exit_code, 0);
  EXPECT_EQ(RunTool(base + Arguments{"--flags", "0x27", "--key", text}).exit_code, 0);
  EXPECT_EQ(RunTool(base + Arguments{"--config", "-"}, record).exit_code, 0);
  // A key that looks like an option is taken where it cannot be one, and shown nowhere.
  const Arguments dashes{"--flags", "0x27", "--key=--a-key-of-some-length-1"};
  const ToolResult taken = RunTool(Arguments{"explain"} + dashes);
  EXPECT_EQ(taken.exit_code, 0) << taken.err;
  const ToolResult refused = RunTool({"explain", "0x27", "--key", "--a-key-of-some-length-1"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, Not(HasSubstr("some-length")));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
