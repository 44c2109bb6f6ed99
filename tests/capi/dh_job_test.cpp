// Diffie-Hellman jobs may be run anywhere and may outlive their engine.
#include <iscsi_ike.h>

#include <thread>

#include "crypto/dh_batch.hpp"
#include "tests/capi/c_pair.hpp"

namespace iscsi_ike::test {
namespace {

Owned<iscsi_ike_dh_job> PollJob(CEnd& end) {
  iscsi_ike_dh_job* job = nullptr;
  EXPECT_EQ(iscsi_ike_poll_dh(end.engine.get(), &job), ISCSI_IKE_OK);
  return Owned<iscsi_ike_dh_job>(job);
}

Owned<iscsi_ike_dh_runner> MakeRunner() {
  iscsi_ike_dh_runner* runner = nullptr;
  EXPECT_EQ(iscsi_ike_dh_runner_new(&runner), ISCSI_IKE_OK);
  return Owned<iscsi_ike_dh_runner>(runner);
}

iscsi_ike_dh_info InfoOf(const iscsi_ike_dh_job* job) {
  auto info = ISCSI_IKE_INIT(iscsi_ike_dh_info);
  EXPECT_EQ(iscsi_ike_dh_get_info(job, &info), ISCSI_IKE_OK);
  return info;
}

// AggressivePair has its first job before anything is sent.
CPair AggressivePair() {
  return CPair([](CPair::Told& told) { told.hba_plan.word = told.portal_plan.word = 0x2B; });
}

TEST(CDhJob, OutlivesItsEngine) {
  Owned<iscsi_ike_dh_job> job;
  {
    CPair pair = AggressivePair();
    pair.Connect();
    job = PollJob(pair.hba);
  }
  const auto runner = MakeRunner();
  iscsi_ike_dh_job* const jobs[] = {job.get()};
  EXPECT_EQ(iscsi_ike_dh_run(runner.get(), jobs, 1), ISCSI_IKE_OK);
  const iscsi_ike_dh_info info = InfoOf(job.get());
  EXPECT_EQ(info.done, 1U);
  EXPECT_EQ(info.group, 31U);
  EXPECT_EQ(info.output_size, 32U);

  // And another engine takes it for a stale one.
  CPair other = AggressivePair();
  EXPECT_EQ(iscsi_ike_finish_dh(other.hba.engine.get(), 0, job.release()), ISCSI_IKE_OK);
  EXPECT_TRUE(other.hba.sent.empty());
}

TEST(CDhJob, OfAnotherEngineIsDropped) {
  CPair pair = AggressivePair();
  CPair other([](CPair::Told& told) {
    static const Seed seed{77};
    told.hba.seed = seed.data();
    told.hba_plan.word = told.portal_plan.word = 0x2B;
  });
  pair.Connect();
  other.Connect();
  const auto runner = MakeRunner();
  auto mine = PollJob(pair.hba);
  auto theirs = PollJob(other.hba);
  iscsi_ike_dh_job* const jobs[] = {mine.get(), theirs.get()};
  ASSERT_EQ(iscsi_ike_dh_run(runner.get(), jobs, 2), ISCSI_IKE_OK);
  ASSERT_EQ(iscsi_ike_finish_dh(pair.hba.engine.get(), 0, theirs.release()), ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_TRUE(pair.hba.sent.empty());
  ASSERT_EQ(iscsi_ike_finish_dh(pair.hba.engine.get(), 0, mine.release()), ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
}

// Sanitizers see whether it is freed once.
TEST(CDhJob, IsTakenEvenWhereItIsOfNoUse) {
  CPair pair = AggressivePair();
  pair.Connect();
  auto job = PollJob(pair.hba);
  EXPECT_EQ(iscsi_ike_finish_dh(pair.hba.engine.get(), UINT64_MAX, job.release()),
            ISCSI_IKE_E_INVALID);
  CPair second = AggressivePair();
  second.Connect();
  job = PollJob(second.hba);
  EXPECT_EQ(iscsi_ike_finish_dh(nullptr, 0, job.release()), ISCSI_IKE_E_INVALID);
}

TEST(CDhJob, MayBeRunByAnotherThread) {
  CPair pair = AggressivePair();
  pair.Connect();
  const auto job = PollJob(pair.hba).release();
  std::thread([job] {
    const auto runner = MakeRunner();
    iscsi_ike_dh_job* const jobs[] = {job};
    EXPECT_EQ(iscsi_ike_dh_run(runner.get(), jobs, 1), ISCSI_IKE_OK);
  }).join();
  EXPECT_EQ(iscsi_ike_finish_dh(pair.hba.engine.get(), 0, job), ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
}

// Hardware is given the inputs and gives the output. Here an engine with the same seed plays it:
// the public value that it sends is the one that is due.
TEST(CDhJob, TakesAResultFromElsewhere) {
  CPair twin = AggressivePair();
  twin.Connect();
  twin.Exchange();
  const std::vector<std::uint8_t> am1 = twin.hba.sent.front();

  CPair pair = AggressivePair();
  pair.Connect();
  auto job = PollJob(pair.hba);
  const iscsi_ike_dh_info info = InfoOf(job.get());
  EXPECT_EQ(info.operation, std::uint32_t{ISCSI_IKE_DH_GENERATE});
  EXPECT_EQ(info.done, 0U);
  EXPECT_EQ(info.private_key.size, 32U);
  EXPECT_EQ(info.peer_public.size, 0U);
  const std::vector<std::uint8_t> zeros(33);
  EXPECT_EQ(iscsi_ike_dh_set_output(job.get(), zeros.data(), 31), ISCSI_IKE_E_INVALID);
  EXPECT_EQ(iscsi_ike_dh_set_output(job.get(), zeros.data(), 33), ISCSI_IKE_E_INVALID);
  EXPECT_EQ(InfoOf(job.get()).done, 0U);
  // AM1: header of 28 octets, SA payload, then the KE payload with 4 octets of header of its own.
  const std::size_t sa_size = am1[28 + 2] * 256U + am1[28 + 3];
  const std::uint8_t* const public_value = am1.data() + 28 + sa_size + 4;
  ASSERT_EQ(iscsi_ike_dh_set_output(job.get(), public_value, 32), ISCSI_IKE_OK);
  EXPECT_EQ(InfoOf(job.get()).done, 1U);
  ASSERT_EQ(iscsi_ike_finish_dh(pair.hba.engine.get(), 0, job.release()), ISCSI_IKE_OK);
  pair.Exchange();
  EXPECT_EQ(pair.hba.sent.front(), am1);
  EXPECT_NE(pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED), nullptr);
}

// ComputeElsewhere plays hardware for all jobs of an engine: inputs of a job in, its output out.
void ComputeElsewhere(iscsi_ike_engine* engine, int& agreed) {
  for (iscsi_ike_dh_job* job = nullptr; iscsi_ike_poll_dh(engine, &job) == ISCSI_IKE_OK;) {
    const iscsi_ike_dh_info info = InfoOf(job);
    crypto::DhJob work;
    work.operation = static_cast<crypto::DhOperation>(info.operation);
    work.group = static_cast<crypto::DhGroup>(info.group);
    work.private_key = crypto::Secret::CopyOf({info.private_key.data, info.private_key.size});
    work.peer_public.assign(info.peer_public.data, info.peer_public.data + info.peer_public.size);
    crypto::BatchDhExecutor().Run({&work, 1});
    ASSERT_EQ(work.outcome, crypto::DhOutcome::kOk);
    const bool agree = info.operation == ISCSI_IKE_DH_AGREE;
    agreed += agree ? 1 : 0;
    const crypto::Octets output = agree ? work.shared.Expose() : crypto::Octets(work.public_value);
    EXPECT_EQ(info.output_size, output.size());
    ASSERT_EQ(iscsi_ike_dh_set_output(job, output.data(), output.size()), ISCSI_IKE_OK);
    ASSERT_EQ(iscsi_ike_finish_dh(engine, 0, job), ISCSI_IKE_OK);
  }
}

TEST(CDhJob, TakesAllResultsFromElsewhere) {
  for (const char* group : {"aes128-sha256-curve25519", "aes128-sha256-ecp256"}) {
    int agreed = 0;
    CPair pair([group](CPair::Told& told) {
      told.hba_plan.word = told.portal_plan.word = 0x37;  // with PFS
      told.hba_plan.ike = told.portal_plan.ike = group;
    });
    pair.hba.compute = [&agreed](iscsi_ike_engine* engine) { ComputeElsewhere(engine, agreed); };
    pair.Connect();
    pair.Exchange();
    const Seen* here = pair.hba.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED);
    const Seen* there = pair.portal.Find(ISCSI_IKE_EVENT_CHILD_ESTABLISHED);
    ASSERT_NE(here, nullptr);
    ASSERT_NE(there, nullptr);
    EXPECT_EQ(here->in, there->out);
    EXPECT_EQ(agreed, 2);
  }
}

TEST(CDhJob, IsNotRunTwiceAtOnce) {
  CPair pair = AggressivePair();
  pair.Connect();
  pair.Connect();
  auto first = PollJob(pair.hba);
  auto second = PollJob(pair.hba);
  const auto runner = MakeRunner();
  iscsi_ike_dh_job* const twice[] = {first.get(), second.get(), first.get()};
  EXPECT_EQ(iscsi_ike_dh_run(runner.get(), twice, 3), ISCSI_IKE_E_INVALID);
  EXPECT_EQ(InfoOf(first.get()).done, 0U);
  EXPECT_EQ(InfoOf(first.get()).private_key.size, 32U);
  ASSERT_EQ(iscsi_ike_dh_run(runner.get(), twice, 2), ISCSI_IKE_OK);
  EXPECT_EQ(InfoOf(first.get()).done, 1U);
  EXPECT_EQ(InfoOf(second.get()).done, 1U);
}

TEST(CDhJob, AFailureEndsTheNegotiation) {
  for (const int peer_value : {0, 1}) {  // a value of this end is nobody else's fault
    CPair pair = AggressivePair();
    pair.Connect();
    auto job = PollJob(pair.hba);
    ASSERT_EQ(iscsi_ike_dh_set_failed(job.get(), peer_value), ISCSI_IKE_OK);
    ASSERT_EQ(iscsi_ike_finish_dh(pair.hba.engine.get(), 0, job.release()), ISCSI_IKE_OK);
    pair.Exchange();
    const Seen* failed = pair.hba.Find(ISCSI_IKE_EVENT_FAILED);
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->code, "CRYPTO");
  }
}

TEST(CDhJob, OneThatNobodyRanIsAFailureAndOneThatWasDroppedATimeout) {
  CPair pair = AggressivePair();
  pair.Connect();
  auto job = PollJob(pair.hba);
  ASSERT_EQ(iscsi_ike_finish_dh(pair.hba.engine.get(), 0, job.release()), ISCSI_IKE_OK);
  pair.Exchange();
  ASSERT_NE(pair.hba.Find(ISCSI_IKE_EVENT_FAILED), nullptr);
  EXPECT_EQ(pair.hba.Find(ISCSI_IKE_EVENT_FAILED)->code, "CRYPTO");

  CPair second = AggressivePair();
  second.Connect();
  PollJob(second.hba).reset();
  second.Run(120000);
  EXPECT_NE(second.hba.Find(ISCSI_IKE_EVENT_FAILED), nullptr);
}

}  // namespace
}  // namespace iscsi_ike::test
