#include "policy/isns/registration.hpp"

#include <gmock/gmock.h>

#include "tests/policy/isns/isns_test.hpp"
#include "tests/support/isns_server.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using test::FakeIsns;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Left = Registration::Left;
using State = Dialogue::State;

Publication Served(std::size_t portals = 2, const std::string& entity = "array.example") {
  Publication publication{entity, std::string(kArray), "", {}};
  for (std::size_t i = 0; i < portals; ++i) {
    publication.portals.push_back(
        {{IpAddress::V4({10, 9, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}),
          {3260, false}},
         SecurityFlags(0x27),
         {},
         {1, 2, 3, 4},
         {5, 6, 7, 8}});
  }
  return publication;
}

class IsnsRegistration : public testing::Test {
 protected:
  void Register(Registration& registration) {
    registration.Start();
    server.Talk(registration);
    ASSERT_EQ(registration.state(), State::kResting)
        << (registration.failure() ? registration.failure()->text : "");
    EXPECT_TRUE(registration.registered());
  }

  FakeIsns server;
};

TEST_F(IsnsRegistration, TheServerHasTheTargetUntilItLeaves) {
  Registration registration(Served());
  Register(registration);
  ASSERT_EQ(server.targets.size(), 1U);
  EXPECT_EQ(server.targets[0].name, kArray);
  EXPECT_EQ(server.targets[0].entity, "array.example");
  ASSERT_EQ(server.targets[0].portals.size(), 2U);
  EXPECT_EQ(server.targets[0].portals[1].bitmap, SecurityFlags(0x27));
  EXPECT_EQ(ToHex(server.targets[0].portals[1].phase2_proposals), "05060708");
  EXPECT_EQ(registration.refresh_after(), 300U);

  registration.Leave();
  server.Talk(registration);
  EXPECT_EQ(registration.state(), State::kDone);
  EXPECT_FALSE(registration.registered());
  EXPECT_THAT(server.targets, IsEmpty());
}

TEST_F(IsnsRegistration, ManyPortalsAreRegisteredAndTakenBackInSteps) {
  server.most_answer = 8000;  // isnsd has room for 8192 octets with the header
  Registration registration(Served(600));
  Register(registration);
  ASSERT_EQ(server.targets.size(), 1U);
  EXPECT_EQ(server.targets[0].portals.size(), 600U);
  EXPECT_GT(server.asked.size(), 2U);
  registration.Leave();
  server.Talk(registration);
  EXPECT_EQ(registration.state(), State::kDone);
  EXPECT_THAT(server.targets, IsEmpty());
}

TEST_F(IsnsRegistration, TheServerMayNameTheEntity) {
  Registration registration(Served(600, ""));
  Register(registration);
  EXPECT_EQ(registration.entity(), "isns.entity.0001");
  EXPECT_EQ(server.targets.size(), 1U);
}

TEST_F(IsnsRegistration, ARefreshAsksAsTheNodeItself) {
  Registration registration(Served());
  Register(registration);
  server.asked.clear();
  EXPECT_EQ(registration.times(), 1U);
  registration.Refresh();
  EXPECT_EQ(registration.state(), State::kAsking);
  server.Talk(registration);
  EXPECT_EQ(registration.state(), State::kResting);
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry));
  EXPECT_EQ(server.sources.back(), kArray);
}

TEST_F(IsnsRegistration, AForgottenTargetIsRegisteredAgain) {
  Registration registration(Served());
  Register(registration);
  server.targets.clear();
  server.asked.clear();
  registration.Refresh();
  server.Talk(registration);
  EXPECT_EQ(registration.state(), State::kResting);
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry, Function::kDevAttrReg));
  ASSERT_EQ(server.targets.size(), 1U);
  EXPECT_EQ(server.targets[0].portals.size(), 2U);
  EXPECT_EQ(registration.times(), 2U);
}

TEST_F(IsnsRegistration, AForgottenTargetComesBackInTheEntityThatTheServerMade) {
  Registration registration(Served(2, ""));
  Register(registration);
  server.targets.clear();
  registration.Refresh();
  server.Talk(registration);
  EXPECT_THAT(server.entities, ElementsAre("", "isns.entity.0001"));
}

TEST_F(IsnsRegistration, WhatIsBusyHasNotForgotten) {
  for (const auto status : {StatusCode::kBusy, StatusCode::kInternalError}) {
    server = FakeIsns();
    Registration registration(Served());
    Register(registration);
    server.refusals[Function::kDevAttrQry] = status;
    server.asked.clear();
    registration.Refresh();
    server.Talk(registration);
    EXPECT_EQ(registration.state(), State::kResting);
    EXPECT_TRUE(registration.registered());
    EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry));
    registration.Refresh();
    registration.Leave();
    server.Talk(registration);
    EXPECT_EQ(registration.state(), State::kDone);
    EXPECT_THAT(server.targets, IsEmpty()) << "it has been taken back";
  }
}

TEST_F(IsnsRegistration, AnUnknownSourceIsForgotten) {
  Registration registration(Served());
  Register(registration);
  server.targets.clear();
  server.refusals[Function::kDevAttrQry] = StatusCode::kSourceUnknown;
  registration.Refresh();
  server.Talk(registration);
  EXPECT_EQ(server.targets.size(), 1U);
}

// Leftover is what a run had registered that was killed: with proposals, and with a portal more.
FakeIsns::Target Leftover(const std::string& entity) {
  FakeIsns::Target target{entity, std::string(kArray), Served(3).portals, {}};
  target.portals[0].symbolic_name = "old";
  return target;
}

TEST_F(IsnsRegistration, WhatWasLeftIsTakenBackWithThePortalsThatComeAgain) {
  server.targets = {Leftover("old.example"), {"other.example", "iqn.other", {}, {}}};
  Registration registration(Served(2));
  Register(registration);
  EXPECT_THAT(server.asked,
              ElementsAre(Function::kDevAttrQry, Function::kDevDereg, Function::kDevAttrReg));
  ASSERT_EQ(server.targets.size(), 2U);
  EXPECT_EQ(server.targets[0].name, "iqn.other");
  EXPECT_EQ(server.targets[1].entity, "array.example");
  ASSERT_EQ(server.targets[1].portals.size(), 2U);
  EXPECT_EQ(server.targets[1].portals[0].symbolic_name, "");
}

TEST_F(IsnsRegistration, WhatWasLeftInItsOwnEntityIsTakenBackWhole) {
  const std::string own(kArray);
  server.targets = {Leftover(own), {own, "iqn.lodger", {}, {}}, {"else", "iqn.other", {}, {}}};
  Registration registration(Served(2));
  Register(registration);
  EXPECT_THAT(server.asked,
              ElementsAre(Function::kDevAttrQry, Function::kDevDereg, Function::kDevAttrReg));
  ASSERT_EQ(server.targets.size(), 2U) << "the entity went with all that was in it";
  EXPECT_EQ(server.targets[0].name, "iqn.other");
  EXPECT_EQ(server.targets[1].portals.size(), 2U);
  EXPECT_EQ(server.targets[1].portals[0].symbolic_name, "");
}

// Whether other nodes are in an entity cannot be known: a server shows those of our domains.
TEST_F(IsnsRegistration, AnEntityOfAnotherNameIsNeverTakenBack) {
  const auto others = Served(3).portals;
  server.targets = {Leftover("array.example"), {"array.example", "iqn.other", {others[2]}, {}}};
  Registration registration(Served(2));
  Register(registration);
  ASSERT_EQ(server.targets.size(), 2U);
  EXPECT_EQ(server.targets[0].name, "iqn.other");
  EXPECT_EQ(server.targets[0].portals.size(), 1U) << "a portal that is not published now stays";
  EXPECT_EQ(server.targets[1].portals[0].symbolic_name, "");
  registration.Leave();
  server.Talk(registration);
  ASSERT_EQ(server.targets.size(), 1U);
  EXPECT_EQ(server.targets[0].portals.size(), 1U);
}

TEST_F(IsnsRegistration, ARefusedDeregistrationOfWhatWasLeftIsNoFailure) {
  server.targets = {Leftover(std::string(kArray))};
  server.refusals[Function::kDevDereg] = StatusCode::kSourceUnauthorized;
  Registration registration(Served(2, std::string(kArray)));
  Register(registration);
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry, Function::kDevDereg,
                                        Function::kDevDereg, Function::kDevAttrReg));
}

TEST_F(IsnsRegistration, LeavingBeforeItHasRegisteredRegistersNothing) {
  Registration registration(Served(2));
  registration.Start();
  registration.Leave();
  server.Talk(registration);
  EXPECT_EQ(registration.state(), State::kDone);
  EXPECT_THAT(server.asked, ElementsAre(Function::kDevAttrQry));
}

TEST_F(IsnsRegistration, LeavingWhileAskingWaitsForTheAnswer) {
  Registration registration(Served(600), Left::kKeep);
  registration.Start();
  registration.Leave();
  EXPECT_EQ(registration.state(), State::kAsking);
  server.Talk(registration);
  EXPECT_EQ(registration.state(), State::kDone);
  EXPECT_THAT(server.targets, IsEmpty());
  EXPECT_EQ(std::count(server.asked.begin(), server.asked.end(), Function::kDevAttrReg), 1);

  Registration never(Served());
  never.Leave();
  EXPECT_EQ(never.state(), State::kDone);
}

TEST_F(IsnsRegistration, ARefusalIsTold) {
  server.refusals[Function::kDevAttrReg] = StatusCode::kInvalidRegistration;
  Registration registration(Served());
  registration.Start();
  server.Talk(registration);
  ASSERT_EQ(registration.state(), State::kFailed);
  EXPECT_THAT(registration.failure()->text,
              AllOf(HasSubstr("registration of iqn.2026-01.example.array:controller: Invalid "
                              "Registration (3)"),
                    HasSubstr("deregister the old one")));
  EXPECT_EQ(registration.failure()->status, StatusCode::kInvalidRegistration);
  EXPECT_FALSE(registration.registered());
}

TEST_F(IsnsRegistration, ReadsWhatIsnsdAnswered) {
  Publication publication = Served();
  Registration registration(publication, Left::kKeep);
  registration.Start();
  (void)registration.TakeOutput();
  registration.Receive(FromHex(kTargetRegistered));
  EXPECT_EQ(registration.state(), State::kResting);
  EXPECT_EQ(registration.entity(), "array.example");
  EXPECT_EQ(registration.refresh_after(), 300U);
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
