#include "policy/isns/discovery.hpp"

#include <gmock/gmock.h>

#include "tests/policy/isns/isns_test.hpp"
#include "tests/support/isns_server.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using test::FakeIsns;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kMe = "iqn.2026-01.example.hba:one";

PublishedPortal Published(std::size_t number, std::size_t proposals = 0) {
  PublishedPortal portal;
  portal.key = {IpAddress::V4({10, 1, static_cast<std::uint8_t>(number >> 8),
                               static_cast<std::uint8_t>(number)}),
                {3260, false}};
  portal.bitmap = SecurityFlags(0x27);
  portal.symbolic_name = "portal " + std::to_string(number);
  portal.phase1_proposals.assign(proposals, 0x28);
  return portal;
}

FakeIsns::Target Target(const std::string& name, std::size_t first, std::size_t count,
                        std::size_t proposals = 0) {
  FakeIsns::Target target{"entity of " + name, name, {}, FromHex("11111111")};
  for (std::size_t i = 0; i < count; ++i) target.portals.push_back(Published(first + i, proposals));
  return target;
}

class IsnsDiscovery : public testing::Test {
 protected:
  // Discover runs to the end and gives the directory.
  Directory Discover(const DiscoveryConfig& config, std::size_t piece = 100000) {
    Discovery discovery(config);
    discovery.Start();
    server.Talk(discovery, piece);
    EXPECT_EQ(discovery.state(), Dialogue::State::kDone)
        << (discovery.failure() ? discovery.failure()->text : "");
    registered = discovery.registered();
    return discovery.TakeDirectory();
  }
  std::string Failure(const DiscoveryConfig& config) {
    Discovery discovery(config);
    discovery.Start();
    server.Talk(discovery);
    EXPECT_EQ(discovery.state(), Dialogue::State::kFailed);
    return discovery.failure() ? discovery.failure()->text : "";
  }
  [[nodiscard]] std::size_t Asked(Function function) const {
    return static_cast<std::size_t>(std::count(server.asked.begin(), server.asked.end(), function));
  }

  FakeIsns server;
  bool registered = false;
};

void ExpectPortals(const Directory& directory, const std::string& node, std::size_t count) {
  const Node* const found = directory.FindNode(node);
  ASSERT_NE(found, nullptr);
  std::size_t portals = 0;
  for (const Group& group : directory.groups) {
    if (&directory.nodes[group.node] != found) continue;
    ++portals;
    const Portal& portal = directory.portals[group.portal];
    EXPECT_EQ(portal.bitmap, SecurityFlags(0x27)) << portal.key.ToString();
    EXPECT_THAT(portal.symbolic_name, HasSubstr("portal "));
    EXPECT_FALSE(directory.Phase1ProposalsOf(portal).empty());
    EXPECT_EQ(group.tag, 1U);
  }
  EXPECT_EQ(portals, count);
}

TEST_F(IsnsDiscovery, RegistersAnUnknownNodeForTheTimeOfTheQuery) {
  server.targets = {Target("iqn.a", 1, 2), Target("iqn.b", 3, 1)};
  const Directory directory = Discover({kMe, "", true});
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry, Function::kDevAttrReg,
                                        Function::kDevAttrQry, Function::kDevDereg));
  EXPECT_THAT(server.sources, Each(kMe));
  EXPECT_TRUE(registered);
  EXPECT_THAT(server.nodes, IsEmpty()) << "it was taken back";
  ExpectPortals(directory, "iqn.a", 2);
  ExpectPortals(directory, "iqn.b", 1);
}

TEST_F(IsnsDiscovery, ANodeThatWasThereBeforeIsLeftAsItIs) {
  server.targets = {Target("iqn.a", 1, 2)};
  server.nodes = {kMe};
  const Directory directory = Discover({kMe, "", true});
  EXPECT_FALSE(registered);
  EXPECT_THAT(server.nodes, ElementsAre(kMe));
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry, Function::kDevAttrQry));
  ExpectPortals(directory, "iqn.a", 2);
}

TEST_F(IsnsDiscovery, AsksWithoutRegisteringWhenTold) {
  server.targets = {Target("iqn.a", 1, 2)};
  ExpectPortals(Discover({kMe, "iqn.a", false}), "iqn.a", 2);
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry));
}

TEST_F(IsnsDiscovery, OctetsMayComeOneByOne) {
  server.targets = {Target("iqn.a", 1, 2)};
  ExpectPortals(Discover({kMe, "", true}, 1), "iqn.a", 2);
}

TEST_F(IsnsDiscovery, ATargetThatIsNotShownIsNoFailure) {
  server.targets = {Target("iqn.a", 1, 2)};
  EXPECT_THAT(Discover({kMe, "iqn.other", true}).nodes, IsEmpty());
  server.refusals[Function::kDevAttrQry] = StatusCode::kNoSuchEntry;
  EXPECT_THAT(Discover({kMe, "iqn.a", false}).nodes, IsEmpty());
}

TEST_F(IsnsDiscovery, AskedNodeByNodeWhenAllIsTooMuch) {
  server.targets = {Target("iqn.a", 1, 20), Target("iqn.b", 21, 20), Target("iqn.c", 41, 20)};
  server.most_answer = 3000;
  server.nodes = {"iqn.another.initiator"};
  const Directory directory = Discover({kMe, "", true});
  for (const char* node : {"iqn.a", "iqn.b", "iqn.c"}) ExpectPortals(directory, node, 20);
  EXPECT_EQ(Asked(Function::kDevGetNext), 6U) << "five nodes, and the end";
  EXPECT_EQ(directory.FindNode("iqn.another.initiator"), nullptr) << "is no target: not asked for";
  EXPECT_THAT(directory.problems, IsEmpty());
}

TEST_F(IsnsDiscovery, AskedForPortalsAloneWhenATargetIsTooMuch) {
  server.targets = {Target("iqn.a", 1, 20, 400)};
  server.most_answer = 3000;
  const Directory directory = Discover({kMe, "iqn.a", true});
  ExpectPortals(directory, "iqn.a", 20);
  EXPECT_EQ(directory.portals[0].phase1_proposals.size(), 400U);
  EXPECT_EQ(Asked(Function::kDevGetNext), 0U);
  EXPECT_EQ(Asked(Function::kDevAttrQry), 1U + 1 + 1 + 20);
}

TEST_F(IsnsDiscovery, WalksGroupByGroupWhenEvenThatIsTooMuch) {
  server.targets = {Target("iqn.a", 1, 300), Target("iqn.b", 301, 2)};
  server.most_answer = 8192;
  const Directory directory = Discover({kMe, "", true});
  ExpectPortals(directory, "iqn.a", 300);
  ExpectPortals(directory, "iqn.b", 2);
  EXPECT_EQ(Asked(Function::kDevGetNext), 4U + 301);
  EXPECT_EQ(directory.portals.size(), 302U);
}

TEST_F(IsnsDiscovery, AsksForLessWhenTheServerDoesNotKnowProposals) {
  server.targets = {Target("iqn.a", 1, 2)};
  server.knows_proposals = false;
  const Directory directory = Discover({kMe, "", true});
  EXPECT_EQ(directory.portals.size(), 2U);
  EXPECT_EQ(directory.portals[0].bitmap, SecurityFlags(0x27));
  EXPECT_THAT(directory.problems, ElementsAre(HasSubstr("Attribute Not Implemented (18)")));
}

TEST_F(IsnsDiscovery, ARefusedQueryIsToldAndTheRegistrationTakenBack) {
  server.most_answer = 200;  // too small for anything of a target
  server.targets = {Target("iqn.a", 1, 1, 400)};
  server.refusals[Function::kDevGetNext] = StatusCode::kMessageNotSupported;
  EXPECT_THAT(Failure({kMe, "", true}),
              HasSubstr("walk through nodes: Message Not Supported (15)"));
  EXPECT_EQ(server.asked.back(), Function::kDevDereg);
  EXPECT_THAT(server.nodes, IsEmpty());
}

TEST_F(IsnsDiscovery, ARefusedRegistrationIsTold) {
  server.refusals[Function::kDevAttrReg] = StatusCode::kSourceUnauthorized;
  EXPECT_THAT(Failure({kMe, "", true}),
              AllOf(HasSubstr("registration of iqn.2026-01.example.hba:one: Source Unauthorized"),
                    HasSubstr("allow the node at the server")));
  EXPECT_NE(server.asked.back(), Function::kDevDereg);
}

TEST_F(IsnsDiscovery, ABusyServerIsNotTakenForOneThatDoesNotKnowTheNode) {
  server.refusals[Function::kDevAttrQry] = StatusCode::kBusy;
  EXPECT_THAT(Failure({kMe, "", true}), HasSubstr("Busy (12): the server is busy"));
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry));
}

TEST_F(IsnsDiscovery, ARefusedDeregistrationIsAProblem) {
  server.targets = {Target("iqn.a", 1, 1)};
  server.refusals[Function::kDevDereg] = StatusCode::kInvalidDeregistration;
  const Directory directory = Discover({kMe, "", true});
  EXPECT_THAT(directory.problems, ElementsAre(HasSubstr("Invalid Deregistration (22)")));
  ExpectPortals(directory, "iqn.a", 1);
}

TEST_F(IsnsDiscovery, ARegistrationWithoutRoomForItsAnswerIsTakenBack) {
  server.most_answer = 60;
  server.nodes = {};
  EXPECT_THAT(Failure({kMe, "", true}), HasSubstr("registration of"));
  EXPECT_EQ(server.asked.back(), Function::kDevDereg);
  EXPECT_THAT(server.nodes, IsEmpty());
}

// Interrupted is a discovery that has registered its node and asks for targets, as transaction 3.
class IsnsDiscoveryInterrupted : public testing::Test {
 protected:
  IsnsDiscoveryInterrupted() {
    discovery.Start();
    Answer(Function::kDevAttrQry, 1, StatusCode::kSuccessful, {});
    Bytes registered;
    PutText(registered, Tag::kEntityId, "e");
    Answer(Function::kDevAttrReg, 2, StatusCode::kSuccessful, registered);
    EXPECT_TRUE(discovery.registered());
    (void)discovery.TakeOutput();
  }
  void Answer(Function function, std::uint16_t transaction, StatusCode status,
              const Bytes& attributes) {
    discovery.Receive(WriteMessage(WriteResponse(function, transaction, status, attributes)));
  }
  void Find() {
    Bytes found;
    PutEmpty(found, Tag::kNodeName);
    PutEmpty(found, Tag::kDelimiter);
    PutText(found, Tag::kNodeName, "iqn.a");
    Answer(Function::kDevAttrQry, 3, StatusCode::kSuccessful, found);
  }
  void ExpectDeregistration() {
    const Bytes sent = discovery.TakeOutput();
    ASSERT_GE(sent.size(), 12U);
    EXPECT_EQ(ToHex(Octets(sent).first(4)), "00010004");
  }

  Discovery discovery{{kMe, "", true}};
};

TEST_F(IsnsDiscoveryInterrupted, AnUnreadableAnswerIsToldAfterTheDeregistration) {
  Answer(Function::kDevAttrQry, 3, StatusCode::kSuccessful, FromHex("0000001000000040"));
  EXPECT_EQ(discovery.state(), Dialogue::State::kAsking);
  ExpectDeregistration();
  Answer(Function::kDevDereg, 4, StatusCode::kSuccessful, {});
  ASSERT_TRUE(discovery.failure());
  EXPECT_THAT(discovery.failure()->text, HasSubstr("past the end"));
}

TEST_F(IsnsDiscoveryInterrupted, AfterATimeOutTheLateAnswerIsPassedOver) {
  discovery.Expire();
  EXPECT_EQ(discovery.state(), Dialogue::State::kAsking);
  ExpectDeregistration();
  Find();
  EXPECT_EQ(discovery.state(), Dialogue::State::kAsking);
  Answer(Function::kDevDereg, 4, StatusCode::kSuccessful, {});
  ASSERT_TRUE(discovery.failure());
  EXPECT_EQ(discovery.failure()->kind, DialogueFailure::Kind::kTimeout);
}

TEST_F(IsnsDiscoveryInterrupted, WhatIsNoIsnsEndsItWithALastWord) {
  discovery.Receive(FromHex("00020003000400000000000000000000"));
  EXPECT_EQ(discovery.state(), Dialogue::State::kFailed);
  ExpectDeregistration();
}

TEST_F(IsnsDiscoveryInterrupted, WhatWasFoundIsKeptWhenTheDeregistrationIsNotAnswered) {
  Find();
  ExpectDeregistration();
  discovery.Expire();
  ASSERT_EQ(discovery.state(), Dialogue::State::kDone);
  EXPECT_EQ(discovery.directory().nodes.size(), 1U);
  EXPECT_THAT(discovery.directory().problems,
              ElementsAre(AllOf(HasSubstr("deregistration"), HasSubstr("no answer came in time"),
                                HasSubstr("stays until"))));
}

TEST_F(IsnsDiscoveryInterrupted, WhatWasFoundIsKeptWhenTheConnectionEndsThen) {
  Find();
  discovery.Lost("the server closed the connection");
  ASSERT_EQ(discovery.state(), Dialogue::State::kDone);
  EXPECT_EQ(discovery.directory().nodes.size(), 1U);
}

TEST(IsnsDiscoveryWalk, AServerThatWalksInCirclesIsLeft) {
  Discovery discovery({kMe, "", false});
  discovery.Start();
  Bytes next;
  PutText(next, Tag::kNodeName, "iqn.a");
  PutEmpty(next, Tag::kDelimiter);
  PutNumber(next, Tag::kNodeType, kInitiatorNode);
  for (std::uint16_t transaction = 1; transaction < 10 && !discovery.IsOver(); ++transaction) {
    (void)discovery.TakeOutput();
    discovery.Receive(WriteMessage(
        transaction == 1
            ? WriteResponse(Function::kDevAttrQry, 1, StatusCode::kInternalError, {})
            : WriteResponse(Function::kDevGetNext, transaction, StatusCode::kSuccessful, next)));
  }
  ASSERT_TRUE(discovery.failure());
  EXPECT_EQ(discovery.failure()->text,
            "walk through nodes: DevGetNextRsp: does not name the next node");
}

// Registering is a discovery that waits for the answer to its registration.
class IsnsDiscoveryRegistering : public testing::Test {
 protected:
  IsnsDiscoveryRegistering() {
    registering.Start();
    registering.Receive(
        WriteMessage(WriteResponse(Function::kDevAttrQry, 1, StatusCode::kSuccessful, {})));
    EXPECT_FALSE(registering.registered());
    (void)registering.TakeOutput();
  }
  void ExpectDeregistered() {
    const Bytes sent = registering.TakeOutput();
    ASSERT_GE(sent.size(), 12U);
    EXPECT_EQ(ToHex(Octets(sent).first(4)), "00010004");
  }
  Discovery registering{{kMe, "", true}};
};

TEST_F(IsnsDiscoveryRegistering, WhatWasNotAnsweredInTimeIsTakenBack) {
  registering.Expire();
  EXPECT_EQ(registering.state(), Dialogue::State::kAsking);
  ExpectDeregistered();
}

TEST_F(IsnsDiscoveryRegistering, WhatIsGivenUpIsTakenBackWithALastWord) {
  registering.Lost("ended by a signal");
  EXPECT_EQ(registering.state(), Dialogue::State::kFailed);
  ExpectDeregistered();
}

TEST(IsnsDiscoveryWalk, ATargetThatGoesMeanwhileIsNoFailure) {
  Discovery discovery({kMe, "iqn.a", false});
  discovery.Start();
  for (const auto& [transaction, status] :
       {std::pair{1, StatusCode::kInternalError}, {2, StatusCode::kNoSuchEntry}}) {
    (void)discovery.TakeOutput();
    discovery.Receive(WriteMessage(
        WriteResponse(Function::kDevAttrQry, static_cast<std::uint16_t>(transaction), status, {})));
  }
  EXPECT_EQ(discovery.state(), Dialogue::State::kDone);
  EXPECT_THAT(discovery.directory().nodes, IsEmpty());
}

// The server names another portal each time.
TEST(IsnsDiscoveryWalk, AServerWithoutEndIsLeft) {
  Discovery discovery({kMe, "iqn.a", false});
  discovery.Start();
  std::uint32_t portal = 0;
  for (; discovery.asked() <= kMostQuestions && !discovery.IsOver(); ++portal) {
    (void)discovery.TakeOutput();
    const auto transaction = static_cast<std::uint16_t>(discovery.asked());
    if (transaction <= 2 && portal <= 2) {
      discovery.Receive(WriteMessage(
          WriteResponse(Function::kDevAttrQry, transaction, StatusCode::kInternalError, {})));
      continue;
    }
    Bytes next;
    PutText(next, Tag::kGroupNode, "iqn.a");
    PutAddress(next, Tag::kGroupAddress, IpAddress::V4({10, 0, 0, portal % 2 == 0}));
    PutPort(next, Tag::kGroupPort, {3260, false});
    discovery.Receive(WriteMessage(
        WriteResponse(Function::kDevGetNext, transaction, StatusCode::kSuccessful, next)));
  }
  EXPECT_EQ(discovery.asked(), kMostQuestions);
  ASSERT_TRUE(discovery.failure());
  EXPECT_EQ(discovery.failure()->text,
            "walk through the portals of iqn.a: iSNS directory: is not whole after 131072 "
            "questions; that is the most");
}

TEST(IsnsDiscoveryAnswer, WhatIsNoDirectoryIsAFault) {
  Discovery discovery({kMe, "", false});
  discovery.Start();
  Bytes attributes;
  PutEmpty(attributes, Tag::kDelimiter);
  PutPort(attributes, Tag::kPortalPort, {3260, false});
  discovery.Receive(
      WriteMessage(WriteResponse(Function::kDevAttrQry, 1, StatusCode::kSuccessful, attributes)));
  ASSERT_TRUE(discovery.failure());
  EXPECT_EQ(discovery.failure()->kind, DialogueFailure::Kind::kMalformed);
  EXPECT_THAT(discovery.failure()->text, HasSubstr("does not stand behind an address"));
}

TEST(IsnsDiscoveryConfig, NamesHaveALength) {
  EXPECT_TRUE(Discovery::CheckConfig({kMe, "", true}).ok());
  EXPECT_FALSE(Discovery::CheckConfig({"", "", true}).ok());
  EXPECT_EQ(Discovery::CheckConfig({kMe, std::string(224, 'x'), true}).error().Text(),
            "target: has 224 octets; names have at most 223");
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
