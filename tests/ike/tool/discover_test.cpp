// discover: what it prints of a server's answers, and its exit codes. The server runs beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "ike/tool/isns_query.hpp"
#include "ike/tool/isns_server.hpp"
#include "ike/tool/portal_plans.hpp"
#include "ike/wire/stored_proposals.hpp"
#include "policy/suites.hpp"
#include "tests/ike/tool/isns_thread.hpp"
#include "tests/ike/tool/tool_process.hpp"
#include "tests/support/isns_server.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using nlohmann::json;
using policy::isns::PublishedPortal;
using test::FakeIsns;
using test::IsnsThread;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMe = "iqn.2026-01.example.hba:one";
constexpr const char* kArray = "iqn.2026-01.example.array:a";

std::vector<policy::Phase1Suite> Phase1(std::string_view text) {
  return *policy::ParsePhase1List(text, "suites");
}
std::vector<policy::EspSuite> Esp(std::string_view text) {
  return *policy::ParseEspList(text, "suites");
}

PublishedPortal Portal(std::uint8_t last, std::uint32_t bitmap) {
  return {{policy::IpAddress::V4({192, 0, 2, last}), {3260, false}},
          policy::SecurityFlags(bitmap),
          {},
          {},
          {}};
}

PublishedPortal Publishing(std::uint8_t last, std::uint32_t bitmap) {
  PublishedPortal portal = Portal(last, bitmap);
  const std::vector<policy::Encapsulation> modes = {policy::Encapsulation::kTransport,
                                                    policy::Encapsulation::kTunnel};
  portal.phase1_proposals = WriteStoredPhase1(Phase1("aes256-sha384-ecp384"), {7200, 0});
  portal.phase2_proposals = WriteStoredEsp(Esp("aes256gcm16-esn"), modes, std::nullopt, {1800, 0});
  return portal;
}

FakeIsns Fabric() {
  FakeIsns isns;
  isns.targets = {{"array.example", kArray, {Portal(10, 0x27), Publishing(11, 0x07)}, {}},
                  {"tape.example", "iqn.2026-01.example.tape:b", {Portal(12, 0x01)}, {}}};
  isns.targets[0].entity_proposals = WriteStoredPhase1(Phase1("aes128-sha1-modp1536"), {0, 0});
  isns.targets[0].portals[0].symbolic_name = "left";
  return isns;
}

ToolResult Discover(const IsnsThread& server, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"discover", "--isns", server.address(), "--initiator", kMe};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return RunTool(arguments);
}

TEST(Discover, TellsEachPortalAndItsPlan) {
  const IsnsThread server(Fabric());
  const policy::SuiteSet defaults = policy::DefaultSuites();
  const ToolResult result = Discover(server);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("warning"), HasSubstr("RFC 4171 (7.3, 7.4)")));
  EXPECT_EQ(
      result.out,
      server.address() + " shows " + kMe +
          " 2 targets, 3 portals\n"
          "iqn.2026-01.example.array:a\n"
          "  192.0.2.10:3260  group 1  left\n"
          "    bitmap    0x27 VALID|IKE_IPSEC_ENABLED|MAIN_MODE_ENABLED|"
          "TRANSPORT_MODE_PREFERRED\n"
          "    entity 1  aes128-sha1-modp1536\n"
          "    plan      main mode, transport, no PFS; phase 1 aes128-sha1-modp1536; phase 2 " +
          policy::ToString(std::span(defaults.phase2)) +
          "\n"
          "  192.0.2.11:3260  group 1\n"
          "    bitmap    0x7 VALID|IKE_IPSEC_ENABLED|MAIN_MODE_ENABLED\n"
          "    phase 1   aes256-sha384-ecp384 7200s\n"
          "    phase 2   aes256gcm16-esn transport 1800s\n"
          "    phase 2   aes256gcm16-esn tunnel 1800s\n"
          "    plan      main mode, transport or tunnel, no PFS; phase 1 "
          "aes256-sha384-ecp384; phase 2 aes256gcm16-esn\n"
          "iqn.2026-01.example.tape:b\n"
          "  192.0.2.12:3260  group 1\n"
          "    bitmap    0x1 VALID\n"
          "    plan      IPSEC_DISABLED: the word switches IKE/IPsec off: nothing to "
          "negotiate\n");
}

TEST(Discover, JsonIsTheContract) {
  const IsnsThread server(Fabric());
  const ToolResult result = Discover(server, {"--json", "--target", "IQN.2026-01.example.array:A"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json all = json::parse(result.out);
  EXPECT_EQ(all.at("server"), server.address());
  EXPECT_EQ(all.at("initiator"), kMe);
  EXPECT_EQ(all.at("registered"), true);
  ASSERT_EQ(all.at("targets").size(), 1U);
  EXPECT_TRUE(all.at("unassigned").empty());
  EXPECT_TRUE(all.at("problems").empty());
  const json& target = all.at("targets")[0];
  EXPECT_EQ(target.at("name"), kArray);
  EXPECT_EQ(target.at("entity"), "array.example");
  EXPECT_EQ(target.at("alias"), "");
  ASSERT_EQ(target.at("portals").size(), 2U);
  const json& first = target.at("portals")[0];
  EXPECT_EQ(first.at("address"), "192.0.2.10");
  EXPECT_EQ(first.at("port"), 3260);
  EXPECT_EQ(first.at("protocol"), "tcp");
  EXPECT_EQ(first.at("group"), 1);
  EXPECT_EQ(first.at("symbolic_name"), "left");
  EXPECT_EQ(first.at("bitmap"), "0x27");
  EXPECT_EQ(first.at("phase1_proposals").at("of"), "entity");
  EXPECT_TRUE(first.at("phase2_proposals").is_null());
  EXPECT_EQ(first.at("plan").at("outcome"), "plan");
  EXPECT_EQ(first.at("plan").at("phase1"), json::parse(R"(["aes128-sha1-modp1536"])"));
  const json& second = target.at("portals")[1];
  EXPECT_EQ(second.at("phase1_proposals"),
            json::parse(R"({"of": "portal", "offers": [{"suite": "aes256-sha384-ecp384",
                            "lifetime": {"seconds": 7200, "kilobytes": 0}}], "unusable": []})"));
  EXPECT_EQ(second.at("phase2_proposals").at("offers")[1].at("encapsulation"), "tunnel");
  EXPECT_EQ(second.at("plan").at("lifetimes").at("phase2").at("seconds"), 1800);
  EXPECT_EQ(second.at("plan").at("encapsulation"), json::parse(R"(["transport", "tunnel"])"));
}

TEST(Discover, VerboseShowsWholePlans) {
  const IsnsThread server(Fabric());
  const ToolResult result = Discover(server, {"-v", "--no-register"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("      word           0x27\n"),
                                HasSubstr("      reasons\n"), HasSubstr("note MAIN_MODE_ONLY")));
}

TEST(Discover, ExitCodesTellTheKindOfFailure) {
  FakeIsns refusing = Fabric();
  refusing.refusals[policy::isns::Function::kDevAttrQry] =
      policy::isns::StatusCode::kSourceUnauthorized;
  const IsnsThread refuses(refusing);
  const ToolResult refused = Discover(refuses);
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, HasSubstr("iscsi-ike: iSNS: " + refuses.address() +
                                     ": query of targets: Source Unauthorized (8): "));

  const IsnsThread empty{FakeIsns()};
  const ToolResult nothing = Discover(empty, {"--json"});
  EXPECT_EQ(nothing.exit_code, 4);
  EXPECT_TRUE(json::parse(nothing.out).at("targets").empty());
  EXPECT_THAT(nothing.err, HasSubstr("the server shows no target to iqn.2026-01.example.hba:one"));

  const IsnsThread silent(Fabric(), IsnsThread::Manner::kSilence);
  const ToolResult late = Discover(silent, {"--timeout", "1"});
  EXPECT_EQ(late.exit_code, 5);
  EXPECT_THAT(late.err, HasSubstr("no answer came in time"));
}

TEST(Discover, ASignalTakesTheRegistrationBack) {
  for (const int signal : {SIGINT, SIGTERM}) {
    IsnsThread server(Fabric(), IsnsThread::Manner::kTillRegistered);
    ToolProcess discover({"discover", "--isns", server.address(), "--initiator", kMe});
    ASSERT_TRUE(server.WaitFor([](const FakeIsns& isns) { return isns.asked.size() == 3; }));
    EXPECT_TRUE(server.With([](const FakeIsns& isns) { return isns.nodes.contains(kMe); }));
    discover.Signal(signal);
    const ToolResult result = discover.Finish(std::chrono::seconds(5));
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_THAT(result.err, HasSubstr("query of targets: ended by a signal"));
    EXPECT_TRUE(server.WaitFor([](const FakeIsns& isns) { return isns.nodes.empty(); }));
  }
}

TEST(Discover, BadInputIsNamed) {
  const auto line = [](const std::vector<std::string>& arguments) {
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  EXPECT_THAT(line({"discover"}), HasSubstr("--isns: is missing"));
  EXPECT_THAT(line({"discover", "--isns", "a b", "--initiator", kMe}),
              HasSubstr("--isns: \"a b\" is not HOST[:PORT]"));
  EXPECT_THAT(line({"discover", "--isns", "localhost:0", "--initiator", kMe}),
              HasSubstr("--isns: '0' is not a number from 1 to 65535"));
  EXPECT_THAT(line({"discover", "--isns", "localhost", "--initiator", "fred"}),
              HasSubstr("--initiator: \"fred\" is no iSCSI name"));
  EXPECT_THAT(line({"discover", "--isns", "localhost", "--initiator", kMe, "--target", "x"}),
              HasSubstr("--target: \"x\" is no iSCSI name"));
  EXPECT_THAT(line({"discover", "--isns", "localhost", "--initiator", kMe, "--timeout", "0"}),
              HasSubstr("--timeout"));
}

TEST(IsnsServerText, HostsAndPorts) {
  const auto text = [](std::string_view typed) {
    const auto server = ParseIsnsServer(typed, "--isns");
    return server ? server->ToString() : "error";
  };
  EXPECT_EQ(text("isns.example"), "isns.example:3205");
  EXPECT_EQ(text("isns.example:99"), "isns.example:99");
  EXPECT_EQ(text("192.0.2.1:99"), "192.0.2.1:99");
  EXPECT_EQ(text("2001:db8::1"), "[2001:db8::1]:3205");
  EXPECT_EQ(text("[2001:db8::1]"), "[2001:db8::1]:3205");
  EXPECT_EQ(text("[2001:db8::1]:99"), "[2001:db8::1]:99");
  EXPECT_EQ(text("fe80::1%eth0"), "[fe80::1%eth0]:3205");
  for (const char* wrong :
       {"", ":99", "[2001:db8::1", "[2001:db8::1]x", "a:b", "a:", "a/b", "a:65536"})
    EXPECT_EQ(text(wrong), "error") << wrong;
}

// PlanOf is for a portal that stands alone in a directory.
PortalPlan PlanOf(const PublishedPortal& published) {
  policy::isns::Portal portal;
  portal.key = published.key;
  portal.bitmap = published.bitmap;
  portal.phase1_proposals = published.phase1_proposals;
  portal.phase2_proposals = published.phase2_proposals;
  return PlanFor({}, portal);
}

TEST(PortalPlan, FollowsTheProposals) {
  const PortalPlan result = PlanOf(Publishing(1, 0x07));
  EXPECT_EQ(result.plan.outcome, policy::Outcome::kPlan);
  EXPECT_EQ(result.plan.phase1, Phase1("aes256-sha384-ecp384"));
  EXPECT_EQ(result.plan.phase2, Esp("aes256gcm16-esn"));
  EXPECT_EQ(result.plan.phase1_lifetime.seconds, 7200U);
  EXPECT_TRUE(result.published.warnings.empty());
}

TEST(PortalPlans, EachPortalIsPlannedOnceAsLongAsThereIsRoom) {
  policy::isns::Directory directory;
  directory.portals.resize(3);
  directory.portals[1].bitmap = policy::SecurityFlags(0x27);
  directory.portals[1].phase1_proposals =
      WriteStoredPhase1(Phase1("aes256-sha384-ecp384,aes128-sha256-modp2048"), {0, 0});
  PortalPlans plans(directory);
  for (int target = 0; target < 3; ++target)
    for (policy::isns::Index portal = 0; portal < 3; ++portal)
      EXPECT_EQ(plans.Of(portal).word, policy::SecurityFlags(portal == 1 ? 0x27 : 0));
  EXPECT_EQ(plans.planned(), 3U);
  PortalPlans narrow(directory, 2);
  for (const policy::isns::Index portal : {1U, 1U, 2U, 1U}) (void)narrow.Of(portal);
  EXPECT_EQ(narrow.planned(), 3U);
}

TEST(PortalPlan, ProposalsWithoutMainModeAreTakenWithAWarning) {
  const PortalPlan result = PlanOf(Publishing(1, 0x0b));
  EXPECT_EQ(result.plan.phase2, Esp("aes256gcm16-esn"));
  EXPECT_THAT(result.published.warnings, ElementsAre(HasSubstr("without MAIN_MODE_ENABLED")));
}

// A server may tell more than it was asked for.
TEST(PortalsOf, AreThoseOfTheTargetThatIsAskedFor) {
  policy::isns::Directory directory;
  directory.nodes.resize(2);
  directory.nodes[0].name = "iqn.2026-01.example.array:a";
  directory.nodes[1].name = "iqn.2026-01.example.tape:b";
  directory.portals.resize(3);
  for (std::uint8_t i = 0; i < 3; ++i)
    directory.portals[i].key = {policy::IpAddress::V4({192, 0, 2, i}), {3260, false}};
  directory.groups = {{0, 0, 1}, {1, 1, 1}, {0, 2, 1}, {1, 2, 1}};
  const auto targets = [&](const std::string& target) {
    std::vector<std::size_t> counts;
    for (const auto& portal : PortalsOf(directory, target).portals)
      counts.push_back(portal.targets.size());
    return counts;
  };
  EXPECT_THAT(targets(""), ElementsAre(1U, 1U, 2U));
  EXPECT_THAT(targets("IQN.2026-01.example.TAPE:b"), ElementsAre(1U, 1U));
  EXPECT_THAT(targets("iqn.else"), testing::IsEmpty());
  const auto of_tape = PortalsOf(directory, directory.nodes[1].name);
  ASSERT_EQ(of_tape.portals.size(), 2U);
  EXPECT_EQ(of_tape.portals[0].address, policy::IpAddress::V4({192, 0, 2, 1}));
  EXPECT_THAT(of_tape.portals[1].targets, ElementsAre(directory.nodes[1].name));
}

TEST(PublishedReader, GivesWhatEachPortalWouldHaveAlone) {
  policy::isns::Directory directory;
  directory.entities.resize(2);
  directory.entities[1].phase1_proposals = Publishing(1, 0x07).phase1_proposals;
  PublishedReader reader(directory);
  for (const bool own_phase1 : {false, true}) {
    for (const bool own_phase2 : {false, true}) {
      for (const std::uint32_t entity : {0U, 1U, 1U, 2U}) {
        policy::isns::Portal portal;
        portal.bitmap = policy::SecurityFlags(0x0b);
        if (entity < 2) portal.entity = entity;
        if (own_phase1)
          portal.phase1_proposals = WriteStoredPhase1(Phase1("3des-sha1-modp1024"), {});
        if (own_phase2) portal.phase2_proposals = Publishing(1, 0x07).phase2_proposals;
        const auto alone = ProposalsOf(ReadPublished(directory, portal));
        const auto here = reader.Read(portal);
        EXPECT_EQ(here.phase1, alone.phase1);
        EXPECT_EQ(here.phase1.has_value(), own_phase1 || entity == 1);
        EXPECT_EQ(here.phase2, alone.phase2);
        EXPECT_EQ(here.phase2.has_value(), own_phase2);
        EXPECT_EQ(here.notes, alone.notes);
      }
    }
  }
}

// A server can give every portal an SA payload that is full.
TEST(PortalPlan, KeepsNoMoreProposalsThanAPlanCouldUse) {
  PublishedPortal portal = Portal(1, 0x07);
  const std::vector<policy::Phase1Suite> many(
      kMostPublishedOffers + 1, policy::ParsePhase1List("aes256-sha384-ecp384", "s")->front());
  portal.phase1_proposals = WriteStoredPhase1(many, {7200, 0});
  const PortalPlan result = PlanOf(portal);
  EXPECT_EQ(result.published.phase1->offers.size(), many.size()) << "all are listed";
  EXPECT_EQ(ProposalsOf(result.published).phase1->size(), kMostPublishedOffers);
  EXPECT_THAT(result.published.warnings,
              ElementsAre("phase-1 proposals: of 65 the first 64 count"));
  portal.phase1_proposals = WriteStoredPhase1(std::span(many).first(64), {7200, 0});
  EXPECT_THAT(PlanOf(portal).published.warnings, testing::IsEmpty());
}

TEST(PortalPlan, ABitmapThatSwitchesIpsecOffWins) {
  const PortalPlan result = PlanOf(Publishing(1, 0x01));
  EXPECT_EQ(result.plan.outcome, policy::Outcome::kDisabled);
  EXPECT_THAT(result.published.warnings, ElementsAre(HasSubstr("does not enable IKE/IPsec")));
}

TEST(PortalPlan, TellsWhatTheBitmapAndTheProposalsDisagreeOn) {
  PublishedPortal portal = Publishing(1, 0x57);  // PFS, tunnel
  const std::vector<policy::Encapsulation> transport = {policy::Encapsulation::kTransport};
  portal.phase2_proposals = WriteStoredEsp(Esp("aes128-sha1"), transport, std::nullopt, {0, 0});
  EXPECT_THAT(PlanOf(portal).published.warnings,
              ElementsAre(HasSubstr("prefers tunnel mode, which is not among"),
                          HasSubstr("the word enables PFS, and the first")));
  portal.bitmap = policy::SecurityFlags(0x27);
  portal.phase2_proposals =
      WriteStoredEsp(Esp("aes128-sha1"), transport, crypto::DhGroup::kModp2048, {0, 0});
  const PortalPlan without = PlanOf(portal);
  EXPECT_EQ(without.plan.outcome, policy::Outcome::kPlan);
  EXPECT_THAT(without.published.warnings, ElementsAre(HasSubstr("does not enable PFS")));
  portal.bitmap = policy::SecurityFlags(0x37);
  EXPECT_EQ(PlanOf(portal).plan.pfs_group, crypto::DhGroup::kModp2048);
}

TEST(PortalPlan, ProposalsThatCannotBeReadAreToldAndTheDefaultsStay) {
  PublishedPortal portal = Portal(1, 0x07);
  portal.phase1_proposals = {0, 0, 0, 99};
  const PortalPlan result = PlanOf(portal);
  EXPECT_EQ(result.plan.phase1, policy::DefaultSuites().phase1);
  EXPECT_THAT(result.published.warnings,
              ElementsAre(AllOf(HasSubstr("phase-1 proposals: octet 2"), Not(HasSubstr("\n")))));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
