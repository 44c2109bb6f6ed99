// Diffie-Hellman jobs inline and in threads: the same results, delivered on the reactor's thread.
#include "ike/net/dh_runner.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "crypto/lanes.hpp"
#include "ike/net/reactor.hpp"

namespace iscsi_ike::ike::net {
namespace {

crypto::DhJob GenerateJob(std::uint64_t ticket, crypto::RandomSource& random) {
  crypto::DhJob job;
  job.ticket = crypto::DhTicket{ticket};
  job.group = crypto::DhGroup::kCurve25519;
  job.private_key = crypto::MakePrivateKey(job.group, random).value();
  return job;
}

using Results = std::map<crypto::DhTicket, std::vector<std::uint8_t>>;

Results RunJobs(DhRunner& runner, Reactor& reactor, unsigned count) {
  crypto::SeededRandom random(7);
  Results results;
  const auto home = std::this_thread::get_id();
  bool submitting = true;
  runner.OnFinished([&](std::span<crypto::DhJob> jobs) {
    EXPECT_FALSE(submitting);
    EXPECT_EQ(std::this_thread::get_id(), home);
    for (const crypto::DhJob& done : jobs) {
      EXPECT_EQ(done.outcome, crypto::DhOutcome::kOk);
      EXPECT_TRUE(results.emplace(done.ticket, done.public_value).second);
    }
  });
  for (unsigned i = 0; i < count; ++i) runner.Submit(GenerateJob(i, random));
  submitting = false;
  reactor.Run();
  return results;
}

TEST(DhRunner, ThreadsGiveTheResultsOfTheInlineRunner) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  Reactor reactor;
  InlineDhRunner inline_runner(reactor);
  const Results expected = RunJobs(inline_runner, reactor, 32);
  ThreadedDhRunner threaded(reactor, 3);
  EXPECT_EQ(RunJobs(threaded, reactor, 32), expected);
  EXPECT_EQ(expected.size(), 32U);
}

// More than can be computed soon is better left where it comes from.
TEST(DhRunner, HasNoRoomForMoreThanItCanDoSoon) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  constexpr unsigned kMany = 4096;
  Reactor reactor;
  InlineDhRunner inline_runner(reactor);
  ThreadedDhRunner threaded(reactor, 1);
  for (DhRunner* const runner :
       {static_cast<DhRunner*>(&inline_runner), static_cast<DhRunner*>(&threaded)}) {
    crypto::SeededRandom random(7);
    unsigned finished = 0;
    runner->OnFinished(
        [&](std::span<crypto::DhJob> jobs) { finished += static_cast<unsigned>(jobs.size()); });
    EXPECT_TRUE(runner->HasRoom());
    unsigned taken = 0;
    while (runner->HasRoom() && taken < kMany) runner->Submit(GenerateJob(taken++, random));
    EXPECT_GE(taken, 4U);
    EXPECT_LT(taken, kMany);
    reactor.Run();
    EXPECT_EQ(finished, taken);
    EXPECT_TRUE(runner->HasRoom());
  }
}

TEST(DhRunner, FullLanesGoFirstAndTheRestFollows) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  if (!crypto::HasLanes()) GTEST_SKIP() << "no lanes on this machine";
  crypto::SeededRandom random(7);
  Reactor reactor;
  InlineDhRunner runner(reactor);
  std::vector<std::size_t> sizes;
  runner.OnFinished([&](std::span<crypto::DhJob> jobs) { sizes.push_back(jobs.size()); });
  for (unsigned i = 0; i < 27; ++i) runner.Submit(GenerateJob(i, random));
  reactor.Run();
  EXPECT_EQ(sizes, (std::vector<std::size_t>{16, 8, 3}));
}

TEST(DhRunner, WhatKeepsComingDoesNotKeepAJobWaiting) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  crypto::SeededRandom random(7);
  Reactor reactor;
  InlineDhRunner runner(reactor);
  unsigned submitted = 0;
  std::optional<unsigned> before_first;
  runner.OnFinished([&](std::span<crypto::DhJob> jobs) {
    for (const crypto::DhJob& job : jobs)
      if (job.ticket == crypto::DhTicket{0}) before_first = submitted;
  });
  const std::function<void()> one_more = [&] {
    runner.Submit(GenerateJob(submitted, random));
    if (++submitted < 200) reactor.Post(one_more);
  };
  one_more();
  reactor.Run();
  ASSERT_TRUE(before_first);
  EXPECT_LE(*before_first, 20U);
}

// Jobs of one kind that fill lane after lane do not keep one of another kind waiting, whichever of
// the two has the lower number.
TEST(DhRunner, AKindThatKeepsComingDoesNotKeepAnotherWaiting) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  for (const auto lanes : {crypto::DhLanes::kWhereThereAre, crypto::DhLanes::kNever}) {
    for (const auto lone : {crypto::DhGroup::kModp1024, crypto::DhGroup::kCurve25519}) {
      const auto many = lone == crypto::DhGroup::kModp1024 ? crypto::DhGroup::kCurve25519
                                                           : crypto::DhGroup::kModp1024;
      crypto::SeededRandom random(7);
      Reactor reactor;
      InlineDhRunner runner(reactor, lanes);
      unsigned finished = 0;
      std::optional<unsigned> before_lone;
      unsigned submitted = 0;
      const auto submit = [&](crypto::DhGroup group) {
        crypto::DhJob job = GenerateJob(++submitted, random);
        job.group = group;
        job.private_key = crypto::MakePrivateKey(group, random).value();
        runner.Submit(std::move(job));
      };
      runner.OnFinished([&](std::span<crypto::DhJob> jobs) {
        for (const crypto::DhJob& job : jobs) {
          if (job.group == lone) before_lone = finished;
          ++finished;
          if (submitted < 400) submit(many);
        }
      });
      submit(lone);
      for (int i = 0; i < 32; ++i) submit(many);
      reactor.Run();
      ASSERT_TRUE(before_lone);
      EXPECT_LE(*before_lone, 3U * 16) << static_cast<int>(lone);
      EXPECT_EQ(finished, submitted);
    }
  }
}

TEST(DhRunner, ThreadedRunnerMayDieWithJobsUnderWay) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  crypto::SeededRandom random(7);
  Reactor reactor;
  ThreadedDhRunner threaded(reactor, 2);
  threaded.OnFinished([](std::span<crypto::DhJob>) { FAIL() << "nobody ran the reactor"; });
  for (unsigned i = 0; i < 64; ++i) threaded.Submit(GenerateJob(i, random));
}

TEST(DhRunner, ResultsOfADeadRunnerAreDropped) {
  ASSERT_TRUE(crypto::InitializeCrypto());
  crypto::SeededRandom random(7);
  Reactor reactor;
  const auto nobody = [](std::span<crypto::DhJob>) { FAIL() << "the runner is dead"; };
  {
    InlineDhRunner runner(reactor);
    runner.OnFinished(nobody);
    runner.Submit(GenerateJob(1, random));
  }
  {
    ThreadedDhRunner runner(reactor, 1);
    runner.OnFinished(nobody);
    runner.Submit(GenerateJob(1, random));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the result is on its way
  }
  reactor.Run();
}

}  // namespace
}  // namespace iscsi_ike::ike::net
