// connect, explain and render with the portals of an iSNS server, which runs beside them; the
// portals are those of a serve on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "ike/wire/stored_proposals.hpp"
#include "policy/suites.hpp"
#include "tests/ike/tool/isns_thread.hpp"
#include "tests/ike/tool/serving.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using policy::isns::PublishedPortal;
using test::FakeIsns;
using test::IsnsThread;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMe = "iqn.2026-01.example.hba:one";
constexpr const char* kArray = "iqn.2026-01.example.array:a";

// Portal is at 127.0.0.`last`.
PublishedPortal Portal(std::uint8_t last, std::uint32_t bitmap, std::uint16_t port = 3260) {
  return {{policy::IpAddress::V4({127, 0, 0, last}), {port, false}},
          policy::SecurityFlags(bitmap),
          {},
          {},
          {}};
}

policy::isns::Bytes Phase1Proposals(std::string_view suites) {
  return WriteStoredPhase1(*policy::ParsePhase1List(suites, "suites"), {7200, 0});
}
policy::isns::Bytes Phase2Proposals(std::string_view suites) {
  const std::vector<policy::Encapsulation> modes = {policy::Encapsulation::kTransport};
  return WriteStoredEsp(*policy::ParseEspList(suites, "suites"), modes, std::nullopt, {1800, 0});
}

FakeIsns Array(std::vector<PublishedPortal> portals) {
  FakeIsns isns;
  isns.targets = {{"array.example", kArray, std::move(portals), {}},
                  {"tape.example", "iqn.2026-01.example.tape:b", {Portal(9, 0x27)}, {}}};
  return isns;
}

class ConnectIsns : public testing::Test {
 protected:
  Arguments Ask(const IsnsThread& server, const Arguments& more = {}) const {
    return Arguments{"--isns",   server.address(), "--initiator", kMe,
                     "--target", kArray,           "--key-file",  key} +
           more;
  }
  // Connect to the portals of the array, where IKE is at the port of `serving`.
  ToolResult Connect(const IsnsThread& server, const Serving& serving,
                     const Arguments& more = {}) const {
    const std::string port = serving.place.substr(serving.place.find(':') + 1);
    return RunTool(
        Arguments{"connect", "--local", "127.0.0.1:0", "--peer-ike-port", port, "--timeout", "2"} +
        Ask(server, more));
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", "0x00112233445566778899aabbccddeeff\n");
};

std::vector<json> Lines(const std::string& out) {
  std::vector<json> lines;
  std::istringstream stream(out);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

TEST_F(ConnectIsns, GoesFromTheDirectoryToKeyedSas) {
  const IsnsThread server(Array({Portal(1, 0x27)}));
  Serving serving(key, "0x27");
  const ToolResult result = Connect(server, serving);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("RFC 4171 (7.3, 7.4)"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("127.0.0.1:3260: established: main mode"),
                                HasSubstr("SPI"), HasSubstr("established     1\n")));
}

TEST_F(ConnectIsns, TakesThePublishedProposals) {
  PublishedPortal portal = Portal(1, 0x07);
  portal.phase1_proposals = Phase1Proposals("aes256-sha384-ecp384");
  portal.phase2_proposals = Phase2Proposals("aes256gcm16-esn");
  const IsnsThread server(Array({portal}));
  Serving serving(key, "0x07",
                  {"--ike", "aes128-sha256-modp2048,aes256-sha384-ecp384", "--esp",
                   "aes128-sha1,aes256gcm16-esn"});
  const ToolResult result = Connect(server, serving, {"--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err << result.out;
  const json portal_line = Lines(result.out)[0];
  EXPECT_EQ(portal_line["word"], "0x7");
  EXPECT_EQ(portal_line["phase1"]["suite"], "aes256-sha384-ecp384");
  EXPECT_EQ(portal_line["phase1"]["lifetime"]["seconds"], 7200);
  EXPECT_EQ(portal_line["children"][0]["suite"], "aes256gcm16-esn");
  EXPECT_EQ(portal_line["children"][0]["mode"], "transport");
}

TEST_F(ConnectIsns, TriesThePortalsInTurnUntilThereIsAnSa) {
  const IsnsThread server(Array({Portal(77, 0x27), Portal(1, 0x27), Portal(78, 0x27)}));
  Serving serving(key, "0x27");
  const ToolResult result = Connect(server, serving, {"--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto lines = Lines(result.out);
  ASSERT_EQ(lines.size(), 3U) << result.out;
  EXPECT_EQ(lines[0]["portal"], "127.0.0.77:3260");
  EXPECT_EQ(lines[0]["outcome"], "failed");
  EXPECT_EQ(lines[1]["portal"], "127.0.0.1:3260");
  EXPECT_EQ(lines[1]["outcome"], "established");
  EXPECT_EQ(lines[2]["event"], "summary");
  EXPECT_EQ(lines[2]["unfinished"], 1);
  serving.process.WaitForOut("closed");
  EXPECT_THAT(serving.Stop().out, HasSubstr("deleted"));
}

TEST_F(ConnectIsns, AllTriesEachPortal) {
  const IsnsThread server(Array({Portal(1, 0x27), Portal(1, 0x27, 3261), Portal(78, 0x01)}));
  Serving serving(key, "0x27");
  const ToolResult result = Connect(server, serving, {"--all", "--json"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const json summary = Lines(result.out).back();
  EXPECT_EQ(summary["established"], 1);
  EXPECT_EQ(summary["failed"], 1) << "serve knows no child for TCP port 3261";
  EXPECT_EQ(summary["unfinished"], 0);
  EXPECT_EQ(summary["refused"], 1);
  EXPECT_EQ(summary["refusals"][0]["code"], "IPSEC_DISABLED");
}

TEST_F(ConnectIsns, TakesTheRecordOfTheTarget) {
  const IsnsThread server(Array({Portal(1, 0x27)}));
  Serving serving(key, "0x27");
  const std::string config = folder.Write("hba.json", R"({"records": [
    {"name": "tape", "key": "text:another-key-0001", "target": "iqn.2026-01.example.tape:b"},
    {"name": "array", "key": "hex:00112233445566778899aabbccddeeff",
     "target": "iqn.2026-01.example.array:a"}]})");
  const std::string port = serving.place.substr(serving.place.find(':') + 1);
  const Arguments ask = {"--isns", server.address(), "--initiator", kMe, "--config", config};
  const ToolResult result =
      RunTool(Arguments{"connect", "--local", "127.0.0.1:0", "--peer-ike-port", port, "--target",
                        kArray, "--json"} +
              ask);
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  const ToolResult all = RunTool(Arguments{"explain", "--json"} + ask);
  const auto lines = Lines(all.out);
  ASSERT_GE(lines.size(), 2U) << all.out << all.err;
  EXPECT_EQ(lines[0]["record"], "array");
  EXPECT_EQ(lines[1]["record"], "tape");
}

TEST_F(ConnectIsns, OfPortalsAtOneAddressTakesTheOneOfTheRecordsTarget) {
  FakeIsns isns = Array({Portal(1, 0x27)});
  isns.targets[1].portals = {Portal(1, 0x2b, 3261)};
  const IsnsThread server(std::move(isns));
  const std::string config = folder.Write("hba.json", R"({"records": [
    {"name": "tape", "key": "text:k", "target": "iqn.2026-01.example.tape:b"}]})");
  const Arguments ask = {"explain", "--isns",   server.address(), "--initiator",
                         kMe,       "--portal", "127.0.0.1",      "--config"};
  const ToolResult tape = RunTool(ask + Arguments{config});
  EXPECT_EQ(tape.exit_code, 0) << tape.err;
  EXPECT_THAT(tape.out,
              HasSubstr("the bitmap that the iSNS server has of the portal is in force: 0x2b"));
  const std::string none = folder.Write("none.json", R"({"defaults": {"groupKey": "text:k"}})");
  const ToolResult undecided = RunTool(ask + Arguments{none});
  EXPECT_THAT(undecided.out,
              AllOf(HasSubstr("NO_PORTAL_CHOSEN"), Not(HasSubstr("WORD_FROM_ISNS"))));
  const ToolResult decided = RunTool(ask + Arguments{none, "--target", kArray});
  EXPECT_THAT(decided.out, HasSubstr("in force: 0x27"));
}

TEST_F(ConnectIsns, GivesTheServerTheTimeOfTheOption) {
  const IsnsThread silent(Array({Portal(1, 0x27)}), IsnsThread::Manner::kSilence);
  const auto begin = std::chrono::steady_clock::now();
  const ToolResult late = RunTool(Arguments{"connect", "--timeout", "1"} + Ask(silent));
  EXPECT_EQ(late.exit_code, 5) << late.err;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
}

TEST_F(ConnectIsns, FailsWhenEveryPortalFails) {
  const IsnsThread server(Array({Portal(1, 0x2b)}));
  Serving serving(folder.Write("other", "0xffeeddccbbaa99887766554433221100\n"), "0x2b");
  const ToolResult result = Connect(server, serving);
  EXPECT_EQ(result.exit_code, 4) << result.out;
  EXPECT_THAT(result.out, AllOf(HasSubstr("127.0.0.1:3260: failed: HASH_MISMATCH"),
                                HasSubstr("failed          1 HASH_MISMATCH")));
}

TEST_F(ConnectIsns, LeavesPortalsAloneThatFailedAuthentication) {
  const IsnsThread server(Array({Portal(1, 0x2b)}));
  const std::string cache = folder.Path("cache");
  const std::string other = folder.Write("other", "0xffeeddccbbaa99887766554433221100\n");
  {
    Serving serving(other, "0x2b");
    EXPECT_EQ(Connect(server, serving, {"--negative-cache", cache}).exit_code, 4);
  }
  const std::string line = ReadFile(cache);
  EXPECT_THAT(line, testing::MatchesRegex("127.0.0.1:3260 [0-9]+ HASH_MISMATCH\n"));
  const auto until = std::stoll(line.substr(line.find(' ')));
  EXPECT_NEAR(static_cast<double>(until - std::time(nullptr)), 600, 30);

  Serving serving(key, "0x2b");
  const ToolResult second = Connect(server, serving, {"--negative-cache", cache});
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_THAT(second.out, HasSubstr("FAILED_BEFORE: it failed authentication (HASH_MISMATCH)"));
  EXPECT_THAT(serving.process.out(), Not(HasSubstr("established")));

  // An entry that has run out is none; whoever authenticates himself is forgotten.
  folder.Write("cache", "127.0.0.1:3260 1000000000 HASH_MISMATCH\n");
  EXPECT_EQ(Connect(server, serving, {"--negative-cache", cache}).exit_code, 0);
  EXPECT_EQ(ReadFile(cache), "");
}

// Main mode ends in silence there: the responder cannot read MM5.
TEST_F(ConnectIsns, LeavesPortalsAloneThatDoNotProveThemselvesInMainMode) {
  const IsnsThread server(Array({Portal(1, 0x27), Portal(77, 0x27)}));
  const std::string cache = folder.Path("cache");
  {
    Serving serving(folder.Write("other", "0xffeeddccbbaa99887766554433221100\n"), "0x27");
    const ToolResult first = Connect(server, serving, {"--negative-cache", cache});
    EXPECT_EQ(first.exit_code, 5) << first.out;
    EXPECT_THAT(first.out, AllOf(HasSubstr("127.0.0.1:3260: failed: TIMEOUT: main mode: MM6"),
                                 HasSubstr("127.0.0.77:3260: failed: NO_RESPONSE")));
  }
  EXPECT_THAT(ReadFile(cache), testing::MatchesRegex("127.0.0.1:3260 [0-9]+ TIMEOUT\n"))
      << "who does not answer at all may be tried again";
  Serving serving(key, "0x27");
  const ToolResult second = Connect(server, serving, {"--negative-cache", cache});
  EXPECT_THAT(second.out, HasSubstr("FAILED_BEFORE: it failed authentication (TIMEOUT)"));
  EXPECT_THAT(serving.process.out(), Not(HasSubstr("established")));
}

// A main mode that is silent before the keys come into play says nothing about them.
TEST_F(ConnectIsns, DoesNotHoldOtherRefusalsAgainstAPortal) {
  const IsnsThread server(Array({Portal(1, 0x27)}));
  const std::string cache = folder.Path("cache");
  Serving serving(key, "0x27", {"--ike", "aes256-sha384-ecp384"});
  const ToolResult result = Connect(
      server, serving, {"--negative-cache", cache, "--ike", "aes128-sha256-modp2048", "--json"});
  EXPECT_EQ(Lines(result.out)[0]["outcome"], "failed") << result.out;
  EXPECT_EQ(ReadFile(cache), "");
}

TEST_F(ConnectIsns, NamesWhatIsWrongWithANegativeCache) {
  const IsnsThread server(Array({Portal(1, 0x27)}));
  Serving serving(key, "0x27");
  for (const auto& [content, rule] : std::vector<std::pair<std::string, std::string>>{
           {"127.0.0.1:3260 soon HASH_MISMATCH\n", "line 1: has no port, or no time"},
           {"# ok\n127.0.0.1 1 HASH_MISMATCH\n", "line 2: has no port, or no time"},
           {"127.0.0.1:3260 1\n", "line 1: is not ADDR:PORT"},
           {"127.0.0.1:3260 1 hash\x1b[31m\n", "line 1: is not ADDR:PORT"},
           {"array:3260 1 HASH_MISMATCH\n", "line 1: endpoint"}}) {
    const std::string cache = folder.Write("cache", content);
    const ToolResult result = Connect(server, serving, {"--negative-cache", cache});
    EXPECT_EQ(result.exit_code, 2) << content;
    EXPECT_THAT(result.err, AllOf(HasSubstr("--negative-cache: " + cache), HasSubstr(rule)));
    EXPECT_EQ(ReadFile(cache), content) << "a file that is not understood is left as it is";
  }
  const ToolResult nowhere =
      Connect(server, serving, {"--negative-cache", folder.Path("no/where")});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("cannot be written"));
}

TEST_F(ConnectIsns, ExplainTellsOfEachPortalWhereItsSettingsAreFrom) {
  PublishedPortal publishing = Portal(2, 0x07);
  publishing.phase1_proposals = Phase1Proposals("aes256-sha384-ecp384");
  const IsnsThread server(Array({Portal(1, 0x27), publishing}));
  const ToolResult all = RunTool(Arguments{"explain"} + Ask(server));
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_THAT(all.out, AllOf(HasSubstr("127.0.0.1:3260  0x27: main mode, transport"),
                             HasSubstr("phase 1 aes256-sha384-ecp384;")));
  const ToolResult one = RunTool(Arguments{"explain", "--portal", "127.0.0.2"} + Ask(server));
  EXPECT_THAT(one.out, AllOf(HasSubstr("WORD_FROM_ISNS"), HasSubstr("PUBLISHED_PROPOSALS")));
}

TEST_F(ConnectIsns, WhatIsConfiguredStandsBeforeTheDirectory) {
  PublishedPortal publishing = Portal(1, 0x27);
  publishing.phase1_proposals = Phase1Proposals("aes256-sha384-ecp384");
  const IsnsThread server(Array({publishing}));
  const std::string config = folder.Write(
      "hba.json", R"({"portals": [{"address": "127.0.0.1", "securityBitmap": "0x37"}]})");
  const ToolResult result = RunTool(Arguments{"explain", "--portal", "127.0.0.1", "--config",
                                              config, "--ike", "aes128-sha1-modp2048"} +
                                    Ask(server));
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("WORD_FROM_PORTAL"), HasSubstr("iSNS bitmap 0x27 gives way to 0x37"),
                    HasSubstr("PUBLISHED_OVERRIDDEN"), HasSubstr("aes128-sha1-modp2048")));
  const ToolResult by_default = RunTool(
      Arguments{"explain", "--portal", "127.0.0.1", "--default-bitmap", "0x47"} + Ask(server));
  EXPECT_THAT(by_default.out, HasSubstr("WORD_FROM_ISNS"));
}

TEST_F(ConnectIsns, PortalsOfTheConfigAreNotThoseOfTheTarget) {
  const IsnsThread server(Array({Portal(1, 0x27)}));
  Serving serving(key, "0x27");
  const std::string config = folder.Write(
      "hba.json", R"({"portals": [{"address": "127.0.0.55", "securityBitmap": "0x27"}]})");
  const ToolResult result = Connect(server, serving, {"--config", config, "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto lines = Lines(result.out);
  ASSERT_EQ(lines.size(), 2U) << result.out;
  EXPECT_EQ(lines[0]["portal"], "127.0.0.1:3260");
  EXPECT_EQ(lines[1]["portals"], 1);
  const ToolResult explained = RunTool(Arguments{"explain", "--config", config} + Ask(server));
  EXPECT_THAT(explained.out, AllOf(HasSubstr("127.0.0.1"), Not(HasSubstr("127.0.0.55"))));
}

TEST_F(ConnectIsns, WhatIsWeakIsWarnedOfOnceAndCounted) {
  PublishedPortal weak = Portal(1, 0x2b);
  weak.phase1_proposals = Phase1Proposals("3des-sha1-modp1024");
  PublishedPortal other = weak;
  other.key.port.number = 3261;
  const IsnsThread server(Array({weak, other}));
  Serving serving(key, "0x2b", {"--ike", "3des-sha1-modp1024"});
  const ToolResult result = Connect(server, serving, {"--all"});
  const auto first = result.err.find("warning: 127.0.0.1:3260: WEAK_GROUP: ");
  ASSERT_NE(first, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("WEAK_GROUP", first + 40), std::string::npos);
  EXPECT_THAT(result.out, HasSubstr("warning         2 WEAK_GROUP: "));
  const auto lines = Lines(Connect(server, serving, {"--all", "--json"}).out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_FALSE(lines[0]["warnings"].empty());
  EXPECT_EQ(lines[2]["warnings"].size(), lines[0]["warnings"].size());
  const ToolResult explained = RunTool(Arguments{"explain"} + Ask(server));
  EXPECT_THAT(explained.out, testing::ContainsRegex("no PFS;.*; warnings .*WEAK_GROUP"));
}

TEST_F(ConnectIsns, NamesOfTheServerAreFitForATerminal) {
  PublishedPortal portal = Portal(1, 0x27);
  portal.symbolic_name =
      "left\xc2\x9b"
      "31m\xe2\x80\xae";
  const IsnsThread server(Array({portal}));
  Serving serving(key, "0x27");
  const ToolResult connected = Connect(server, serving);
  const ToolResult explained = RunTool(Arguments{"explain"} + Ask(server));
  for (const std::string& text : {connected.out, connected.err, explained.out, explained.err}) {
    const auto odd = [](char c) { return c != '\n' && (c < ' ' || c > '~'); };
    EXPECT_TRUE(std::none_of(text.begin(), text.end(), odd)) << text;
  }
  EXPECT_THAT(connected.out, HasSubstr(R"("left\xc2\x9b31m)"));
}

TEST_F(ConnectIsns, ProposalsOfWhichNoneCanBeUsedAreRefused) {
  PublishedPortal portal = Portal(1, 0x27);
  // One proposal with one transform: DES, MD5, group 1.
  portal.phase1_proposals = {0,    0, 0, 0x30, 0,    0, 0, 1,    0,    0, 0, 1, 0,    0,    0, 0x24,
                             1,    1, 0, 1,    0,    0, 0, 0x1c, 1,    1, 0, 0, 0x80, 1,    0, 1,
                             0x80, 2, 0, 1,    0x80, 3, 0, 1,    0x80, 4, 0, 1, 0x80, 0x0b, 0, 1};
  const IsnsThread server(Array({portal}));
  Serving serving(key, "0x27");
  const ToolResult result = Connect(server, serving);
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("NO_SUITES"));
  EXPECT_EQ(Connect(server, serving, {"--ike", "aes128-sha256-modp2048"}).exit_code, 0)
      << "what is given stands before what is published";
}

TEST_F(ConnectIsns, TellsWhyThereIsNothingToConnectTo) {
  const IsnsThread server(Array({}));
  const ToolResult nothing = RunTool(Arguments{"connect"} + Ask(server));
  EXPECT_EQ(nothing.exit_code, 4);
  EXPECT_THAT(nothing.err, HasSubstr("no target " + std::string(kArray)));
  const ToolResult no_server =
      RunTool({"connect", "--target", kArray, "--initiator", kMe, "--key-file", key});
  EXPECT_EQ(no_server.exit_code, 2);
  EXPECT_THAT(no_server.err, HasSubstr("--isns: is missing"));
  const ToolResult hold = RunTool(Arguments{"connect", "--hold", "3"} + Ask(server));
  EXPECT_EQ(hold.exit_code, 2);
  EXPECT_THAT(hold.err, HasSubstr("--hold: is for one portal"));
  const ToolResult many = RunTool(Arguments{"connect", "--concurrency", "3"} + Ask(server));
  EXPECT_THAT(many.err, HasSubstr("--concurrency: is for --all"));
}

TEST_F(ConnectIsns, RenderWritesForAPortalOfTheDirectory) {
  PublishedPortal portal = Portal(2, 0x27);
  portal.phase1_proposals = Phase1Proposals("aes256-sha384-ecp384");
  const IsnsThread server(Array({Portal(1, 0x27), portal}));
  const ToolResult result =
      RunTool(Arguments{"render", "--for", "strongswan", "--portal", "127.0.0.2"} + Ask(server));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("aes256-sha384-ecp384"));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
