#include "policy/isns/directory.hpp"

#include <gmock/gmock.h>

#include "tests/policy/isns/isns_test.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RawMessage Shown(const Bytes& operating, bool keyed = true) {
  Bytes attributes;
  if (keyed) PutEmpty(attributes, Tag::kNodeName);
  PutEmpty(attributes, Tag::kDelimiter);
  attributes.insert(attributes.end(), operating.begin(), operating.end());
  return WriteResponse(Function::kDevAttrQry, 1, StatusCode::kSuccessful, attributes);
}

Status<Error> AddTo(DirectoryBuilder& builder, const RawMessage& message,
                    const std::string& node = {}) {
  const auto response = ParseResponse(message);
  EXPECT_TRUE(response.ok());
  return builder.Add(*response, node);
}

Directory DirectoryOf(const RawMessage& message) {
  DirectoryBuilder builder;
  const auto added = AddTo(builder, message);
  EXPECT_TRUE(added.ok()) << (added ? "" : added.error().Text());
  return builder.Take();
}

void PutKey(Bytes& out, std::string_view address, std::uint16_t port = 3260) {
  PutAddress(out, Tag::kPortalAddress, *IpAddress::Parse(address));
  PutPort(out, Tag::kPortalPort, {port, false});
}

std::vector<std::string> Names(const Directory& directory) {
  std::vector<std::string> names;
  for (const Portal& portal : directory.portals) names.push_back(portal.key.ToString());
  return names;
}

// Links: "node>portal" and "#tag".
std::vector<std::string> Links(const Directory& directory) {
  std::vector<std::string> links;
  for (const Group& group : directory.groups) {
    links.push_back(directory.nodes[group.node].name + ">" +
                    directory.portals[group.portal].key.address.ToString() +
                    (group.tag ? "#" + std::to_string(*group.tag) : ""));
  }
  return links;
}

TEST(IsnsDirectory, HoldsWhatIsnsdShowsOfATarget) {
  const Directory directory = DirectoryOf(Whole(kTargetShown));
  EXPECT_THAT(Names(directory), ElementsAre("10.9.0.2:3260", "10.9.0.3:3260"));
  EXPECT_EQ(directory.portals[0].bitmap, SecurityFlags(0x17));
  EXPECT_EQ(directory.portals[1].bitmap, SecurityFlags(0x2b));
  ASSERT_EQ(directory.nodes.size(), 1U);
  EXPECT_EQ(directory.nodes[0].name, kArray);
  EXPECT_TRUE(directory.nodes[0].IsTarget());
  EXPECT_EQ(directory.FindNode(kArray), directory.nodes.data());
  EXPECT_EQ(directory.FindNode("other"), nullptr);
  EXPECT_THAT(Links(directory), ElementsAre(std::string(kArray) + ">10.9.0.2#1",
                                            std::string(kArray) + ">10.9.0.3#1"));
  EXPECT_THAT(directory.problems, IsEmpty());
  EXPECT_EQ(ToHex(directory.portals[1].wire_key), "00000000000000000000ffff0a09000300000cbc");
}

TEST(IsnsDirectory, TakesPortalGroupsThatNameTheirNodeAndPortal) {
  const Directory directory = DirectoryOf(Whole(kAllShown));
  EXPECT_THAT(Links(directory), ElementsAre(std::string(kArray) + ">10.9.0.2#1",
                                            std::string(kArray) + ">10.9.0.3#1"));
  EXPECT_EQ(directory.nodes[0].alias, "array");
}

TEST(IsnsDirectory, TheSameAnswerTwiceChangesNothing) {
  DirectoryBuilder builder;
  ASSERT_TRUE(AddTo(builder, Whole(kTargetShown)).ok());
  ASSERT_TRUE(AddTo(builder, Whole(kTargetShown)).ok());
  ASSERT_TRUE(AddTo(builder, Whole(kAllShown)).ok());
  const Directory directory = builder.Take();
  EXPECT_EQ(directory.nodes.size(), 1U);
  EXPECT_EQ(directory.portals.size(), 2U);
  EXPECT_EQ(directory.groups.size(), 2U);
  EXPECT_THAT(builder.Take().nodes, IsEmpty());
}

TEST(IsnsDirectory, EntitiesGiveTheirProposalsToPortalsWithoutTheirOwn) {
  Bytes shown;
  PutText(shown, Tag::kEntityId, "array.example");
  PutNumber(shown, Tag::kEntityProtocol, 2);
  PutNumber(shown, Tag::kRegistrationPeriod, 600);
  PutOctets(shown, Tag::kEntityPhase1, FromHex("11"));
  PutText(shown, Tag::kNodeName, "iqn.t");
  PutKey(shown, "10.0.0.1");
  PutOctets(shown, Tag::kPortalPhase2, FromHex("29292929"));
  PutKey(shown, "10.0.0.2");
  PutText(shown, Tag::kPortalName, "second");
  PutOctets(shown, Tag::kPortalPhase1, FromHex("28282828"));
  const Directory directory = DirectoryOf(Shown(shown));
  ASSERT_EQ(directory.entities.size(), 1U);
  EXPECT_EQ(directory.entities[0].id, "array.example");
  EXPECT_EQ(directory.entities[0].registration_period, 600U);
  EXPECT_EQ(directory.nodes[0].entity, Index{0});
  ASSERT_EQ(directory.portals.size(), 2U);
  EXPECT_EQ(ToHex(directory.Phase1ProposalsOf(directory.portals[0])), "11000000");
  EXPECT_EQ(ToHex(directory.Phase1ProposalsOf(directory.portals[1])), "28282828");
  EXPECT_EQ(ToHex(directory.portals[0].phase2_proposals), "29292929");
  EXPECT_EQ(directory.portals[1].symbolic_name, "second");
  EXPECT_EQ(ToTargetPortal(directory.portals[1]).symbolic_name, "second");
}

TEST(IsnsDirectory, EachTargetHasItsOwnPortals) {
  Bytes shown;
  PutText(shown, Tag::kEntityId, "one");
  PutText(shown, Tag::kNodeName, "iqn.a");
  PutKey(shown, "10.0.0.1");
  PutNumber(shown, Tag::kGroupTag, 1);
  PutKey(shown, "10.0.0.2");
  PutNumber(shown, Tag::kGroupTag, 2);
  PutText(shown, Tag::kEntityId, "one");
  PutText(shown, Tag::kNodeName, "iqn.b");
  PutKey(shown, "10.0.0.2");
  PutNumber(shown, Tag::kGroupTag, 3);
  PutText(shown, Tag::kEntityId, "two");
  PutKey(shown, "10.0.0.3");
  const Directory directory = DirectoryOf(Shown(shown));
  EXPECT_THAT(Links(directory),
              ElementsAre("iqn.a>10.0.0.1#1", "iqn.a>10.0.0.2#2", "iqn.b>10.0.0.2#3"));
  EXPECT_EQ(directory.entities.size(), 2U);
  EXPECT_EQ(directory.portals[2].entity, Index{1});
}

// Without a message key all nodes come before all portals.
TEST(IsnsDirectory, OrderMeansNothingWithoutAKey) {
  Bytes shown;
  PutText(shown, Tag::kNodeName, "iqn.a");
  PutText(shown, Tag::kNodeName, "iqn.b");
  PutKey(shown, "10.0.0.1");
  const Directory directory = DirectoryOf(Shown(shown, false));
  EXPECT_EQ(directory.nodes.size(), 2U);
  EXPECT_THAT(directory.groups, IsEmpty());
  EXPECT_THAT(Links(DirectoryOf(Shown(shown))), ElementsAre("iqn.b>10.0.0.1"));
}

TEST(IsnsDirectory, AGroupWithoutTagLeadsNowhere) {
  Bytes shown;
  PutText(shown, Tag::kNodeName, "iqn.a");
  PutKey(shown, "10.0.0.1");
  PutEmpty(shown, Tag::kGroupTag);
  PutKey(shown, "10.0.0.2");
  PutNumber(shown, Tag::kGroupTag, 7);
  EXPECT_THAT(Links(DirectoryOf(Shown(shown))), ElementsAre("iqn.a>10.0.0.2#7"));
}

TEST(IsnsDirectory, AWalkBelongsToItsNode) {
  Bytes found;
  PutAddress(found, Tag::kGroupAddress, *IpAddress::Parse("10.0.0.1"));
  PutPort(found, Tag::kGroupPort, {3260, false});
  PutNumber(found, Tag::kGroupTag, 5);
  DirectoryBuilder builder;
  ASSERT_TRUE(AddTo(builder, Shown(found), "iqn.walked").ok());
  EXPECT_THAT(Links(builder.Take()), ElementsAre("iqn.walked>10.0.0.1#5"));
}

TEST(IsnsDirectory, PortZeroIsTheCanonicalOne) {
  Bytes shown;
  PutKey(shown, "10.0.0.1", 0);
  const Directory directory = DirectoryOf(Shown(shown));
  EXPECT_EQ(directory.portals[0].key.port.number, 3260);
  EXPECT_EQ(ToHex(directory.portals[0].wire_key).substr(32), "00000000") << "as the server has it";
  EXPECT_FALSE(directory.portals[0].bitmap);
}

TEST(IsnsDirectory, WhatCannotBeReadIsLeftOutAndTold) {
  Bytes shown;
  PutText(shown, Tag::kNodeName, "iqn.a");
  PutOctets(shown, Tag::kNodeType, FromHex("0000000100000001"));
  PutKey(shown, "10.0.0.1");
  PutOctets(shown, Tag::kPortalBitmap, FromHex("0000000000000017"));
  PutOctets(shown, Tag::kPortalName, FromHex("1b1b1b00"));
  PutEmpty(shown, Tag::kPortalPhase1);
  PutKey(shown, "10.0.0.2");
  PutNumber(shown, Tag::kPortalBitmap, 0x17);
  const Directory directory = DirectoryOf(Shown(shown));
  EXPECT_FALSE(directory.portals[0].bitmap);
  EXPECT_EQ(directory.portals[1].bitmap, SecurityFlags(0x17));
  EXPECT_THAT(directory.problems,
              ElementsAre("iSCSI Node Type (33): has 8 octets; it has 4",
                          "10.0.0.1:3260, Portal Security Bitmap (27): has 8 octets; it has 4",
                          HasSubstr("control characters")));
}

TEST(IsnsDirectory, AKeyThatCannotBeReadIsAnError) {
  const auto fault = [](const Bytes& shown) {
    DirectoryBuilder builder;
    const auto added = AddTo(builder, Shown(shown));
    return added ? std::string() : added.error().Text();
  };
  Bytes shown;
  PutOctets(shown, Tag::kPortalAddress, FromHex("0a000001"));
  EXPECT_EQ(fault(shown), "Portal IP Address (16): has 4 octets; it has 16");
  shown.clear();
  PutPort(shown, Tag::kPortalPort, {3260, false});
  EXPECT_EQ(fault(shown), "Portal TCP/UDP Port (17): does not stand behind an address");
  shown.clear();
  PutOctets(shown, Tag::kNodeName, FromHex("61616161"));
  EXPECT_EQ(fault(shown), "iSCSI Name (32): has no NUL at its end");
  shown.clear();
  PutEmpty(shown, Tag::kEntityId);
  EXPECT_THAT(fault(shown), HasSubstr("Entity Identifier (1)"));
}

TEST(IsnsDirectory, DetailsWithoutAnObjectAreProblems) {
  Bytes shown;
  PutNumber(shown, Tag::kPortalBitmap, 0x17);
  PutNumber(shown, Tag::kGroupTag, 1);
  PutAddress(shown, Tag::kPortalAddress, *IpAddress::Parse("10.0.0.1"));
  PutNumber(shown, Tag::kPortalBitmap, 0x17);
  const Directory directory = DirectoryOf(Shown(shown));
  EXPECT_THAT(directory.portals, IsEmpty());
  EXPECT_EQ(directory.problems.size(), 3U);
}

TEST(IsnsDirectory, ProblemsAreBounded) {
  Bytes shown;
  for (int i = 0; i < 1000; ++i) PutNumber(shown, Tag::kGroupTag, 1);
  EXPECT_EQ(DirectoryOf(Shown(shown)).problems.size(), kMostProblems);
}

TEST(IsnsDirectory, PortalsAreBounded) {
  DirectoryBuilder builder;
  const auto portal = [](std::size_t number) {
    Bytes shown;
    PutAddress(shown, Tag::kPortalAddress,
               IpAddress::V4({10, 0, static_cast<std::uint8_t>(number >> 8),
                              static_cast<std::uint8_t>(number)}));
    PutPort(shown, Tag::kPortalPort, {3260, false});
    return shown;
  };
  for (std::size_t i = 0; i < kMostPortals; ++i) {
    ASSERT_TRUE(AddTo(builder, Shown(portal(i))).ok());
  }
  for (int again = 0; again < 2; ++again) {
    const auto refused = AddTo(builder, Shown(portal(kMostPortals)));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().Text(),
              "iSNS directory: has more than 32768 portals; that is the most");
  }
  EXPECT_TRUE(AddTo(builder, Shown(portal(0))).ok()) << "one that is there already";
}

TEST(IsnsDirectory, ProposalsLongerThanAnyPayloadAreLeftOut) {
  Bytes shown;
  PutText(shown, Tag::kEntityId, "one");
  PutOctets(shown, Tag::kEntityPhase1, Bytes(kMostProposals + 2, 1));
  PutKey(shown, "10.0.0.1");
  PutOctets(shown, Tag::kPortalPhase1, Bytes(kMostProposals + 2, 1));
  PutOctets(shown, Tag::kPortalPhase2, Bytes(kMostProposals - 2, 2));
  const Directory directory = DirectoryOf(Shown(shown));
  EXPECT_THAT(directory.entities[0].phase1_proposals, IsEmpty());
  EXPECT_THAT(directory.portals[0].phase1_proposals, IsEmpty());
  EXPECT_EQ(directory.portals[0].phase2_proposals.size(), kMostProposals - 2);
  EXPECT_THAT(directory.problems,
              ElementsAre(HasSubstr("(11): has 65540 octets; an SA payload has at most 65538"),
                          HasSubstr("10.0.0.1:3260, Portal ISAKMP Phase-1 (28): has 65540")));
}

Bytes ObjectWith(std::size_t number, Tag tag, std::size_t octets) {
  Bytes shown;
  if (tag == Tag::kEntityPhase1) PutText(shown, Tag::kEntityId, std::to_string(number));
  if (tag != Tag::kEntityPhase1)
    PutKey(shown, "10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256));
  PutOctets(shown, tag, Bytes(octets, 'x'));
  return shown;
}

// Answers are small, each for itself, and come without end.
TEST(IsnsDirectory, WhatIsKeptOfAllAnswersIsBounded) {
  for (const Tag tag : {Tag::kEntityPhase1, Tag::kPortalPhase1, Tag::kPortalPhase2}) {
    DirectoryBuilder builder;
    std::size_t answers = 0;
    Status<Error> added = Done{};
    for (; added && answers < 2000; ++answers)
      added = AddTo(builder, Shown(ObjectWith(answers, tag, 65536)));
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().Text(),
              "iSNS directory: has more than 33554432 octets of proposals; that is the most");
    EXPECT_EQ(answers, 513U);
  }
}

TEST(IsnsDirectory, TheSameProposalsAgainNeedNoMoreRoom) {
  DirectoryBuilder builder;
  for (int i = 0; i < 600; ++i)
    ASSERT_TRUE(AddTo(builder, Shown(ObjectWith(1, Tag::kPortalPhase1, 65536))).ok());
  EXPECT_EQ(builder.Take().portals.size(), 1U);
}

TEST(IsnsDirectory, AnyOctetMayBeWrong) {
  for (const std::string_view recorded : {kTargetShown, kAllShown}) {
    RawMessage message = Whole(recorded);
    ForEachChange(message.payload, [&message](Octets octets) {
      message.payload.assign(octets.begin(), octets.end());
      const auto response = ParseResponse(message);
      if (!response) return;
      DirectoryBuilder builder;
      (void)builder.Add(*response).ok();
      const Directory directory = builder.Take();
      for (const Group& group : directory.groups) {
        EXPECT_LT(group.node, directory.nodes.size());
        EXPECT_LT(group.portal, directory.portals.size());
      }
    });
  }
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
