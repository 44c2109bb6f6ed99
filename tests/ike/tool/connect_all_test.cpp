// connect --all against serves on loopback: what becomes of each portal, and the counts.
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

TEST_F(ConnectAll, EveryPortalIsEstablishedAndTold) {
  ToolProcess serve = Serve("0.0.0.0:0");
  const std::string port = PortOf(serve);
  const ToolResult result =
      RunTool(Command(Fabric(Row(30)), port, {"--concurrency", "4", "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  const auto lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 31U);
  std::set<std::string> portals;
  for (std::size_t i = 0; i < 30; ++i) {
    portals.insert(lines[i].at("portal"));
    EXPECT_EQ(lines[i].at("outcome"), "established") << lines[i];
    EXPECT_EQ(lines[i].at("record"), "hba1");
    EXPECT_EQ(lines[i].at("word"), "0x27");
    EXPECT_EQ(lines[i].at("phase1").at("exchange"), "main");
    ASSERT_EQ(lines[i].at("children").size(), 1U);
    const std::string remote = lines[i].at("children")[0].at("selectors").at("remote");
    const std::string portal = lines[i].at("portal");
    EXPECT_THAT(remote, StartsWith(portal.substr(0, portal.find(':')) + "/32 tcp 3260"));
  }
  EXPECT_EQ(portals.size(), 30U);
  const json& summary = lines[30];
  EXPECT_EQ(summary.at("event"), "summary");
  EXPECT_EQ(summary.at("portals"), 30);
  EXPECT_EQ(summary.at("established"), 30);
  EXPECT_EQ(summary.at("failed"), 0);
  EXPECT_EQ(summary.at("refused"), 0);
  EXPECT_EQ(summary.at("unfinished"), 0);
  EXPECT_TRUE(summary.at("failures").empty());
  EXPECT_THAT(Served(serve), StartsWith("served: 30 sessions established, 0 failed, 30 children"));
}

// Troubled has portals for every fate: one is served, one has another key, one other suites, two
// are silent, and nothing is to be sent to the rest.
class Troubled : public ConnectAll {
 protected:
  Troubled() {
    const auto bound = [&](const char* address, json record) {
      record["peer"] = address;
      config["records"].push_back(record);
      config["portals"].push_back(FabricPortal(address));
    };
    config["records"] = json::array({FabricRecord("hba1")});
    for (const char* address :
         {"127.0.3.1", "127.0.3.4", "127.0.3.5", "127.0.3.6", "array.example", "224.0.0.1",
          "255.255.255.255", "0.0.0.0", "ff02::1", "2001:db8::1"})
      config["portals"].push_back(FabricPortal(address));
    bound("127.0.3.2", FabricRecord("foreign", kForeignKey));
    bound("127.0.3.7", FabricRecord("off", kFabricKey, "0x01"));
    json bare = FabricRecord("bare");
    bare.erase("key");
    bound("127.0.3.8", bare);
  }

  ToolProcess good{Arguments{"serve", "--quiet", "--flags", "0x27", "--key-file", key, "--local",
                             "127.0.3.1:0"}};
  std::string port = PortOf(good);
  ToolProcess other_key{Arguments{"serve", "--quiet", "--flags", "0x27", "--key-file", key,
                                  "--local", "127.0.3.2:" + port}};
  ToolProcess other_suites{Arguments{"serve", "--quiet", "--flags", "0x27", "--key-file", key,
                                     "--local", "127.0.3.4:" + port, "--ike",
                                     "aes256-sha256-modp3072"}};
  json config;
};

TEST_F(Troubled, TheSummaryCountsByReasonAndNamesTheFirst) {
  ASSERT_EQ(PortOf(other_key), port);
  ASSERT_EQ(PortOf(other_suites), port);
  const ToolResult result = RunTool(Command(config, port, {"--timeout", "2"}));
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const auto at = result.out.find("portals         13 in ");
  ASSERT_NE(at, std::string::npos) << result.out;
  const std::string lines = result.out.substr(0, at);
  const std::string summary = result.out.substr(at);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 13);
  EXPECT_THAT(lines, HasSubstr("127.0.3.1:3260: established: main mode, "));
  EXPECT_THAT(lines, HasSubstr("127.0.3.2:3260: failed: TIMEOUT: "));
  EXPECT_THAT(lines, HasSubstr("127.0.3.4:3260: failed: PEER_REFUSED: "));
  EXPECT_THAT(lines, HasSubstr("127.0.3.7:3260: not negotiated: IPSEC_DISABLED: "));
  EXPECT_THAT(lines, HasSubstr("[ff02::1]:3260: not negotiated: NOT_UNICAST: "));
  EXPECT_THAT(summary, HasSubstr("\nestablished     1\n"));
  EXPECT_THAT(summary, HasSubstr("\nfailed          2 NO_RESPONSE: main mode: MM2 did not come"));
  EXPECT_THAT(summary, HasSubstr("\n                the first: 127.0.3."));
  EXPECT_THAT(summary, HasSubstr("\nfailed          1 PEER_REFUSED: the peer refused with "
                                 "NO-PROPOSAL-CHOSEN"));
  EXPECT_THAT(summary, HasSubstr("\nfailed          1 TIMEOUT: main mode: MM6 did not come"));
  EXPECT_THAT(summary, HasSubstr("fingerprint of the key of this end: "));
  EXPECT_THAT(summary, HasSubstr("\nnot negotiated  1 IPSEC_DISABLED: "));
  EXPECT_THAT(summary, HasSubstr("\nnot negotiated  1 NO_ADDRESS: "));
  EXPECT_THAT(summary, HasSubstr("\nnot negotiated  1 NO_KEY: "));
  EXPECT_THAT(summary, HasSubstr("\nnot negotiated  1 NO_ROUTE: --local: is of another address"));
  EXPECT_THAT(summary, HasSubstr("\nnot negotiated  4 NOT_UNICAST: "));
  EXPECT_THAT(summary, Not(HasSubstr("unfinished")));
  EXPECT_THAT(result.out, Not(HasSubstr(kForeignKey)));
}

TEST_F(Troubled, TheSummaryInJsonHasTheSameCounts) {
  ASSERT_EQ(PortOf(other_key), port);
  ASSERT_EQ(PortOf(other_suites), port);
  const ToolResult result = RunTool(Command(config, port, {"--timeout", "2", "--json", "--quiet"}));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err, "");
  const auto lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 1U) << result.out;
  const json& summary = lines[0];
  EXPECT_EQ(summary.at("portals"), 13);
  EXPECT_EQ(summary.at("established"), 1);
  EXPECT_EQ(summary.at("failed"), 4);
  EXPECT_EQ(summary.at("refused"), 8);
  EXPECT_EQ(summary.at("unfinished"), 0);
  EXPECT_GT(summary.at("seconds"), 1.5);
  std::map<std::string, int> counts;
  for (const char* list : {"failures", "refusals"})
    for (const json& fate : summary.at(list)) {
      counts[fate.at("code")] = fate.at("portals");
      EXPECT_FALSE(fate.at("text").get<std::string>().empty());
      EXPECT_THAT(fate.at("first").get<std::string>(), EndsWith(":3260"));
    }
  EXPECT_EQ(counts, (std::map<std::string, int>{{"NO_RESPONSE", 2},
                                                {"PEER_REFUSED", 1},
                                                {"TIMEOUT", 1},
                                                {"IPSEC_DISABLED", 1},
                                                {"NO_ADDRESS", 1},
                                                {"NO_KEY", 1},
                                                {"NO_ROUTE", 1},
                                                {"NOT_UNICAST", 4}}));
}

TEST_F(ConnectAll, OnlyRefusalsArePolicysExitCodeAndNothingIsSent) {
  SilentPeer peer;
  json off = Fabric(Row(3));
  off["records"] = json::array({FabricRecord("off", kFabricKey, "0x01")});
  const ToolResult result = RunTool(Command(off, peer.port));
  EXPECT_EQ(result.exit_code, 3) << result.out;
  EXPECT_THAT(result.out, HasSubstr("not negotiated  3 IPSEC_DISABLED: "));
  peer.Hear(1, milliseconds(50));
  EXPECT_TRUE(peer.first.empty());
}

TEST_F(ConnectAll, APortalThatIsListedTwiceIsNegotiatedOnceAndToldTwice) {
  ToolProcess serve = Serve("127.0.1.1:0", {"--local-ts", "127.0.1.1 tcp"});
  const std::string port = PortOf(serve);
  json portals = json::array();
  for (int twice = 0; twice < 2; ++twice)
    for (unsigned i = 0; i < 20; ++i) portals.push_back(FabricPortal("127.0.1.1", 3260 + i));
  const ToolResult result = RunTool(Command(Fabric(portals), port, {"--json"}));
  EXPECT_EQ(result.exit_code, 0) << result.out;
  const auto lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 41U);
  std::map<std::string, std::set<std::string>> spis;
  for (std::size_t i = 0; i < 40; ++i) {
    const json& child = lines[i].at("children").at(0);
    spis[lines[i].at("portal")].insert(child.at("spi_in"));
    const std::string portal = lines[i].at("portal");
    EXPECT_THAT(child.at("selectors").at("remote").get<std::string>(),
                EndsWith("tcp " + portal.substr(portal.find(':') + 1)));
  }
  EXPECT_EQ(spis.size(), 20U);
  for (const auto& [portal, own] : spis) EXPECT_EQ(own.size(), 1U) << portal;
  EXPECT_EQ(lines[40].at("established"), 40);
  EXPECT_THAT(Served(serve), StartsWith("served: 1 sessions established, 0 failed, 20 children"));
}

TEST_F(ConnectAll, OneOfSeveralChildrenMayFailAlone) {
  ToolProcess serve = Serve("127.0.1.1:0");
  const std::string port = PortOf(serve);
  const json portals = {FabricPortal("127.0.1.1", 3261), FabricPortal("127.0.1.1")};
  const ToolResult result = RunTool(Command(Fabric(portals), port));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, HasSubstr("127.0.1.1:3261: failed: PEER_REFUSED: "));
  EXPECT_THAT(result.out, HasSubstr("127.0.1.1:3260: established: "));
}

TEST_F(ConnectAll, WithKeepThePeerKeepsTheSasAndWithoutItNoneIsLeft) {
  for (const bool keep : {false, true}) {
    ToolProcess serve(
        Arguments{"serve", "--flags", "0x27", "--key-file", key, "--local", "0.0.0.0:0"});
    const std::string port = PortOf(serve);
    const ToolResult result = RunTool(Command(
        Fabric(Row(3)), port, keep ? Arguments{"--keep", "--quiet"} : Arguments{"--quiet"}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    serve.WaitForOut("never", milliseconds(300));
    serve.Signal(SIGTERM);
    const std::string out = serve.Finish().out;
    std::size_t closed = 0;
    for (auto at = out.find("closed by the peer"); at != std::string::npos;
         at = out.find("closed by the peer", at + 1))
      ++closed;
    EXPECT_EQ(closed, keep ? 0U : 3U) << out;
  }
}

TEST_F(ConnectAll, WhatIsAskedAmissIsToldOnceBeforeAnythingIsSent) {
  SilentPeer peer;
  const auto refused = [&](const json& config, const Arguments& more) {
    const ToolResult result = RunTool(Command(config, peer.port, more));
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    return result.err;
  };
  const json good = Fabric(Row(3));
  EXPECT_THAT(refused({{"records", {FabricRecord("hba1")}}}, {}), HasSubstr("has no portal"));
  EXPECT_THAT(refused(good, {"--concurrency", "0"}), HasSubstr("--concurrency: "));
  EXPECT_THAT(refused(good, {"--concurrency", "65537"}), HasSubstr("--concurrency: "));
  EXPECT_THAT(refused(good, {"--timeout", "0"}), HasSubstr("--timeout: "));
  EXPECT_THAT(refused(good, {"--ike-port", "70000"}), HasSubstr("--ike-port: "));
  EXPECT_THAT(refused(good, {"--local", "127.0.0.2"}), HasSubstr("--local: takes one address"));
  EXPECT_THAT(refused(good, {"--local-ts", "x"}), HasSubstr("--local-ts: "));
  EXPECT_THAT(refused(good, {"--flags", "bogus"}), HasSubstr("--flags: "));
  EXPECT_THAT(refused(good, {"--entry", "other"}), HasSubstr("--entry: \"other\" is no record"));
  EXPECT_THAT(refused(good, {"--portal", "127.0.0.2"}), HasSubstr("--portal: is for one portal"));
  EXPECT_THAT(refused(good, {"--phase1-only"}), HasSubstr("--phase1-only: is for one portal"));
  EXPECT_THAT(refused(good, {"--hold", "1"}), HasSubstr("--hold: is for one portal"));
  peer.Hear(1, milliseconds(50));
  EXPECT_TRUE(peer.first.empty());
  for (const char* port : {"0", "65536", "x"}) {
    const ToolResult result = RunTool(Command(good, port));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("--peer-ike-port: "));
  }
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
