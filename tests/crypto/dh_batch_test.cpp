// BatchDhExecutor against InlineDhExecutor: the same outcomes and octets for any mixture.
#include "crypto/dh_batch.hpp"

#include <gtest/gtest.h>

#include <random>

#include "crypto/lanes.hpp"
#include "tests/crypto/dh_jobs.hpp"

namespace iscsi_ike::test {
namespace {

DhJob Copy(const DhJob& job) {
  DhJob copy;
  copy.ticket = job.ticket;
  copy.operation = job.operation;
  copy.group = job.group;
  copy.private_key = job.private_key.Clone();
  copy.peer_public = job.peer_public;
  copy.outcome = job.outcome;
  return copy;
}

class DhBatch : public testing::TestWithParam<DhLanes> {
 protected:
  void Add(DhGroup group, DhOperation operation, const Bytes& peer = {}) {
    auto key = MakePrivateKey(group, random_);
    ASSERT_TRUE(key);
    DhJob job;
    job.group = group;
    job.operation = operation;
    job.private_key = std::move(*key);
    job.peer_public = peer;
    jobs_.push_back(std::move(job));
  }
  void AddAgree(DhGroup group) {
    const auto key = MakePrivateKey(group, random_);
    ASSERT_TRUE(key);
    Add(group, DhOperation::kAgree, PublicOf(group, {key->Expose().begin(), key->Expose().end()}));
  }
  // RunBoth runs the jobs in one batch, and copies of them one by one.
  void RunBoth() {
    for (std::size_t i = 0; i < jobs_.size(); ++i) jobs_[i].ticket = DhTicket{i};
    std::vector<DhJob> alone;
    for (const DhJob& job : jobs_) alone.push_back(Copy(job));
    BatchDhExecutor(GetParam()).Run(jobs_);
    InlineDhExecutor().Run(alone);
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      SCOPED_TRACE(std::to_string(i) + " " + std::string(Info(jobs_[i].group).name));
      EXPECT_EQ(jobs_[i].ticket, DhTicket{i});
      EXPECT_EQ(jobs_[i].outcome, alone[i].outcome);
      EXPECT_EQ(ToHex(jobs_[i].public_value), ToHex(alone[i].public_value));
      EXPECT_EQ(ToHex(jobs_[i].shared.Expose()), ToHex(alone[i].shared.Expose()));
    }
  }
  std::vector<DhJob> jobs_;
  SystemRandom random_;
};

TEST_P(DhBatch, MixedJobsInAnyOrder) {
  for (int round = 0; round < 5; ++round)
    for (const DhGroupInfo& info : AllDhGroups()) {
      if (info.public_size > 512) continue;
      Add(info.group, DhOperation::kGenerate);
      AddAgree(info.group);
    }
  std::shuffle(jobs_.begin(), jobs_.end(), std::mt19937(7));  // NOLINT(cert-msc*): a fixed order
  RunBoth();
  for (const DhJob& job : jobs_) EXPECT_EQ(job.outcome, DhOutcome::kOk);
}

TEST_P(DhBatch, MoreThanTheLanesOfOneKind) {
  for (int i = 0; i < 19; ++i) AddAgree(i % 2 == 0 ? DhGroup::kModp1024 : DhGroup::kCurve25519);
  for (int i = 0; i < 17; ++i) Add(DhGroup::kModp2048, DhOperation::kGenerate);
  RunBoth();
}

TEST_P(DhBatch, BadPeerValuesStayWithTheirJobs) {
  for (const DhGroup group : {DhGroup::kModp1024, DhGroup::kCurve25519}) {
    AddAgree(group);
    Add(group, DhOperation::kAgree, Padded(1, Info(group).public_size));
    Add(group, DhOperation::kAgree, Bytes(Info(group).public_size));
    Add(group, DhOperation::kAgree, Bytes(3));
    AddAgree(group);
  }
  RunBoth();
  EXPECT_EQ(jobs_[1].outcome, DhOutcome::kBadPeerValue);
  EXPECT_EQ(jobs_[9].outcome, DhOutcome::kOk);
}

TEST_P(DhBatch, KeysThatCannotBeUsedFail) {
  for (const DhGroup group : {DhGroup::kModp1024, DhGroup::kCurve25519})
    for (int i = 0; i < 4; ++i) Add(group, DhOperation::kGenerate);
  jobs_[1].private_key = Secret(24);
  jobs_[2].private_key = Secret();
  jobs_[5].private_key = Secret(31);
  RunBoth();
  EXPECT_EQ(jobs_[1].outcome, DhOutcome::kFailed);
  EXPECT_EQ(jobs_[2].outcome, DhOutcome::kFailed);
  EXPECT_EQ(jobs_[5].outcome, DhOutcome::kFailed);
}

TEST_P(DhBatch, JobsWithAnOutcomeAreLeftAlone) {
  Add(DhGroup::kModp1024, DhOperation::kGenerate);
  Add(DhGroup::kModp1024, DhOperation::kGenerate);
  jobs_[0].outcome = DhOutcome::kFailed;
  RunBoth();
  EXPECT_TRUE(jobs_[0].public_value.empty());
  EXPECT_EQ(jobs_[1].outcome, DhOutcome::kOk);
}

INSTANTIATE_TEST_SUITE_P(Lanes, DhBatch, testing::Values(DhLanes::kWhereThereAre, DhLanes::kNever),
                         [](const auto& lanes) {
                           return lanes.param == DhLanes::kNever ? "never" : "where_there_are";
                         });

}  // namespace
}  // namespace iscsi_ike::test
