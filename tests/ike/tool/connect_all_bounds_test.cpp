// connect --all: how many at a time, for how long, and what is told meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/ike/tool/connect_all_peers.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(ConnectAll, NoMorePeersAreSpokenWithAtATimeThanAllowed) {
  SilentPeer peer;
  ToolProcess connect(
      Command(Fabric(Row(9)), peer.port, {"--concurrency", "3", "--timeout", "1", "--quiet"}));
  peer.Hear(9, std::chrono::seconds(20));
  const ToolResult result = connect.Finish();
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(peer.first.size(), 9U);
  EXPECT_EQ(peer.MostAtOnce(), 3U);
  EXPECT_GE(result.took, milliseconds(2900));
  EXPECT_LT(result.took, milliseconds(9000));  // not one by one
}

// A word for both modes makes two attempts, and the peer counts as one all along.
TEST_F(ConnectAll, ASecondAttemptIsWithinTheBoundToo) {
  SilentPeer peer;
  json both = Fabric(Row(6));
  both["records"] = json::array({FabricRecord("both", kFabricKey, "0x2f")});
  ToolProcess connect(
      Command(both, peer.port, {"--concurrency", "2", "--timeout", "2", "--quiet", "--json"}));
  peer.Hear(12, std::chrono::seconds(20));
  const ToolResult result = connect.Finish();
  EXPECT_EQ(LinesOf(result.out)[0].at("failed"), 6);
  EXPECT_EQ(peer.first.size(), 12U);
  EXPECT_EQ(peer.MostAtOnce(), 2U);
}

// Two portals at 127.0.1.1 have other words, and are called one after the other. Between the calls
// the peer counts, although no session is under way with it.
TEST_F(ConnectAll, APeerCountsUntilItsLastCallIsOver) {
  ToolProcess serve = Serve("127.0.1.1:0");
  const std::string port = PortOf(serve);
  ToolProcess second = Serve("127.0.1.2:" + port);
  ASSERT_EQ(PortOf(second), port);
  SilentPeer last("127.0.1.4", port);
  json portals = json::array();
  for (const char* address : {"127.0.1.1", "127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4"}) {
    portals.push_back(FabricPortal(address));
    portals.back()["securityBitmap"] = 0x27;
  }
  portals[1]["socket"] = 3261;
  portals[1]["securityBitmap"] = 0x37;
  ToolProcess connect(Command({{"portals", portals}}, port,
                              {"--key-file", key, "--concurrency", "2", "--timeout", "1"}));
  last.Hear(1, std::chrono::seconds(10));
  EXPECT_EQ(last.first.size(), 1U);
  EXPECT_TRUE(connect.WaitForOut("127.0.1.1:3261: ", milliseconds(50))) << connect.out();
  EXPECT_THAT(connect.Finish().out, HasSubstr("\nestablished     2\n"));
}

TEST_F(ConnectAll, PeersThatNeverAnswerAreGivenUpInTheTimeThatIsToldBefore) {
  SilentPeer peer;
  const ToolResult result =
      RunTool(Command(Fabric(Row(20)), peer.port, {"--concurrency", "10", "--timeout", "1"}));
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, StartsWith("20 peers, 10 at a time, 1 s for each: if none answers it is "
                                     "over in about 2 s\n"));
  EXPECT_GE(result.took, milliseconds(1900));
  EXPECT_LT(result.took, milliseconds(6000));
  EXPECT_THAT(result.out, HasSubstr("failed          20 NO_RESPONSE: "));
}

TEST_F(ConnectAll, ProgressIsToldOnStderrEachSecondUnlessQuiet) {
  SilentPeer peer;
  const json config = Fabric(Row(3));
  const ToolResult told =
      RunTool(Command(config, peer.port, {"--concurrency", "1", "--timeout", "1"}));
  // The ticks and the time-outs have the same seconds, so that either may be first.
  EXPECT_THAT(told.err,
              testing::ContainsRegex("\n[12] of 3 portals: 0 established, [12] failed, 0 not "
                                     "negotiated\n"));
  EXPECT_GE(std::count(told.err.begin(), told.err.end(), '\n'), 3);
  EXPECT_THAT(told.out, Not(HasSubstr(" of 3 portals")));
  const ToolResult quiet =
      RunTool(Command(config, peer.port, {"--concurrency", "2", "--timeout", "1", "--quiet"}));
  EXPECT_EQ(quiet.err, "");
  EXPECT_THAT(quiet.out, StartsWith("portals         3 in "));
}

TEST_F(ConnectAll, ASignalEndsItAndTheSummarySaysWhatIsLeft) {
  ToolProcess serve(
      Arguments{"serve", "--flags", "0x27", "--key-file", key, "--local", "127.0.1.1:0"});
  const std::string port = PortOf(serve);
  ToolProcess connect(
      Command(Fabric(Row(10)), port, {"--concurrency", "3", "--timeout", "20", "--json"}));
  ASSERT_TRUE(connect.WaitForOut("established"));
  connect.Signal(SIGINT);
  const ToolResult result = connect.Finish();
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_LT(result.took, milliseconds(9000));
  const auto lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 2U) << result.out;
  EXPECT_EQ(lines[0].at("portal"), "127.0.1.1:3260");
  EXPECT_EQ(lines[1].at("established"), 1);
  EXPECT_EQ(lines[1].at("failed"), 0);
  EXPECT_EQ(lines[1].at("unfinished"), 9);
  EXPECT_GE(lines[1].at("not_begun"), 6);  // of four begun one is done
  EXPECT_LE(lines[1].at("not_begun"), 7);
  // What was established is closed all the same.
  EXPECT_TRUE(serve.WaitForOut("closed by the peer", std::chrono::seconds(5))) << serve.out();
}

TEST_F(ConnectAll, ASignalIsToldInTextToo) {
  SilentPeer peer;
  ToolProcess connect(Command(Fabric(Row(5)), peer.port, {"--concurrency", "2"}));
  peer.Hear(2, std::chrono::seconds(10));
  connect.Signal(SIGTERM);
  const ToolResult result = connect.Finish();
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, EndsWith("\nestablished     0\nunfinished      5: a signal ended it; 3 "
                                   "of them were not begun\n"));
}

// Portals of one address with other words or keys are called one after the other; a peer that does
// not answer at all is not called again.
TEST_F(ConnectAll, ASilentAddressCostsOneTimeoutHoweverManyPortalsItHas) {
  SilentPeer peer;
  json portals = json::array();
  for (unsigned i = 0; i < 100; ++i) {
    json portal = FabricPortal("127.0.1.1", 3260 + i);
    std::string own = kFabricKey;
    own.replace(0, 4, std::to_string(1000 + i));
    portal["key"] = "hex:" + own;
    portal["securityBitmap"] = 0x27;
    portals.push_back(portal);
  }
  const ToolResult result =
      RunTool(Command({{"portals", portals}}, peer.port, {"--timeout", "1", "--json"}));
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_LT(result.took, milliseconds(5000));
  const json summary = LinesOf(result.out).back();
  EXPECT_EQ(summary.at("failed"), 64);
  EXPECT_EQ(summary.at("failures")[0].at("code"), "NO_RESPONSE");
  EXPECT_EQ(summary.at("refusals")[0].at("code"), "TOO_MANY");
  EXPECT_EQ(summary.at("refusals")[0].at("portals"), 36);
  peer.Hear(2, milliseconds(50));
  EXPECT_EQ(peer.first.size(), 1U);
}

// A fingerprint takes time, so that thousands of wrong keys must not each have one.
TEST_F(ConnectAll, FingerprintsAreMadeForTheFirstWrongKeysAlone) {
  ToolProcess serve = Serve("0.0.0.0:0");
  const std::string port = PortOf(serve);
  json config = Fabric(Row(20));
  config["records"] = json::array();
  for (int i = 1; i <= 20; ++i) {
    std::string own = kForeignKey;
    json record =
        FabricRecord("r" + std::to_string(i), own.replace(0, 4, std::to_string(1000 + i)));
    record["peer"] = "127.0.1." + std::to_string(i);
    config["records"].push_back(record);
  }
  const ToolResult result = RunTool(Command(config, port, {"--timeout", "2", "--json"}));
  EXPECT_EQ(result.exit_code, 5);
  std::set<std::string> fingerprints;
  int left_out = 0;
  const auto lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 21U);
  for (std::size_t i = 0; i < 20; ++i) {
    const std::string last = lines[i].at("failure").at("details").back();
    EXPECT_THAT(last, StartsWith("fingerprint of the key of this end: "));
    if (last.find("left out") == std::string::npos) {
      fingerprints.insert(last);
    } else {
      ++left_out;
    }
  }
  EXPECT_EQ(fingerprints.size(), 16U);
  EXPECT_EQ(left_out, 4);
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
