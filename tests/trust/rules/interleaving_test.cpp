// Small exchanges in every order in which a network can deliver them, with what it may lose and
// double in the meantime: not sampled, but all of them.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/trust/rules/party.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

ike::ChildId FirstChild(const World& world, std::size_t end) {
  return world.ends[end].EventsOf<ike::ChildEstablished>().at(0)->sa.child;
}

// Said: what an end has told its owner that explains a child which only one end has.
bool Said(const World& world) {
  return std::any_of(world.ends.begin(), world.ends.end(), [](const End& end) {
    return !end.EventsOf<ike::Failed>().empty() || !end.EventsOf<ike::ChildDeleted>().empty() ||
           !end.EventsOf<ike::ChildClosed>().empty() || !end.EventsOf<ike::SessionClosed>().empty();
  });
}

void ExpectAtRest(const World& world, ike::Duration rest) {
  EXPECT_EQ(world.on_the_way(), 0U);
  for (const End& end : world.ends) {
    const auto due = end.engine->NextTimeout();
    EXPECT_TRUE(!due || *due > world.now() + rest);
  }
}

// IsLateBeginning: a copy of a first message that comes after all is forgotten opens a session that
// nobody goes on with.
bool IsLateBeginning(const End& end, const ike::Failed& failed) {
  const auto established = end.EventsOf<ike::Phase1Established>();
  return failed.role == ike::Role::kResponder && !failed.child &&
         std::none_of(established.begin(), established.end(),
                      [&](const auto* e) { return e->session == failed.session; });
}

void ExpectAll(const World& world, std::size_t children, std::size_t sessions) {
  EXPECT_TRUE(HaveSameChildren(world));
  EXPECT_EQ(AgreedChildren(world), children);
  for (const End& end : world.ends) {
    EXPECT_EQ(end.engine->session_count(), sessions);
    for (const auto* failed : end.EventsOf<ike::Failed>())
      EXPECT_TRUE(IsLateBeginning(end, *failed)) << failed->failure.text;
  }
}

void Walk(const char* name, const Scenario& scenario, const Bounds& bounds) {
  Scenario judged = scenario;
  judged.judge = [&](World& world) {
    ExpectAtRest(world, scenario.rest);
    EXPECT_TRUE(HaveSameChildren(world) || Said(world));
    scenario.judge(world);
  };
  const std::uint64_t schedules = Explore(judged, bounds);
  std::printf("%s: all %llu schedules with up to %u lost, %u doubled, %u early timers", name,
              static_cast<unsigned long long>(schedules), bounds.losses, bounds.copies,
              bounds.early_timeouts);
  if (bounds.choices < 1000) std::printf(", of the first %zu choices", bounds.choices);
  std::printf("\n");
  testing::Test::RecordProperty("cases", std::to_string(schedules));
}

Scenario From(const Saved& saved, std::function<void(World&)> begin,
              std::function<void(World&)> judge) {
  return {[&saved, begin = std::move(begin)] {
            auto world = std::make_unique<World>(saved, Places());
            begin(*world);
            world->Drain();
            return world;
          },
          std::move(judge)};
}

void Negotiate(World& world, std::size_t end) {
  EXPECT_TRUE(world.ends[end].engine->Negotiate(world.now(), kSession, {}).ok());
}

Scenario QuickModesOfBoth(const Saved& saved) {
  return From(
      saved,
      [](World& world) {
        Negotiate(world, kHba);
        Negotiate(world, kPortal);
      },
      [](World& world) { ExpectAll(world, 3, 1); });
}

// LoginsOf lets ends that have heard nothing of each other begin.
std::function<std::unique_ptr<World>()> LoginsOf(const Party& party,
                                                 std::vector<std::size_t> ends) {
  return [&party, ends = std::move(ends)] {
    auto world = party.Fresh();
    for (const std::size_t end : ends) party.Connect(*world, end);
    return world;
  };
}

TEST(Interleaving, TheWalkMissesNothing) {
  // Two exchanges of three messages, one of each on the way at a time: 6! / (3! 3!) orders.
  const Saved saved = Party(kMainWord).LoggedIn();
  const Scenario both = QuickModesOfBoth(saved);
  EXPECT_EQ(Explore(both, {}), 20U);
  // One exchange has one order. A lost QM1 or QM3 is one schedule each. When QM2 is lost both ends
  // repeat theirs at once: the repeated QM1 first, and then QM2 twice, with QM3 in between or
  // behind (2), or QM2 first, and then QM3 before QM1 (1) or QM1 first and its answer before or
  // behind (2).
  const Scenario one = From(
      saved, [](World& world) { Negotiate(world, kHba); },
      [](World& world) { ExpectAll(world, 2, 1); });
  EXPECT_EQ(Explore(one, {}), 1U);
  EXPECT_EQ(Explore(one, {.losses = 1}), 1U + 2U + 5U);
}

TEST(Interleaving, OfALoginInMainMode) {
  const Party party(kMainWord);
  Walk("a login in main mode",
       {LoginsOf(party, {kHba}), [](World& world) { ExpectAll(world, 1, 1); }},
       {.losses = 2, .copies = 1});
}

// AM3 and QM1 leave together, so that each may come first.
TEST(Interleaving, OfALoginInAggressiveMode) {
  const Party party(kAggressiveWord);
  Walk("a login in aggressive mode",
       {LoginsOf(party, {kHba}), [](World& world) { ExpectAll(world, 1, 1); }},
       {.losses = 1, .copies = 1});
}

TEST(Interleaving, OfPhaseOneBegunByBothEnds) {
  const Party party(kAggressiveWord, [](ike::PeerConfig& peer) { peer.negotiate_child = false; });
  Walk("aggressive mode begun by both ends",
       {LoginsOf(party, {kHba, kPortal}), [](World& world) { ExpectAll(world, 0, 2); }},
       {.losses = 1, .copies = 1});
}

TEST(Interleaving, OfLoginsBegunByBothEnds) {
  const Party party(kMainWord);
  Walk("logins in main mode begun by both ends",
       {LoginsOf(party, {kHba, kPortal}), [](World& world) { ExpectAll(world, 2, 2); }},
       {.losses = 1, .choices = 9});
}

TEST(Interleaving, OfAQuickMode) {
  const Saved saved = Party(kMainWord).LoggedIn();
  Walk("a quick mode",
       From(
           saved, [](World& world) { Negotiate(world, kHba); },
           [](World& world) { ExpectAll(world, 2, 1); }),
       {.losses = 2, .copies = 1, .early_timeouts = 1});
}

TEST(Interleaving, OfQuickModesBegunByBothEnds) {
  const Saved saved = Party(kMainWord).LoggedIn();
  Walk("quick modes begun by both ends", QuickModesOfBoth(saved),
       {.losses = 1, .copies = 1, .early_timeouts = 0});
}

TEST(Interleaving, OfQuickModesWithForwardSecrecyBegunByBothEnds) {
  const Saved saved = Party(kAggressivePfsWord).LoggedIn();
  Walk("quick modes with forward secrecy begun by both ends", QuickModesOfBoth(saved),
       {.losses = 1, .copies = 1});
}

Party Renewing() {
  return Party(kAggressiveWord, [](ike::PeerConfig& peer) {
    peer.renewal = {ike::Renewal::kRenew, 90, 0, seconds(5)};
  });
}

// Whatever both ends begin at once comes together again: one child that both have is renewed no
// more than needed, and nothing of it is under keys of one end alone.
TEST(Interleaving, OfAChildRenewedByBothEnds) {
  const Saved saved = Renewing().LoggedIn();
  Scenario scenario = From(
      saved,
      [](World& world) {
        for (const std::size_t end : {kHba, kPortal})
          world.ends[end].engine->RenewChild(world.now(), kSession, FirstChild(world, end));
      },
      [](World& world) {
        EXPECT_GE(AgreedChildren(world), 1U);
        EXPECT_LE(AgreedChildren(world), 2U);
        for (const End& end : world.ends) {
          EXPECT_EQ(end.engine->session_count(), 1U);
          EXPECT_TRUE(end.EventsOf<ike::Failed>().empty());
        }
      });
  Walk("a child renewed by both ends", scenario, {.losses = 1, .copies = 1});
}

TEST(Interleaving, OfASessionRenewedByBothEnds) {
  const Saved saved = Renewing().LoggedIn();
  Scenario scenario = From(
      saved,
      [](World& world) {
        for (End& end : world.ends) end.engine->Renew(world.now(), kSession);
      },
      [](World& world) {
        EXPECT_GE(AgreedChildren(world), 1U);
        for (const End& end : world.ends) {
          EXPECT_GE(end.engine->session_count(), 1U);
          EXPECT_LE(end.engine->session_count(), 2U);
          EXPECT_TRUE(end.EventsOf<ike::Failed>().empty());
        }
      });
  Walk("a session renewed by both ends", scenario, {.losses = 1, .copies = 1});
}

// The Delete is not acknowledged: if it is lost, its writer has closed and the other end finds out
// by silence.
TEST(Interleaving, OfADeleteThatCrossesAQuickMode) {
  const Saved saved = Party(kMainWord).LoggedIn();
  Scenario scenario = From(
      saved,
      [](World& world) {
        Negotiate(world, kHba);
        world.ends[kPortal].engine->Close(world.now(), kSession);
      },
      [](World& world) {
        EXPECT_EQ(world.ends[kPortal].engine->session_count(), 0U);
        EXPECT_EQ(world.ends[kPortal].EventsOf<ike::ChildEstablished>().size(), 1U);
        EXPECT_EQ(world.ends[kHba].EventsOf<ike::ChildEstablished>().size(), 1U);
        EXPECT_EQ(world.ends[kHba].EventsOf<ike::Failed>().size(), 1U);
      });
  Walk("a Delete that crosses a quick mode", scenario,
       {.losses = 2, .copies = 2, .early_timeouts = 1});
}

TEST(Interleaving, OfAQuickModeUnderWayAndADeleteOfItsWriter) {
  const Saved saved = Party(kMainWord).LoggedIn();
  Scenario scenario = From(
      saved,
      [](World& world) {
        Negotiate(world, kHba);
        world.Drain();
        world.ends[kHba].engine->Close(world.now(), kSession);
      },
      [](World& world) { EXPECT_EQ(world.ends[kHba].engine->session_count(), 0U); });
  Walk("a quick mode and a Delete of its writer", scenario,
       {.losses = 1, .copies = 2, .early_timeouts = 1});
}

TEST(Interleaving, OfAChildClosedWhileItIsRenewed) {
  const Saved saved = Renewing().LoggedIn();
  Scenario scenario = From(
      saved,
      [](World& world) {
        world.ends[kHba].engine->RenewChild(world.now(), kSession, FirstChild(world, kHba));
        world.ends[kPortal].engine->CloseChild(world.now(), kSession, FirstChild(world, kPortal));
      },
      [](World& world) {
        for (const End& end : world.ends) EXPECT_EQ(end.engine->session_count(), 1U);
      });
  Walk("a child closed while it is renewed", scenario, {.losses = 2, .copies = 2});
}

TEST(Interleaving, OfASessionClosedByBothEnds) {
  const Saved saved = Party(kMainWord).LoggedIn();
  Scenario scenario = From(
      saved,
      [](World& world) {
        for (End& end : world.ends) end.engine->Close(world.now(), kSession);
      },
      [](World& world) {
        for (const End& end : world.ends) EXPECT_EQ(end.engine->session_count(), 0U);
      });
  Walk("a session closed by both ends", scenario, {.losses = 1, .copies = 1, .early_timeouts = 1});
}

// A question of dead peer detection is on the way while the peer closes.
TEST(Interleaving, OfALivenessQuestionThatCrossesADelete) {
  const Party party(kMainWord, [](ike::PeerConfig& peer) {
    peer.liveness = {seconds(30), seconds(2), 3};
  });
  const Saved saved = party.LoggedIn();
  Scenario scenario = From(
      saved,
      [](World& world) {
        while (world.on_the_way() == 0 && world.Wait(minutes(5))) {
        }
        world.ends[kPortal].engine->Close(world.now(), kSession);
      },
      [](World& world) { EXPECT_EQ(world.ends[kPortal].engine->session_count(), 0U); });
  // An end that did not hear of the Delete goes on asking.
  scenario.rest = seconds(1);
  Walk("a liveness question that crosses a Delete", scenario, {.losses = 0, .copies = 2});
}

}  // namespace
}  // namespace iscsi_ike::test
