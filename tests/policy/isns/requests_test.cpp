#include "policy/isns/requests.hpp"

#include <gmock/gmock.h>

#include "policy/isns/dialogue.hpp"
#include "tests/policy/isns/isns_test.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::uint32_t> Tags(const Bytes& attributes) {
  std::vector<std::uint32_t> tags;
  const auto list = AttributeList::Parse(attributes, "test");
  EXPECT_TRUE(list.ok());
  for (const Attribute attribute : *list) tags.push_back(static_cast<std::uint32_t>(attribute.tag));
  return tags;
}

PublishedPortal Published(std::uint8_t last, std::uint32_t bitmap = 0x27) {
  return {{IpAddress::V4({10, 9, 0, last}), {3260, false}}, SecurityFlags(bitmap), {}, {}, {}};
}

Publication Target(std::size_t portals = 2) {
  Publication publication{"array.example", std::string(kArray), "array", {}};
  for (std::size_t i = 0; i < portals; ++i) {
    publication.portals.push_back(Published(static_cast<std::uint8_t>(i + 2)));
    publication.portals.back().key.port.number = static_cast<std::uint16_t>(3260 + i / 200);
  }
  return publication;
}

TEST(IsnsRequests, KeysAreAskedForBeforeWhatBelongsToThem) {
  EXPECT_THAT(Tags(QueryNodes("iqn.i", "", Detail::kFull).operating),
              ElementsAre(1, 11, 32, 33, 34, 16, 17, 18, 27, 28, 29, 49, 50, 51));
  EXPECT_THAT(Tags(QueryNodes("iqn.i", "", Detail::kRequired).operating),
              ElementsAre(1, 32, 33, 16, 17, 27, 51));
  EXPECT_THAT(Tags(QueryNodes("iqn.i", "", Detail::kLeast).operating), ElementsAre(32, 16, 17, 51));
  EXPECT_EQ(ToHex(QueryNodes("iqn.i", "", Detail::kLeast).key), "0000002000000000");
  EXPECT_EQ(ToHex(QueryNodes("iqn.i", "iqn.t", Detail::kLeast).key),
            "000000200000000869716e2e74000000");
}

TEST(IsnsRequests, PortalsAreAskedForByTheOctetsOfTheServer) {
  WireKey key{};
  key[12] = 10;
  key[15] = 2;  // 10.0.0.2 as isnsadm registers it
  EXPECT_EQ(ToHex(QueryPortal("iqn.i", key, Detail::kRequired).key),
            "00000010000000100000000000000000000000000a000002"
            "000000110000000400000000");
  EXPECT_EQ(ToHex(NextGroup("iqn.i", "iqn.t", &key).key),
            "000000300000000869716e2e74000000"
            "00000031000000100000000000000000000000000a000002"
            "000000320000000400000000");
  EXPECT_EQ(ToHex(NextGroup("iqn.i", "iqn.t", nullptr).key),
            "000000300000000000000031000000000000003200000000");
  EXPECT_THAT(Tags(NextGroup("iqn.i", "iqn.t", &key).operating), ElementsAre(48, 49, 50, 51));
}

// But for the empty entity this is what isnsd was given.
TEST(IsnsRequests, AnInitiatorIsRegisteredInAnEntityThatTheServerNames) {
  const Request request = RegisterInitiator(std::string(kHba));
  EXPECT_TRUE(request.key.empty());
  std::string expected(kRegisterHba);
  expected.erase(24, 8 * 2 + 28 * 2);  // source
  expected.erase(0, 24);
  EXPECT_EQ(
      "0000000000000000"
      "000000010000000c6862612e6578616d706c6500" +
          ToHex(request.operating).substr(16),
      expected);
}

TEST(IsnsRequests, ATargetIsRegisteredAsIsnsdTookIt) {
  Publication publication = Target();
  publication.portals[0].bitmap = SecurityFlags(0x17);
  publication.portals[1].bitmap = SecurityFlags(0x2b);
  std::size_t next = 0;
  const Request request = RegisterTarget(publication, publication.entity, next);
  EXPECT_EQ(next, 2U);
  EXPECT_EQ(ToHex(WriteMessage(ToMessage(request, 1))), kRegisterTarget);
}

TEST(IsnsRequests, ManyPortalsGoInSeveralRequests) {
  const Publication publication = Target(600);
  ASSERT_TRUE(CheckPublication(publication, "").ok());
  std::size_t next = 0;
  std::size_t requests = 0;
  std::size_t portals = 0;
  std::size_t nodes = 0;
  do {
    const Request request = RegisterTarget(publication, "array.example", next);
    ++requests;
    EXPECT_LE(WriteMessage(ToMessage(request, 1)).size(), kMostRequestOctets);
    for (const auto tag : Tags(request.operating)) {
      portals += tag == 16 ? 1 : 0;
      nodes += tag == 32 ? 1 : 0;
    }
    EXPECT_THAT(Tags(request.key), ElementsAre(1));
    EXPECT_EQ(Tags(request.operating).front(), 1U);
  } while (next < publication.portals.size());
  EXPECT_GT(requests, 2U);
  EXPECT_EQ(portals, 600U);
  EXPECT_EQ(nodes, 1U);

  next = 0;
  portals = 0;
  for (std::size_t before = 1; next != before;) {
    before = next;
    const Request request = DeregisterTarget(publication, next);
    EXPECT_LE(WriteMessage(ToMessage(request, 1)).size(), kMostRequestOctets);
    for (const auto tag : Tags(request.operating)) portals += tag == 16 ? 1 : 0;
    if (next == publication.portals.size()) {
      EXPECT_EQ(Tags(request.operating).back(), 32U);
      break;
    }
  }
  EXPECT_EQ(portals, 600U);
}

TEST(IsnsRequests, LargestPortalsStillGoOneByOne) {
  Publication publication = Target(3);
  publication.node.assign(223, 'n');
  publication.alias.assign(255, 'a');
  publication.entity.assign(255, 'e');
  for (PublishedPortal& portal : publication.portals) portal.phase1_proposals.assign(5800, 1);
  ASSERT_TRUE(CheckPublication(publication, "").ok());
  std::size_t next = 0;
  for (std::size_t portal = 1; portal <= 3; ++portal) {
    const Request request = RegisterTarget(publication, publication.entity, next);
    EXPECT_LE(WriteMessage(ToMessage(request, 1)).size(), kMostRequestOctets);
    EXPECT_EQ(next, portal);
  }
}

TEST(IsnsRequests, Phase2ProposalsNeedThreeBits) {
  for (const std::uint32_t bitmap : {0x07U, 0x17U, 0x67U, 0x0fU}) {
    PublishedPortal portal = Published(1, bitmap);
    EXPECT_FALSE(portal.PublishesPhase2()) << "there are none";
    portal.phase2_proposals = {1};
    EXPECT_TRUE(portal.PublishesPhase2()) << bitmap;
  }
  for (const std::uint32_t bitmap : {0x00U, 0x01U, 0x03U, 0x05U, 0x06U, 0x0bU, 0x5bU}) {
    Publication publication = Target(1);
    publication.portals[0] = Published(1, bitmap);
    publication.portals[0].phase1_proposals = {1, 2, 3, 4};
    publication.portals[0].phase2_proposals = {1, 2, 3, 4};
    std::size_t next = 0;
    const Request request = RegisterTarget(publication, "", next);
    EXPECT_THAT(Tags(request.operating), ElementsAre(1, 2, 16, 17, 27, 28, 32, 33, 34)) << bitmap;
    EXPECT_TRUE(request.key.empty());
  }
}

TEST(IsnsRequests, ChecksWhatIsToBePublished) {
  const auto fault = [](auto change) {
    Publication publication = Target();
    change(publication);
    const auto checked = CheckPublication(publication, "isns");
    return checked ? std::string() : checked.error().Text();
  };
  EXPECT_EQ(fault([](Publication&) {}), "");
  EXPECT_THAT(fault([](Publication& p) { p.node.clear(); }), HasSubstr("isns.node: is missing"));
  EXPECT_EQ(fault([](Publication& p) { p.node.assign(224, 'x'); }),
            "isns.node: has 224 octets; 223 is the most");
  EXPECT_THAT(fault([](Publication& p) { p.entity = "isns:1"; }), HasSubstr("isns.entity: begins"));
  EXPECT_THAT(fault([](Publication& p) { p.alias = "\xff"; }),
              HasSubstr("isns.alias: is not UTF-8"));
  EXPECT_EQ(fault([](Publication& p) { p.portals.clear(); }), "isns.portals: is empty");
  EXPECT_EQ(fault([](Publication& p) { p.portals[1] = p.portals[0]; }),
            "isns.portals[1]: is there twice");
  EXPECT_THAT(fault([](Publication& p) { p.portals[1].bitmap = SecurityFlags(1ULL << 40); }),
              HasSubstr("isns.portals[1].bitmap"));
  EXPECT_EQ(fault([](Publication& p) { p.portals[0].key.port.number = 0; }),
            "isns.portals[0].port: is 0");
  EXPECT_THAT(fault([](Publication& p) { p.portals[0].key.address = IpAddress(); }),
              HasSubstr("isns.portals[0].address: is 0.0.0.0"));
  EXPECT_THAT(fault([](Publication& p) { p.portals[0].phase1_proposals.assign(6000, 1); }),
              HasSubstr("isns.portals[0]: has proposals too long"));
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
