// All portals of a config: what they are called, and what is configured for the way to each.
#include "policy/fabric.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/config_texts.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::HasSubstr;

using Peer = std::optional<IpAddress>;

constexpr std::string_view kThree = R"({
  "records": [{"name": "any", "securityFlags": "0x27", "key": "text:for-anybody-0001"},
              {"name": "b", "securityFlags": "0x2b", "peer": "192.0.2.11",
               "key": "text:for-b-000001"}],
  "portals": [{"address": "192.0.2.10", "socket": 3261, "securityBitmap": 55},
              {"address": "192.0.2.11"},
              {"address": "2001:db8::1"},
              {"address": "Array.example", "symbolicName": "array"}],
  "tunnelAddresses": [{"destination": "192.0.2.11", "outer": "198.51.100.1"}]})";

Sources SourcesOf(const Fabric& fabric, std::size_t index) {
  auto sources = fabric.SourcesFor(index);
  EXPECT_TRUE(sources.ok()) << (sources.ok() ? "" : sources.error().Text());
  return sources.ok() ? *std::move(sources) : Sources{};
}

std::string ErrorOf(const Fabric& fabric, std::size_t index) {
  const auto sources = fabric.SourcesFor(index);
  return sources.ok() ? "" : sources.error().Text();
}

TEST(FabricTest, NamesHoldThePortAndBracketsWhereTheyAreNeeded) {
  const Config config = Accept(kThree);
  const Fabric fabric(config, "", {});
  ASSERT_EQ(fabric.size(), 4U);
  EXPECT_EQ(fabric.NameOf(0), "192.0.2.10:3261");
  EXPECT_EQ(fabric.NameOf(1), "192.0.2.11:3260");
  EXPECT_EQ(fabric.NameOf(2), "[2001:db8::1]:3260");
  EXPECT_EQ(fabric.NameOf(3), "Array.example:3260");
  EXPECT_EQ(fabric.portal(3).symbolic_name, "array");
}

TEST(FabricTest, EachPortalHasItsOwnRecordWordKeyAndGateway) {
  const Config config = Accept(kThree);
  const Fabric fabric(config, "", {});
  const Sources first = SourcesOf(fabric, 0);
  EXPECT_EQ(first.name, "any");
  EXPECT_EQ(first.request.word.word(), 0x27U);
  EXPECT_EQ(KeyText(first.key), "for-anybody-0001");
  EXPECT_EQ(first.target_port, 3261);
  EXPECT_EQ(first.portal, IpAddress::Parse("192.0.2.10"));
  EXPECT_FALSE(first.request.tunnel_outer);
  const Sources bound = SourcesOf(fabric, 1);
  EXPECT_EQ(bound.name, "b");
  EXPECT_EQ(bound.request.word.word(), 0x2bU);
  EXPECT_EQ(KeyText(bound.key), "for-b-000001");
  EXPECT_EQ(bound.target_port, 3260);
  EXPECT_EQ(bound.request.tunnel_outer, IpAddress::Parse("198.51.100.1"));
  EXPECT_EQ(SourcesOf(fabric, 2).name, "any");
}

TEST(FabricTest, TheSourcesOfAPortalAreThoseThatItWouldHaveAlone) {
  const Config config = Accept(kThree);
  const Fabric fabric(config, "", {});
  for (const char* address : {"192.0.2.10", "192.0.2.11", "2001:db8::1"}) {
    const std::size_t index = address[0] == '2' ? 2 : address[9] == '1' ? 1 : 0;
    const auto alone = ChooseSources(config, "", IpAddress::Parse(address));
    ASSERT_TRUE(alone.ok());
    const Sources here = SourcesOf(fabric, index);
    EXPECT_EQ(here.name, alone->name) << address;
    EXPECT_EQ(here.request.word, alone->request.word) << address;
    EXPECT_EQ(KeyText(here.key), KeyText(alone->key)) << address;
    EXPECT_EQ(here.target_port, alone->target_port) << address;
    EXPECT_EQ(here.request.tunnel_outer, alone->request.tunnel_outer) << address;
  }
}

TEST(FabricTest, TheRecordForAPortalsTargetIsTaken) {
  Config config = Accept(R"({"records": [
    {"name": "disk", "securityFlags": "0x27", "key": "text:k", "target": "iqn.x:disk"},
    {"name": "tape", "securityFlags": "0x2b", "key": "text:k", "target": "iqn.x:tape"}],
    "portals": [{"address": "192.0.2.10"}, {"address": "192.0.2.11"}]})");
  config.portals[0].targets = {"iqn.x:tape"};
  config.portals[1].targets = {"iqn.x:disk"};
  const Fabric fabric(config, "", {"--entry", "--config: f.json"});
  EXPECT_EQ(SourcesOf(fabric, 0).name, "tape");
  EXPECT_EQ(SourcesOf(fabric, 1).name, "disk");
  const auto alone = ChooseSources(config, "", IpAddress::Parse("192.0.2.10"));
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(alone->name, "tape");
}

// What one address offers on two TCP ports are two portals.
TEST(FabricTest, OfPortalsAtOneAddressTheOneOfTheRecordsTargetIsTaken) {
  Config config = Accept(R"({"records": [
    {"name": "disk", "securityFlags": "0x27", "key": "text:k", "target": "iqn.x:disk"},
    {"name": "tape", "securityFlags": "0x2b", "key": "text:k", "target": "iqn.x:tape"}],
    "portals": [{"address": "192.0.2.10", "socket": 3261}, {"address": "192.0.2.10"},
                {"address": "192.0.2.10", "socket": 860, "securityBitmap": 55}]})");
  config.portals[0].targets = {"iqn.x:tape"};
  config.portals[1].targets = {"iqn.x:disk"};
  config.portals[0].in_isns = config.portals[1].in_isns = true;
  const Peer there = IpAddress::Parse("192.0.2.10");
  const auto choose = [&](const std::string& record) {
    return ChooseSources(config, record, there);
  };
  ASSERT_FALSE(choose("").ok());
  EXPECT_THAT(choose("").error().Text(), HasSubstr("several records fit the peer 192.0.2.10"));
  ASSERT_TRUE(choose("disk").ok() && choose("tape").ok());
  EXPECT_EQ(choose("disk")->target_port, 3260);
  EXPECT_EQ(choose("tape")->target_port, 3261);
  config.records.erase(config.records.begin());
  ASSERT_TRUE(choose("").ok());
  EXPECT_EQ(choose("")->name, "tape");
  EXPECT_EQ(choose("")->target_port, 3261);
  config.records[0].target = "iqn.x:other";
  EXPECT_THAT(choose("tape").error().Text(), HasSubstr("is for the target \"iqn.x:other\""));
  EXPECT_THAT(choose("").error().Text(), HasSubstr("with any of its 2 targets"));
  EXPECT_EQ(ErrorOf(Fabric(config, "tape", {"--entry", "--config"}), 0),
            "--entry: is for the target \"iqn.x:other\"");
}

TEST(FabricTest, OfPortalsAtOneAddressNoneSpeaksWhereNoTargetIsNamed) {
  Config config = Accept(R"({"portals": [
    {"address": "192.0.2.10", "socket": 3261, "securityBitmap": 55},
    {"address": "192.0.2.10", "securityBitmap": 39}],
    "logins": [{"target": "iqn.x:disk", "passedFlags": "0x2b", "key": "text:k"}]})");
  const Peer there = IpAddress::Parse("192.0.2.10");
  EXPECT_EQ(ChooseSources(config, "", there)->request.word.word(), 0x2bU);
  EXPECT_EQ(ChooseSources(config, "", there)->target_port, 3261) << "they are one as the other";
  config.portals[0].targets = {"iqn.x:disk"};
  config.portals[1].targets = {"iqn.x:tape"};
  const auto by_login = ChooseSources(config, "", there);
  EXPECT_EQ(by_login->target_port, 3261);
  EXPECT_EQ(KeyText(by_login->key), "k");
  config.logins.clear();
  const auto nobody = ChooseSources(config, "", there);
  EXPECT_FALSE(nobody->request.word.IsValid());
  ASSERT_FALSE(nobody->request.prior.empty());
  EXPECT_EQ(nobody->request.prior.back().code, "NO_PORTAL_CHOSEN");
  EXPECT_THAT(nobody->request.prior.back().text, HasSubstr("they lead to different targets"));
}

// A portal known by name alone: any record may be meant, and of two none is.
TEST(FabricTest, ANameThatIsNotResolvedFitsEveryRecord) {
  const Config config = Accept(kThree);
  EXPECT_THAT(ErrorOf(Fabric(config, "", {"--entry", "--config: f.json"}), 3),
              HasSubstr("--config: f.json: several records fit; choose with --entry"));
  const Fabric chosen(config, "any", {});
  EXPECT_EQ(SourcesOf(chosen, 3).name, "any");
  EXPECT_FALSE(SourcesOf(chosen, 3).portal);
}

TEST(FabricTest, TheRecordThatIsAskedForServesAllItIsNotKeptFrom) {
  const Config config = Accept(kThree);
  const Fabric any(config, "any", {"--entry", "--config: f.json"});
  EXPECT_TRUE(any.Check().ok());
  EXPECT_EQ(SourcesOf(any, 1).name, "any");
  const Fabric bound(config, "b", {"--entry", "--config: f.json"});
  EXPECT_TRUE(bound.Check().ok());
  EXPECT_EQ(ErrorOf(bound, 0), "--entry: is bound to the peer 192.0.2.11");
  EXPECT_EQ(SourcesOf(bound, 1).name, "b");
  EXPECT_EQ(ErrorOf(bound, 3), "--entry: is bound to the peer 192.0.2.11");
}

TEST(FabricTest, CheckTellsOfARecordThatIsNotThereAndOfNothingElse) {
  const Config config = Accept(kThree);
  const auto missing = Fabric(config, "c", {"--entry", "--config: f.json"}).Check();
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().Text(), "--entry: \"c\" is no record; there are 0 \"any\", 1 \"b\"");
  EXPECT_TRUE(Fabric(config, "", {}).Check().ok());
  EXPECT_TRUE(Fabric(config, "1", {}).Check().ok());
}

TEST(FabricTest, NoRecordForAPortalIsToldWithItsAddress) {
  const Config config = Accept(R"({"records": [{"name": "b", "securityFlags": "0x27",
    "peer": "192.0.2.11", "key": "text:k"}], "portals": [{"address": "192.0.2.10"},
    {"address": "192.0.2.11"}]})");
  const Fabric fabric(config, "", {"--entry", "--config: f.json"});
  EXPECT_EQ(ErrorOf(fabric, 0),
            "--config: f.json: no record is for the peer 192.0.2.10; there are 0 \"b\"");
  EXPECT_EQ(SourcesOf(fabric, 1).name, "b");
}

TEST(FabricTest, WithoutRecordsThePortalsOwnKeysAndTheGroupKeyServe) {
  const Config config = Accept(R"({"portals": [
    {"address": "192.0.2.10", "securityBitmap": 39, "key": "text:of-the-portal"},
    {"address": "192.0.2.10", "socket": 3261, "securityBitmap": 43}],
    "defaults": {"groupKey": "text:of-the-group"}})");
  const Fabric fabric(config, "", {});
  const Sources own = SourcesOf(fabric, 0);
  EXPECT_EQ(own.name, "");
  EXPECT_EQ(KeyText(own.key), "of-the-portal");
  EXPECT_EQ(own.request.word.word(), 39U);
  const Sources second = SourcesOf(fabric, 1);  // of the same address, and yet itself
  EXPECT_EQ(KeyText(second.key), "of-the-group");
  EXPECT_EQ(second.request.word.word(), 43U);
  EXPECT_TRUE(second.group_key);
}

}  // namespace
}  // namespace iscsi_ike::policy
