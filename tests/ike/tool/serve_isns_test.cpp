// serve --isns: what an iSNS server has of a serve from its ready line to its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kController = "iqn.2026-01.example.array:a";

// PortalLine: "192.0.2.1:3260 0x27 its name".
std::string PortalLine(const PublishedPortal& portal) {
  return portal.key.ToString() + " " + portal.bitmap.ToHex() +
         (portal.symbolic_name.empty() ? "" : " " + portal.symbolic_name);
}

std::vector<std::string> PortalLines(const FakeIsns& isns) {
  std::vector<std::string> lines;
  if (!isns.targets.empty())
    for (const PublishedPortal& portal : isns.targets[0].portals)
      lines.push_back(PortalLine(portal));
  return lines;
}

bool HasTarget(const FakeIsns& isns) { return !isns.targets.empty(); }

class ServeIsns : public testing::Test {
 protected:
  Arguments At(const Arguments& more = {}) {
    return Arguments{"--isns", server.address(), "--isns-target", kController} + more;
  }
  // Registered runs serve with `arguments` until it is registered, and gives the portals.
  std::vector<std::string> Registered(const Arguments& arguments) {
    ToolProcess serve(Arguments{"serve"} + arguments + At());
    EXPECT_TRUE(serve.WaitForOut("registered"));
    auto portals = server.With(PortalLines);
    serve.Signal(SIGTERM);
    const ToolResult result = serve.Finish(std::chrono::seconds(5));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_FALSE(server.With(HasTarget));
    said = result.err;
    return portals;
  }
  static std::vector<json> Lines(const std::string& out) {
    std::vector<json> lines;
    std::istringstream text(out);
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
    return lines;
  }

  TemporaryFolder folder;
  std::string key = folder.Write("key", "0x00112233445566778899aabbccddeeff\n");
  Arguments settings{"--flags", "0x27", "--key-file", key};
  IsnsThread server{FakeIsns()};
  std::string said;  // on standard error
};

class EachSignal : public ServeIsns, public testing::WithParamInterface<int> {};

TEST_P(EachSignal, TakesTheRegistrationBack) {
  Serving serving(settings + At({"--isns-entity", "array.example", "--isns-alias", "left"}));
  ASSERT_TRUE(serving.process.WaitForOut("iSNS: "));
  server.With([](const FakeIsns& isns) {
    ASSERT_THAT(isns.targets, SizeIs(1));
    EXPECT_EQ(isns.targets[0].name, kController);
    EXPECT_EQ(isns.targets[0].entity, "array.example");
    EXPECT_EQ(isns.targets[0].alias, "left");
    EXPECT_THAT(PortalLines(isns), ElementsAre("127.0.0.1:3260 0x27"));
    EXPECT_THAT(isns.targets[0].portals[0].phase1_proposals, IsEmpty());
  });
  const ToolResult result = serving.Stop(GetParam());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(server.With(HasTarget));
  const std::string target = std::string(kController) + " in entity \"array.example\", 1 portal\n";
  EXPECT_THAT(result.out, HasSubstr("\niSNS: " + server.address() + ": registered " + target +
                                    "iSNS: " + server.address() + ": deregistered " + target));
  EXPECT_THAT(result.err, HasSubstr("RFC 4171 (7.3, 7.4)"));
}

INSTANTIATE_TEST_SUITE_P(Signals, EachSignal, testing::Values(SIGTERM, SIGINT),
                         [](const auto& signal) {
                           return std::string(signal.param == SIGTERM ? "Term" : "Int");
                         });

TEST_F(ServeIsns, TheRegistrationGoesBeforeTheSessions) {
  Serving serving(settings + At());
  ASSERT_TRUE(serving.process.WaitForOut("iSNS: "));
  const ToolProcess connect(
      Arguments{"connect", "--portal", serving.place, "--local", "127.0.0.1:0", "--hold", "20"} +
      settings);
  ASSERT_TRUE(serving.process.WaitForOut("child SA established"));
  const std::string out = serving.Stop().out;
  const auto deregistered = out.find("deregistered");
  ASSERT_NE(deregistered, std::string::npos);
  EXPECT_GT(out.find("phase 1 closed by this end"), deregistered);
  EXPECT_NE(out.find("phase 1 closed by this end"), std::string::npos);
}

TEST_F(ServeIsns, JsonLinesHaveTheMembersOfAll) {
  Serving serving(settings + At({"--json"}));
  ASSERT_TRUE(serving.process.WaitForOut("\"isns\""));
  const auto lines = Lines(serving.Stop().out);
  ASSERT_THAT(lines, SizeIs(3));
  for (const json& line : {lines[1], lines[2]}) {
    EXPECT_EQ(line.at("event"), "isns");
    for (const char* member : {"session", "outcome", "phase1", "failure", "record", "text"})
      EXPECT_TRUE(line.at(member).is_null()) << member;
    EXPECT_EQ(line.at("server"), server.address());
    EXPECT_EQ(line.at("node"), kController);
    EXPECT_EQ(line.at("entity"), kController) << "its own";
    EXPECT_EQ(line.at("portals"), 1);
    EXPECT_TRUE(line.at("retry_after").is_null());
  }
  EXPECT_EQ(lines[1].at("state"), "registered");
  EXPECT_EQ(lines[2].at("state"), "deregistered");
}

TEST_F(ServeIsns, ServesWhileNoServerIsThere) {
  const std::string nowhere = [] { return IsnsThread(FakeIsns()).address(); }();
  Serving serving(settings + Arguments{"--json", "--isns", nowhere, "--isns-target", kController});
  ASSERT_TRUE(serving.process.WaitForOut("\"failed\""));
  EXPECT_EQ(
      RunTool(Arguments{"connect", "--portal", serving.place, "--local", "127.0.0.1:0"} + settings)
          .exit_code,
      0);
  const ToolResult result = serving.Stop();
  EXPECT_EQ(result.exit_code, 0);
  const auto lines = Lines(result.out);
  EXPECT_EQ(lines[0].at("event"), "ready");
  EXPECT_EQ(lines[1].at("state"), "failed");
  EXPECT_EQ(lines[1].at("retry_after"), 5);
  EXPECT_EQ(lines[1].at("entity"), kController);
  EXPECT_THAT(lines[1].at("text"), AllOf(HasSubstr(nowhere), HasSubstr("connection refused")));
  EXPECT_THAT(result.err, HasSubstr("warning: iSNS: " + nowhere + ": connection refused"));
  EXPECT_THAT(result.out, Not(HasSubstr("deregistered")));
}

TEST_F(ServeIsns, AServerThatComesLaterIsFound) {
  std::uint16_t port = 0;
  {
    const IsnsThread once{FakeIsns()};
    port = once.port();
  }
  Serving serving(settings + Arguments{"--isns", "127.0.0.1:" + std::to_string(port),
                                       "--isns-target", kController});
  IsnsThread late(FakeIsns(), IsnsThread::Manner::kAnswer, port);
  EXPECT_TRUE(late.WaitFor(HasTarget)) << "after 5 s";
  EXPECT_EQ(serving.Stop().exit_code, 0);
  EXPECT_FALSE(late.With(HasTarget));
}

TEST_F(ServeIsns, AServerThatKeepsSilentHoldsTheEndUpForThreeSecondsAtMost) {
  server.Become(IsnsThread::Manner::kSilence);
  ToolProcess serve(Arguments{"serve", "--local", "127.0.0.1:0"} + settings + At());
  ASSERT_TRUE(serve.WaitForOut("ready"));
  ASSERT_TRUE(server.WaitFor([](const FakeIsns& isns) { return !isns.asked.empty(); }));
  const auto begin = std::chrono::steady_clock::now();
  serve.Signal(SIGTERM);
  const ToolResult result = serve.Finish(std::chrono::seconds(10));
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_GE(took, std::chrono::milliseconds(2900));
  EXPECT_LT(took, std::chrono::milliseconds(4500));
  EXPECT_THAT(result.err, HasSubstr("no deregistration within 3 s"));
}

TEST_F(ServeIsns, ASecondSignalWaitsForNoServer) {
  Serving serving(settings + At({"--json"}));
  ASSERT_TRUE(serving.process.WaitForOut("\"isns\""));
  server.Become(IsnsThread::Manner::kSilence);
  const auto begin = std::chrono::steady_clock::now();
  serving.process.Signal(SIGTERM);
  ASSERT_TRUE(server.WaitFor([](const FakeIsns& isns) { return isns.asked.size() == 3; }));
  EXPECT_EQ(serving.Stop(SIGINT).exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2500));
}

TEST_F(ServeIsns, SeveralEnginesRegisterOnce) {
  Serving serving(settings + At({"--threads", "2"}));
  ASSERT_TRUE(serving.process.WaitForOut("iSNS: "));
  EXPECT_EQ(serving.Stop().exit_code, 0);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(server.With([](const FakeIsns& isns) { return isns.asked; }), SizeIs(3));
}

TEST_F(ServeIsns, QuietSaysNothingOfIt) {
  Serving serving(settings + At({"--quiet"}));
  ASSERT_TRUE(server.WaitFor(HasTarget));
  EXPECT_THAT(serving.Stop().out, AllOf(HasSubstr("served: "), Not(HasSubstr("iSNS"))));
}

TEST_F(ServeIsns, PortalsAreThoseOfTheOptionElseOfLocalElseOfTheConfig) {
  const std::string config = folder.Write("portals.json", R"({
    "portals": [{"address": "127.0.0.5", "socket": 860, "securityBitmap": "0x27",
                 "key": "text:one-key-of-twenty-two", "symbolicName": "north"},
                {"address": "::1", "securityBitmap": "0x4b", "key": "text:other-key-of-twenty"},
                {"address": "127.0.0.7"}],
    "defaults": {"securityBitmap": "0x37", "groupKey": "text:group-key-of-nineteen"}})");
  const Arguments everywhere{"--local", "0.0.0.0:0", "--config", config};
  EXPECT_THAT(Registered(everywhere),
              ElementsAre("127.0.0.5:860 0x27 north", "[::1]:3260 0x4b", "127.0.0.7:3260 0x37"));
  EXPECT_THAT(said, Not(HasSubstr("registered with TCP port")));
  EXPECT_THAT(Registered({"--local", "127.0.0.5:0", "--config", config, "--target-port", "99"}),
              ElementsAre("127.0.0.5:99 0x27"));
  EXPECT_THAT(
      Registered({"--local", "127.0.0.5:0", "--config", config, "--isns-portal", "192.0.2.9"}),
      ElementsAre("192.0.2.9:3260 0x27"))
      << "one portal is served, whatever others call it";
  EXPECT_THAT(Registered(everywhere + Arguments{"--isns-portal", "[2001:db8::5]:33",
                                                "--isns-portal", "127.0.0.5"}),
              ElementsAre("[2001:db8::5]:33 0x37", "127.0.0.5:3260 0x27"));
  EXPECT_THAT(said, AllOf(HasSubstr("[2001:db8::5]:33 is registered with TCP port 33, and serve "
                                    "takes 3260 there"),
                          HasSubstr("127.0.0.5:3260 is registered with TCP port 3260, and serve "
                                    "takes 860 there")));
  EXPECT_THAT(Registered(Arguments{"--local", "127.0.0.1:0", "--local", "127.0.0.1:0", "--local",
                                   "127.0.0.2:0"} +
                         settings),
              ElementsAre("127.0.0.1:3260 0x27", "127.0.0.2:3260 0x27"));
  EXPECT_THAT(said, Not(HasSubstr("others are served there")));
}

TEST_F(ServeIsns, TheConfigMayBeStandardInput) {
  ToolProcess serve(Arguments{"serve", "--local", "0.0.0.0:0", "--config", "-"} + At(),
                    R"({"portals": [{"address": "127.0.0.5", "securityBitmap": "0x27",
                                     "key": "text:one-key-of-twenty-two"}]})");
  EXPECT_TRUE(serve.WaitForOut("registered"));
  EXPECT_THAT(server.With(PortalLines), ElementsAre("127.0.0.5:3260 0x27"));
}

TEST_F(ServeIsns, APortalWhereNothingIsServedIsLeftOutWithAWarning) {
  const std::string config = folder.Write("some.json", R"({"portals": [
    {"address": "127.0.0.5", "securityBitmap": "0x01", "key": "text:one-key-of-twenty-two"},
    {"address": "127.0.0.6", "securityBitmap": "0x27", "key": "text:other-key-of-twenty"},
    {"address": "127.0.0.7"}]})");
  const Arguments everywhere{"--local", "0.0.0.0:0", "--config", config};
  EXPECT_THAT(Registered(everywhere), ElementsAre("127.0.0.6:3260 0x27"));
  for (const char* portal : {"127.0.0.5:3260", "127.0.0.7:3260"}) {
    const std::string rule = "no record with a plan and a key is served there\n";
    EXPECT_THAT(said, HasSubstr("--isns: the portal " + std::string(portal) +
                                " is not registered: " + rule));
    const ToolResult typed =
        RunTool(Arguments{"serve"} + everywhere + At({"--isns-portal", portal}));
    EXPECT_EQ(typed.exit_code, 2);
    EXPECT_THAT(typed.err, HasSubstr("--isns-portal: " + std::string(portal) + ": " + rule));
  }
}

TEST_F(ServeIsns, TheFirstOfSeveralWordsIsRegisteredAndTheOthersNamed) {
  const std::string config = folder.Write("records.json", R"({"records": [
    {"name": "none", "securityFlags": "0x03", "key": "text:some-key-of-twenty-two"},
    {"name": "a", "peer": "192.0.2.1", "securityFlags": "0x2b", "key": "text:a-key-of-eighteen"},
    {"name": "b", "peer": "192.0.2.2", "securityFlags": "0x2b", "key": "text:b-key-of-eighteen"},
    {"name": "c", "peer": "192.0.2.3", "securityFlags": "0x47", "key": "text:c-key-of-18-oc"}]})");
  EXPECT_THAT(Registered({"--local", "127.0.0.1:0", "--config", config}),
              ElementsAre("127.0.0.1:3260 0x2b"));
  EXPECT_THAT(said, HasSubstr("--isns: the bitmap of 127.0.0.1:3260 is 0x2b of 'a', who is first; "
                              "others are served there, 'c' 0x47\n"));
}

TEST_F(ServeIsns, OfManyOtherWordsTheFirstAreNamed) {
  std::string records;
  for (int i = 0; i < 40; ++i)
    records += std::string(i == 0 ? "" : ",") + R"({"name": "r)" + std::to_string(i) +
               R"(", "peer": "192.0.2.)" + std::to_string(i) + R"(", "securityFlags": ")" +
               (i == 0 ? "0x2b" : "0x47") + R"(", "key": "text:a-key-of-eighteen-)" +
               std::to_string(i) + R"("})";
  const std::string config = folder.Write("many.json", R"({"records": [)" + records + "]}");
  EXPECT_THAT(Registered({"--local", "127.0.0.1:0", "--config", config}),
              ElementsAre("127.0.0.1:3260 0x2b"));
  EXPECT_THAT(said, HasSubstr("others are served there, 'r1' 0x47, 'r2' 0x47, 'r3' 0x47 and 36 "
                              "more\n"));
}

TEST_F(ServeIsns, ProposalsAreThoseThatAreServed) {
  const Arguments suites{"--ike", "aes256-sha384-ecp384,aes128-sha256-modp2048", "--esp",
                         "aes256gcm16-esn,aes128-sha1", "--isns-proposals"};
  Serving serving(Arguments{"--flags", "0x37", "--key-file", key} + suites + At());
  ASSERT_TRUE(serving.process.WaitForOut("iSNS: "));
  const PublishedPortal portal =
      server.With([](const FakeIsns& isns) { return isns.targets.at(0).portals.at(0); });
  const auto phase1 = ReadStoredPhase1(portal.phase1_proposals);
  const auto phase2 = ReadStoredEsp(portal.phase2_proposals);
  ASSERT_TRUE(phase1 && phase2);
  ASSERT_THAT(phase1->offers, SizeIs(2));
  EXPECT_EQ(ToString(phase1->offers[0].suite), "aes256-sha384-ecp384");
  EXPECT_EQ(ToString(phase1->offers[1].suite), "aes128-sha256-modp2048");
  EXPECT_EQ(phase1->offers[0].lifetime.seconds, 28800U);
  ASSERT_THAT(phase2->offers, SizeIs(2));
  EXPECT_EQ(ToString(phase2->offers[0].suite), "aes256gcm16-ecp384-esn");
  EXPECT_EQ(ToString(phase2->offers[1].suite), "aes128-sha1-ecp384");
  EXPECT_EQ(phase2->offers[0].mode, policy::Encapsulation::kTransport);
  EXPECT_THAT(serving.Stop().err, Not(HasSubstr("no phase-2 proposals")));
}

TEST_F(ServeIsns, PhaseTwoProposalsNeedMainMode) {
  Serving serving(Arguments{"--flags", "0x4b", "--key-file", key, "--isns-proposals"} + At());
  ASSERT_TRUE(serving.process.WaitForOut("iSNS: "));
  server.With([](const FakeIsns& isns) {
    EXPECT_THAT(isns.targets.at(0).portals.at(0).phase1_proposals, Not(IsEmpty()));
    EXPECT_THAT(isns.targets.at(0).portals.at(0).phase2_proposals, IsEmpty());
  });
  EXPECT_THAT(serving.Stop().err, HasSubstr("--isns-proposals: no phase-2 proposals of "
                                            "127.0.0.1:3260 are registered"));
}

TEST_F(ServeIsns, BadInputIsNamedBeforeAnythingIsBound) {
  const auto line = [this](const Arguments& more, const std::string& local = "127.0.0.1:0") {
    const ToolResult result = RunTool(Arguments{"serve", "--local", local} + settings + more);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  const auto at = [&](const Arguments& more) {
    return line(Arguments{"--isns", "h", "--isns-target", kController} + more);
  };
  EXPECT_THAT(line({"--isns", "a b", "--isns-target", kController}), HasSubstr("--isns: \"a b\""));
  EXPECT_THAT(line({"--isns", "h"}), HasSubstr("--isns-target: is missing"));
  EXPECT_THAT(line({"--isns", "h", "--isns-target", "fred"}),
              HasSubstr("--isns-target: \"fred\" is no iSCSI name"));
  EXPECT_THAT(line({"--isns-proposals"}), HasSubstr("--isns-proposals: is about --isns"));
  EXPECT_THAT(line({"--isns-target", kController}), HasSubstr("--isns-target: is about --isns"));
  EXPECT_THAT(at({"--isns-entity", "isns:x"}), HasSubstr("--isns-entity: begins with isns:"));
  EXPECT_THAT(at({"--isns-alias", std::string(256, 'a')}), HasSubstr("--isns-alias: has 256"));
  EXPECT_THAT(at({"--isns-portal", "array.example"}), HasSubstr("--isns-portal: "));
  EXPECT_THAT(at({"--isns-portal", "0.0.0.0"}), HasSubstr("--isns-portal[0].address: is 0.0.0.0"));
  EXPECT_THAT(at({"--isns-portal", "192.0.2.1", "--isns-portal", "192.0.2.1:3260"}),
              HasSubstr("--isns-portal[1]: is there twice"));
  EXPECT_THAT(at({"--target-port", "0"}), HasSubstr("--target-port: "));
  // An address that this machine does not have: what is told is not that it cannot be bound.
  EXPECT_THAT(line({"--isns", "h", "--isns-target", "x"}, "192.0.2.77:0"),
              HasSubstr("--isns-target"));
  EXPECT_THAT(line({"--isns", "h", "--isns-target", kController}, "0.0.0.0:0"),
              HasSubstr("--isns-portal: is missing"));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
