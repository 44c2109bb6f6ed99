// NAT traversal, dead peer detection and fragments on the command line, over loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/ike/tool/serving.hpp"
#include "tests/support/pcap_reader.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// PayloadsOf are the UDP payloads of a capture, in order.
std::vector<std::vector<std::uint8_t>> PayloadsOf(const std::string& path) {
  const std::string text = ReadFile(path);
  const std::vector<std::uint8_t> file(text.begin(), text.end());
  const auto capture = test::ReadCapture(file);
  EXPECT_TRUE(capture.has_value());
  std::vector<std::vector<std::uint8_t>> payloads;
  if (!capture) return payloads;
  for (const test::UdpDatagram& datagram : capture->datagrams) payloads.push_back(datagram.payload);
  return payloads;
}

bool IsMarked(const std::vector<std::uint8_t>& payload) {
  return std::all_of(payload.begin(), payload.begin() + 4, [](auto octet) { return octet == 0; });
}

class Session : public testing::Test {
 protected:
  Arguments Connect(const std::string& place, const Arguments& more = {}) const {
    return Arguments{"connect", "--portal", place,        "--local", "127.0.0.2:0",
                     "--flags", "0x27",     "--key-file", key} +
           more;
  }
  void ExpectUsage(const Arguments& arguments, const std::string& text) const {
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(text));
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", "0x00112233445566778899aabbccddeeff\n");
};

TEST_F(Session, ForcedNatTraversalMovesAndEncapsulates) {
  Serving serving(key, "0x27", {"--nat-port", "0", "--json"});
  ASSERT_EQ(serving.places.size(), 2U);
  const std::string pcap = folder.Path("pcap");
  const ToolResult result =
      RunTool(Connect(serving.place, {"--nat", "force", "--nat-port", "0", "--peer-nat-port",
                                      serving.nat_port(), "--pcap", pcap, "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  const json object = json::parse(result.out);
  EXPECT_EQ(object["phase1"]["nat"], "local");
  EXPECT_EQ(object["phase1"]["endpoints"]["remote"], serving.places[1]);
  const json& child = object["children"][0];
  EXPECT_EQ(child["udp_encapsulated"], true);
  EXPECT_EQ(child["endpoints"]["remote"], serving.places[1]);
  EXPECT_EQ(child["remote_original"], "127.0.0.1");
  EXPECT_EQ(child["local_seen_as"], "127.0.0.2");
  EXPECT_TRUE(serving.process.WaitForOut("session_closed"));
  EXPECT_THAT(serving.Stop().out, HasSubstr("\"nat\":\"remote\""));
  const auto payloads = PayloadsOf(pcap);
  ASSERT_GE(payloads.size(), 9U);
  for (std::size_t i = 0; i < payloads.size(); ++i)
    EXPECT_EQ(IsMarked(payloads[i]), i >= 4) << "datagram " << i;
}

TEST_F(Session, WithoutANatNothingMoves) {
  Serving serving(key, "0x27", {"--nat-port", "0"});
  const ToolResult result = RunTool(
      Connect(serving.place, {"--nat-port", "0", "--peer-nat-port", serving.nat_port(), "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  const json object = json::parse(result.out);
  EXPECT_EQ(object["phase1"]["nat"], "none");
  EXPECT_EQ(object["phase1"]["endpoints"]["remote"], serving.place);
  EXPECT_EQ(object["children"][0]["udp_encapsulated"], false);
  EXPECT_EQ(object["children"][0]["remote_original"], nullptr);
}

TEST_F(Session, TextTellsOfTheNatAndOfUdp) {
  Serving serving(key, "0x27", {"--nat-port", "0"});
  const ToolResult result = RunTool(Connect(
      serving.place, {"--nat", "force", "--nat-port", "0", "--peer-nat-port", serving.nat_port()}));
  EXPECT_THAT(result.out, HasSubstr("  NAT         in front of this end\n"));
  EXPECT_THAT(result.out, HasSubstr("transport mode, in UDP\n"));
  EXPECT_THAT(result.out, HasSubstr("(local), " + serving.places[1] + " (remote)"));
  EXPECT_TRUE(serving.process.WaitForOut("transport mode in UDP, "));
}

TEST_F(Session, SilenceBehindTheNatPortNamesThePort) {
  Serving serving(key, "0x27", {"--nat-port", "0"});
  const std::string closed = serving.place.substr(serving.place.find(':') + 1);
  const ToolResult result =
      RunTool(Connect(serving.place, {"--nat", "force", "--nat-port", "0", "--peer-nat-port",
                                      closed, "--timeout", "2", "--json"}));
  EXPECT_EQ(result.exit_code, 5) << result.err << result.out;
  EXPECT_THAT(json::parse(result.out)["failure"]["details"].dump(),
              HasSubstr("moved to UDP port " + closed + " because of a NAT; it may be filtered"));
}

TEST_F(Session, ServeTakesOneNatPortAtAllItsAddresses) {
  const ToolProcess::Arguments two = {"--local", "127.0.0.9:0", "--nat-port", "0", "--json"};
  Serving serving(key, "0x27", two);
  const json listening =
      json::parse(serving.process.out().substr(0, serving.process.out().find('\n')))["listening"];
  ASSERT_EQ(listening.size(), 4U);
  const auto port = [&](std::size_t i) {
    const auto text = listening[i].get<std::string>();
    return text.substr(text.find(':'));
  };
  EXPECT_EQ(port(2), port(3));
}

TEST_F(Session, ServeOnAllAddressesHashesTheOneThatWasAsked) {
  ToolProcess serve({"serve", "--local", "0.0.0.0:0", "--nat-port", "0", "--flags", "0x27",
                     "--key-file", key, "--json"});
  ASSERT_TRUE(serve.WaitForOut("\n"));
  const json ready = json::parse(serve.out().substr(0, serve.out().find('\n')));
  const auto ike = ready["listening"][0].get<std::string>();
  const ToolResult result =
      RunTool(Connect("127.0.0.9" + ike.substr(ike.find(':')), {"--nat-port", "0", "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_EQ(json::parse(result.out)["phase1"]["nat"], "none");
}

TEST_F(Session, APortAskedForByNameMustBeHad) {
  Serving serving(key, "0x27", {"--nat-port", "0"});
  ExpectUsage(Connect(serving.place, {"--local", "127.0.0.1:0"}), "takes one address");
  const Arguments taken = {"connect",         "--portal", serving.place, "--local", "127.0.0.1:0",
                           "--flags",         "0x27",     "--key-file",  key,       "--nat-port",
                           serving.nat_port()};
  ExpectUsage(taken, "in use");
}

// One child SA for each TCP connection: more than may run at once.
TEST_F(Session, EverySourcePortHasAChild) {
  Serving serving(key, "0x27");
  const Arguments ports = {"--source-port", "40001", "--source-port", "40002",
                           "--source-port", "40003", "--source-port", "40004",
                           "--source-port", "40005", "--source-port", "40006"};
  const ToolResult result = RunTool(Connect(serving.place, ports + Arguments{"--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  const json object = json::parse(result.out);
  ASSERT_EQ(object["children"].size(), 6U);
  std::set<std::string> selectors;
  std::set<std::string> spis;
  for (const json& child : object["children"]) {
    selectors.insert(child["selectors"]["local"].get<std::string>());
    spis.insert(child["spi_in"].get<std::string>());
  }
  EXPECT_EQ(selectors.size(), 6U);
  EXPECT_EQ(*selectors.begin(), "127.0.0.2/32 tcp 40001");
  EXPECT_EQ(spis.size(), 6U);
  EXPECT_TRUE(serving.process.WaitForOut("phase 1 closed by the peer"));
  EXPECT_THAT(serving.Stop().out, HasSubstr("=== 127.0.0.2/32 tcp 40006"));
}

TEST_F(Session, OptionsThatCannotBeAreRefused) {
  const std::string place = "127.0.0.1:5500";
  ExpectUsage(Connect(place, {"--nat", "maybe"}), "--nat: \"maybe\" is not off, detect or force");
  ExpectUsage(Connect(place, {"--nat", "force"}), "--nat: force needs a port");
  ExpectUsage(Connect(place, {"--nat", "off", "--nat-port", "4500"}), "--nat-port: ");
  ExpectUsage(Connect(place, {"--nat-port", "65536"}), "--nat-port: ");
  ExpectUsage(Connect(place, {"--peer-nat-port", "0"}), "--peer-nat-port: ");
  ExpectUsage(Connect(place, {"--nat-keepalive", "often"}), "--nat-keepalive: ");
  ExpectUsage(Connect(place, {"--dpd", "-1"}), "--dpd");
  ExpectUsage(Connect(place, {"--source-port", "0"}), "--source-port: ");
  ExpectUsage(Connect(place, {"--source-port", "7", "--source-port", "7"}),
              "--source-port: 7 is given twice");
  ExpectUsage(Connect(place, {"--source-port", "7", "--phase1-only"}), "--source-port: is for");
  ExpectUsage(Connect(place, {"--source-port", "7", "--local-ts", "10.0.0.0/8"}),
              "--source-port: is said already by --local-ts");
  ExpectUsage(Connect(place, {"--dpd-tries", "0"}), "--dpd-tries: ");
  ExpectUsage(Connect(place, {"--ike-lifetime", "3600,100"}), "--ike-lifetime: '3600,100' is not");
  for (const std::string lifetime : {"3600,", ",100", "x,1", "1,0"})
    ExpectUsage(Connect(place, {"--esp-lifetime", lifetime}), "--esp-lifetime: ");
  ExpectUsage(Connect(place, {"--fragment-above", "100"}), "--fragment-above: is 0 (never) or 128");
}

TEST_F(Session, AHeldPeerThatDiesIsATimeout) {
  Serving serving(key, "0x27");
  ToolProcess connect(
      Connect(serving.place, {"--hold", "60", "--dpd", "1", "--dpd-tries", "1", "--json"}));
  ASSERT_TRUE(connect.WaitForOut("\n"));
  serving.Stop(SIGKILL);
  const ToolResult result = connect.Finish();
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_LT(result.took.count(), 15000);
  EXPECT_EQ(json::parse(result.out)["outcome"], "established");
  EXPECT_THAT(result.err, HasSubstr("failed: TIMEOUT (timeout)\n  dead peer detection: "));
}

TEST_F(Session, ServeClosesTheSessionOfADeadPeer) {
  Serving serving(key, "0x27", {"--dpd", "1", "--dpd-tries", "1"});
  ASSERT_EQ(RunTool(Connect(serving.place, {"--keep"})).exit_code, 0);
  EXPECT_TRUE(serving.process.WaitForOut("answered none of 1 questions"));
  EXPECT_TRUE(serving.process.WaitForOut("session 1: phase 1 closed by this end"));
}

TEST_F(Session, APeerThatAnswersIsKept) {
  Serving serving(key, "0x27", {"--dpd", "1", "--dpd-tries", "1"});
  const ToolResult result = RunTool(Connect(serving.place, {"--hold", "4"}));
  EXPECT_EQ(result.exit_code, 0) << result.out;
  EXPECT_TRUE(serving.process.WaitForOut("closed by the peer"));
  EXPECT_THAT(serving.Stop().out, Not(HasSubstr("answered none")));
}

TEST_F(Session, WhatRenewalsHaveLeftIsDeletedInTheEnd) {
  Serving serving(key, "0x27");
  const ToolResult result = RunTool(
      Connect(serving.place, {"--ike-lifetime", "5", "--esp-lifetime", "100", "--hold", "9"}));
  EXPECT_EQ(result.exit_code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("takes over from session 1"));
  EXPECT_TRUE(serving.process.WaitForOut("child SA deleted by the peer"));
  // Only who is told nothing has something left to close.
  EXPECT_THAT(serving.Stop().out, Not(HasSubstr("phase 1 closed by this end")));
}

TEST_F(Session, LongDatagramsAreCut) {
  Serving serving(key, "0x27");
  const std::string pcap = folder.Path("pcap");
  const auto longest = [&](const char* above) {
    const ToolResult result =
        RunTool(Connect(serving.place, {"--fragment-above", above, "--pcap", pcap}));
    EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
    std::size_t most = 0;
    for (const auto& payload : PayloadsOf(pcap)) most = std::max(most, payload.size());
    return most;
  };
  EXPECT_GT(longest("0"), 300U);
  EXPECT_GT(longest("1232"), 300U);
  const ToolResult cut = RunTool({"demo", "--fragment-above", "256", "--pcap", pcap, "--json"});
  EXPECT_EQ(cut.exit_code, 0) << cut.err;
  const auto payloads = PayloadsOf(pcap);
  ASSERT_GT(payloads.size(), 12U);
  for (std::size_t i = 2; i < payloads.size(); ++i) EXPECT_LE(payloads[i].size(), 256U) << i;
}

TEST_F(Session, DemoShowsForcedNatTraversal) {
  const ToolResult result = RunTool({"demo", "--nat", "force", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  const json both = json::parse(result.out);
  for (const char* end : {"initiator", "responder"}) {
    EXPECT_EQ(both[end]["phase1"]["nat"], "both");
    EXPECT_EQ(both[end]["children"][0]["udp_encapsulated"], true);
  }
}

// ExpectClear: the messages of a demo, in order, none of them encrypted or padded.
void ExpectClear(const std::vector<std::vector<std::uint8_t>>& payloads, bool moves) {
  ASSERT_GE(payloads.size(), 9U);
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const bool marked = moves && i >= 4;
    ASSERT_EQ(IsMarked(payloads[i]), marked) << i;
    const std::vector<std::uint8_t> message(payloads[i].begin() + (marked ? 4 : 0),
                                            payloads[i].end());
    ASSERT_GT(message.size(), 28U);
    EXPECT_EQ(message[19] & 1U, 0U) << "encrypted: " << i;
    EXPECT_EQ(message[26] * 256U + message[27], message.size());
    EXPECT_NE(message[16], 132U) << "a fragment: " << i;
  }
}

TEST_F(Session, ClearCaptureHasEveryMessageDecrypted) {
  const std::string clear = folder.Path("clear");
  ASSERT_EQ(RunTool({"demo", "--pcap-clear", clear}).exit_code, 0);
  ExpectClear(PayloadsOf(clear), false);
  ASSERT_EQ(RunTool({"demo", "--nat", "force", "--fragment-above", "200", "--pcap-clear", clear})
                .exit_code,
            0);
  ExpectClear(PayloadsOf(clear), true);
}

TEST_F(Session, ClearCaptureIsTheSameAtBothEnds) {
  const std::string theirs = folder.Path("theirs");
  const std::string ours = folder.Path("ours");
  Serving serving(key, "0x27", {"--nat-port", "0", "--pcap-clear", theirs});
  ASSERT_EQ(RunTool(Connect(serving.place, {"--nat", "force", "--nat-port", "0", "--peer-nat-port",
                                            serving.nat_port(), "--pcap-clear", ours}))
                .exit_code,
            0);
  EXPECT_TRUE(serving.process.WaitForOut("phase 1 closed"));
  EXPECT_EQ(serving.Stop().exit_code, 0);
  ExpectClear(PayloadsOf(ours), true);
  EXPECT_EQ(PayloadsOf(ours), PayloadsOf(theirs));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
