// IsnsRegistrar against a server on loopback that goes, comes, refuses, keeps silent and talks
// nonsense. Its times are short here.
#include "ike/tool/isns_registrar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/net/reactor.hpp"
#include "tests/ike/tool/isns_thread.hpp"

namespace iscsi_ike::ike::tool {
namespace {

using policy::isns::Function;
using policy::isns::Publication;
using policy::isns::StatusCode;
using test::FakeIsns;
using test::IsnsThread;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using State = IsnsNews::State;
using Manner = IsnsThread::Manner;

constexpr const char* kTarget = "iqn.2026-01.example.array:a";

IsnsPace Quick() {
  return {Duration(20),    Duration(70),  Duration(10000),
          Duration(10000), Duration(300), {Duration(2000), Duration(2000)}};
}

Publication TwoPortals() {
  Publication publication{"array.example", kTarget, "left", {}};
  for (std::uint8_t last = 10; last <= 11; ++last)
    publication.portals.push_back({{policy::IpAddress::V4({192, 0, 2, last}), {3260, false}},
                                   policy::SecurityFlags(0x27),
                                   {},
                                   {},
                                   {}});
  return publication;
}

std::size_t CountOfPortals(const FakeIsns& isns) {
  return isns.targets.empty() ? 0 : isns.targets.front().portals.size();
}

class Registrar : public testing::Test {
 protected:
  void Make(std::uint16_t port, const IsnsPace& pace = Quick(),
            const Publication& publication = TwoPortals()) {
    registrar.emplace(
        reactor, net::IsnsServer{"127.0.0.1", port}, publication,
        [this](const IsnsNews& one) {
          news.push_back(one);
          if (on_news) on_news();
        },
        pace);
    registrar->Start();
  }
  // RunUntil runs the reactor until there are so many news.
  void RunUntil(std::size_t count) {
    on_news = [this, count] {
      if (news.size() >= count) reactor.Stop();
    };
    RunFor(Duration(15000));
    EXPECT_THAT(news, SizeIs(count)) << "in time";
    on_news = nullptr;
  }
  void RunFor(Duration time) {
    const std::uint32_t run = ++runs;
    reactor.After(time, [this, run] {
      if (run == runs) reactor.Stop();
    });
    reactor.Run();
  }
  // Leave gives the milliseconds until the registrar was gone.
  std::int64_t Leave(int times = 1) {
    const Time begin = net::SteadyNow();
    for (int i = 0; i < times; ++i)
      registrar->Leave([this] {
        ++gone;
        reactor.Stop();
      });
    if (gone == 0) RunFor(Duration(15000));
    EXPECT_EQ(gone, 1);
    return (net::SteadyNow() - begin).count();
  }
  std::vector<State> States() const {
    std::vector<State> states;
    for (const IsnsNews& one : news) states.push_back(one.state);
    return states;
  }

  net::Reactor reactor;
  std::vector<IsnsNews> news;
  std::function<void()> on_news;
  std::optional<IsnsRegistrar> registrar;
  std::uint32_t runs = 0;
  int gone = 0;
};

TEST_F(Registrar, RegistersAndTakesItBack) {
  IsnsThread server{FakeIsns()};
  Make(server.port());
  RunUntil(1);
  EXPECT_EQ(news[0].server, server.address());
  EXPECT_EQ(news[0].node, kTarget);
  EXPECT_EQ(news[0].entity, "array.example");
  EXPECT_EQ(news[0].portals, 2U);
  EXPECT_EQ(news[0].Text(), "iSNS: " + server.address() + ": registered " + kTarget +
                                " in entity \"array.example\", 2 portals");
  server.With([](const FakeIsns& isns) {
    ASSERT_THAT(isns.targets, SizeIs(1));
    EXPECT_EQ(isns.targets[0].name, kTarget);
    EXPECT_EQ(isns.targets[0].alias, "left");
    ASSERT_THAT(isns.targets[0].portals, SizeIs(2));
    EXPECT_EQ(isns.targets[0].portals[1].bitmap, policy::SecurityFlags(0x27));
  });
  EXPECT_LT(Leave(), 300);
  EXPECT_THAT(States(), ElementsAre(State::kRegistered, State::kDeregistered));
  EXPECT_TRUE(server.With([](const FakeIsns& isns) { return isns.targets.empty(); }));
}

TEST_F(Registrar, ADeadServerIsToldOnceAndFoundWhenItComes) {
  std::uint16_t port = 0;
  {
    const IsnsThread once{FakeIsns()};
    port = once.port();
  }
  Make(port);
  RunUntil(1);
  RunFor(Duration(150));  // some tries more
  ASSERT_THAT(States(), ElementsAre(State::kFailed));
  EXPECT_EQ(news[0].retry_after, Duration(20));
  EXPECT_EQ(news[0].Text(), "iSNS: 127.0.0.1:" + std::to_string(port) +
                                ": connection refused: no iSNS server listens; serve goes on, and "
                                "tries again in 1 s");
  IsnsThread server(FakeIsns(), Manner::kAnswer, port);
  RunUntil(2);
  EXPECT_EQ(news[1].state, State::kRegistered);
  EXPECT_EQ(server.With(CountOfPortals), 2U);
}

TEST_F(Registrar, ALostConnectionIsToldAndTheTargetRegisteredAgain) {
  IsnsThread server{FakeIsns()};
  Make(server.port());
  RunUntil(1);
  server.With([](FakeIsns& isns) { isns.targets.clear(); });
  server.HangUp();
  RunUntil(3);
  EXPECT_THAT(States(), ElementsAre(State::kRegistered, State::kFailed, State::kRegistered));
  EXPECT_THAT(news[1].text, HasSubstr("the server closed the connection"));
  EXPECT_EQ(server.With(CountOfPortals), 2U);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(Registrar, AfterALostConnectionItComesBackInTheEntityThatTheServerMade) {
  IsnsThread server{FakeIsns()};
  Publication nameless = TwoPortals();
  nameless.entity.clear();
  Make(server.port(), Quick(), nameless);
  RunUntil(1);
  server.HangUp();
  RunUntil(3);
  EXPECT_THAT(server.With([](const FakeIsns& isns) { return isns.entities; }),
              ElementsAre("", "isns.entity.0001"));
  server.HangUp();
  server.With([](FakeIsns& isns) {
    isns.refusals[Function::kDevAttrReg] = StatusCode::kInvalidRegistration;
  });
  RunUntil(5);
  server.With([](FakeIsns& isns) { isns.refusals.clear(); });
  RunUntil(6);
  EXPECT_EQ(server.With([](const FakeIsns& isns) { return isns.entities.back(); }), "")
      << "a name that is refused is given up";
}

TEST_F(Registrar, WhatAnEarlierRunLeftIsTakenBackOnce) {
  FakeIsns left;
  left.targets = {{"array.old", kTarget, TwoPortals().portals, {}}};
  left.targets[0].portals[0].phase1_proposals = {1, 2, 3, 4};
  left.targets[0].portals.push_back(
      {{policy::IpAddress::V4({192, 0, 2, 99}), {3260, false}}, {}, {}, {}, {}});
  IsnsThread server(std::move(left));
  Make(server.port());
  RunUntil(1);
  EXPECT_EQ(server.With(CountOfPortals), 2U) << "the third is gone";
  EXPECT_TRUE(server.With(
      [](const FakeIsns& isns) { return isns.targets[0].portals[0].phase1_proposals.empty(); }));
  server.HangUp();
  RunUntil(3);
  EXPECT_THAT(server.With([](const FakeIsns& isns) { return isns.asked; }),
              ElementsAre(Function::kDevAttrQry, Function::kDevDereg, Function::kDevAttrReg,
                          Function::kDevAttrReg));
}

TEST_F(Registrar, AsksBeforeTheServerForgets) {
  FakeIsns forgetful;
  forgetful.period = 2;
  IsnsThread server(std::move(forgetful));
  Make(server.port());
  RunUntil(1);
  RunFor(Duration(1500));
  EXPECT_TRUE(server.With([](const FakeIsns& isns) {
    return isns.asked ==
           std::vector{Function::kDevAttrQry, Function::kDevAttrReg, Function::kDevAttrQry};
  }));
  EXPECT_THAT(news, SizeIs(1));
}

TEST_F(Registrar, AForgottenTargetIsRegisteredAgainOverTheSameConnection) {
  FakeIsns everlasting;
  everlasting.period = 0;
  IsnsThread server(std::move(everlasting));
  IsnsPace pace = Quick();
  pace.refresh = Duration(50);
  Make(server.port(), pace);
  RunUntil(1);
  RunFor(Duration(200));
  EXPECT_THAT(news, SizeIs(1)) << "nothing new";
  server.With([](FakeIsns& isns) { isns.targets.clear(); });
  RunUntil(2);
  EXPECT_THAT(States(), ElementsAre(State::kRegistered, State::kRegistered));
  EXPECT_EQ(server.With(CountOfPortals), 2U);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Registrar, ARefusalIsToldOnceAndTriedAgain) {
  FakeIsns refusing;
  refusing.refusals[Function::kDevAttrReg] = StatusCode::kSourceUnauthorized;
  IsnsThread server(std::move(refusing));
  Make(server.port());
  RunUntil(1);
  EXPECT_THAT(news[0].text, AllOf(HasSubstr("iSNS: " + server.address() + ": registration of"),
                                  HasSubstr("Source Unauthorized (8)")));
  RunFor(Duration(200));
  EXPECT_GE(server.connections(), 3);
  EXPECT_THAT(news, SizeIs(1)) << "the same again is no news";
  server.With([](FakeIsns& isns) {
    isns.refusals[Function::kDevAttrReg] = StatusCode::kInvalidRegistration;
  });
  RunUntil(2);
  EXPECT_THAT(news[1].text, HasSubstr("Invalid Registration (3)"));
  server.With([](FakeIsns& isns) { isns.refusals.clear(); });
  RunUntil(3);
  EXPECT_EQ(news[2].state, State::kRegistered);
}

// RetriesOf gives what is waited after each failure.
std::vector<Duration> RetriesOf(const std::vector<IsnsNews>& news) {
  std::vector<Duration> retries;
  for (const IsnsNews& one : news)
    if (one.state == State::kFailed) retries.push_back(one.retry_after);
  return retries;
}

TEST_F(Registrar, WaitsTwiceAsLongEachTimeUpToABound) {
  IsnsThread server{FakeIsns()};
  Make(server.port());
  for (std::size_t i = 0; i < 4; ++i) {
    RunUntil(2 * i + 1);
    server.HangUp();
    RunUntil(2 * i + 2);
  }
  EXPECT_THAT(RetriesOf(news), ElementsAre(Duration(20), Duration(40), Duration(70), Duration(70)));
}

TEST_F(Registrar, ARegistrationThatHasStoodBeginsWithTheShortestWaitAgain) {
  IsnsThread server{FakeIsns()};
  IsnsPace pace = Quick();
  pace.stable = Duration(0);
  Make(server.port(), pace);
  for (std::size_t i = 0; i < 3; ++i) {
    RunUntil(2 * i + 1);
    server.HangUp();
    RunUntil(2 * i + 2);
  }
  EXPECT_THAT(RetriesOf(news), ElementsAre(Duration(20), Duration(20), Duration(20)));
}

TEST_F(Registrar, NonsenseIsToldAndTriedAgain) {
  IsnsThread server(FakeIsns(), Manner::kNoise);
  Make(server.port());
  RunUntil(1);
  EXPECT_EQ(news[0].state, State::kFailed);
  EXPECT_THAT(news[0].text, HasSubstr("registration of " + std::string(kTarget)));
  server.Become(Manner::kAnswer);
  RunUntil(2);
  EXPECT_EQ(news[1].state, State::kRegistered);
}

TEST_F(Registrar, ASilentServerIsGivenUpAndTriedAgain) {
  IsnsThread server(FakeIsns(), Manner::kSilence);
  IsnsPace pace = Quick();
  pace.patience.answer = Duration(100);
  Make(server.port(), pace);
  RunUntil(1);
  EXPECT_THAT(news[0].text, HasSubstr("no answer came in time"));
  server.Become(Manner::kAnswer);
  RunUntil(2);
  EXPECT_EQ(news[1].state, State::kRegistered);
}

TEST_F(Registrar, TheEndWaitsForASilentServerNoLongerThanItMust) {
  IsnsThread server{FakeIsns()};
  Make(server.port());
  RunUntil(1);
  server.Become(Manner::kSilence);
  const std::int64_t took = Leave();
  EXPECT_GE(took, 299);
  EXPECT_LT(took, 1500);
  EXPECT_THAT(States(), ElementsAre(State::kRegistered, State::kFailed));
  EXPECT_EQ(news[1].Text(), "iSNS: " + server.address() +
                                ": no deregistration within 1 s; it may stay registered until the "
                                "server forgets it");
}

TEST_F(Registrar, TheSecondTimeItWaitsNoLonger) {
  IsnsThread server{FakeIsns()};
  Make(server.port());
  RunUntil(1);
  server.Become(Manner::kSilence);
  EXPECT_LT(Leave(2), 250);
  EXPECT_THAT(news, SizeIs(1));
  registrar->Leave([this] { ++gone; });  // and again, when it has gone
  EXPECT_EQ(gone, 2);
}

TEST_F(Registrar, NothingToTakeBackTakesNoTime) {
  FakeIsns refusing;
  refusing.refusals[Function::kDevAttrReg] = StatusCode::kSourceUnauthorized;
  IsnsThread server(std::move(refusing));
  IsnsPace pace = Quick();
  pace.first_retry = Duration(10000);
  Make(server.port(), pace);
  RunUntil(1);
  EXPECT_LT(Leave(), 250);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(news, SizeIs(1));
}

TEST_F(Registrar, LeavingBeforeThereIsAConnectionTakesNoTime) {
  IsnsThread server{FakeIsns()};
  Make(server.port());
  EXPECT_LT(Leave(), 250);
  EXPECT_THAT(news, IsEmpty());
  RunFor(Duration(50));
  EXPECT_TRUE(server.With([](const FakeIsns& isns) { return isns.asked.empty(); }));
}

TEST_F(Registrar, WhatALostConnectionLeftIsTakenBackByAnother) {
  IsnsThread server{FakeIsns()};
  IsnsPace pace = Quick();
  pace.first_retry = Duration(10000);
  Make(server.port(), pace);
  RunUntil(1);
  server.HangUp();
  RunUntil(2);
  EXPECT_EQ(server.With(CountOfPortals), 2U);
  Leave();
  EXPECT_THAT(States(), ElementsAre(State::kRegistered, State::kFailed, State::kDeregistered));
  EXPECT_TRUE(server.With([](const FakeIsns& isns) { return isns.targets.empty(); }));
}

TEST_F(Registrar, AnInternalErrorMayHaveLeftSomething) {
  FakeIsns small;
  small.most_answer = 100;  // it registers, and has no room for the answer
  IsnsThread server(std::move(small));
  IsnsPace pace = Quick();
  pace.first_retry = Duration(10000);
  Make(server.port(), pace);
  RunUntil(1);
  EXPECT_THAT(news[0].text, HasSubstr("Internal Error (11)"));
  EXPECT_EQ(server.With(CountOfPortals), 2U);
  server.With([](FakeIsns& isns) { isns.most_answer = 8000; });
  Leave();
  EXPECT_EQ(server.With(CountOfPortals), 0U);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(Registrar, ARefusedDeregistrationIsTold) {
  FakeIsns keeping;
  keeping.refusals[Function::kDevDereg] = StatusCode::kSourceUnauthorized;
  IsnsThread server(std::move(keeping));
  Make(server.port());
  RunUntil(1);
  Leave();
  EXPECT_THAT(States(), ElementsAre(State::kRegistered, State::kFailed));
  EXPECT_THAT(news[1].Text(), AllOf(HasSubstr("deregistration of"), HasSubstr("may stay")));
  EXPECT_EQ(news[1].retry_after, Duration(0));
}

TEST_F(Registrar, WhatTheServerCallsTheEntityIsFitForATerminal) {
  const IsnsNews one{State::kRegistered, "h:1", kTarget, "a\x1b[2J\n", 1, {}, {}};
  EXPECT_THAT(one.Text(), HasSubstr(R"(in entity "a\x1b[2J\x0a", 1 portal)"));
}

}  // namespace
}  // namespace iscsi_ike::ike::tool
