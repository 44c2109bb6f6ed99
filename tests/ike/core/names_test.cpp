// What numbers are called: failures, events and checkpoints have names that differ.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ike/checkpoint.hpp"
#include "ike/engine.hpp"

namespace iscsi_ike::ike {
namespace {

TEST(Names, EveryFailureHasACodeASummaryAndABlame) {
  std::set<std::string_view> codes, summaries;
#define ISCSI_IKE_FAILURE(enumerator, code_text, blame, text)      \
  EXPECT_EQ(Name(FailureCode::enumerator), code_text);             \
  EXPECT_EQ(BlameOf(FailureCode::enumerator), Blame::blame);       \
  EXPECT_FALSE(Name(BlameOf(FailureCode::enumerator)).empty());    \
  EXPECT_TRUE(codes.insert(Name(FailureCode::enumerator)).second); \
  EXPECT_TRUE(summaries.insert(Summary(FailureCode::enumerator)).second);
#include "ike/errors.def"
#undef ISCSI_IKE_FAILURE
  EXPECT_GT(codes.size(), 15U);
}

TEST(Names, OfCheckpointsAndReasonsDiffer) {
  std::set<std::string_view> names;
  for (const CheckpointCode code :
       {CheckpointCode::kBadKey, CheckpointCode::kTooShort, CheckpointCode::kOtherKind,
        CheckpointCode::kOtherVersion, CheckpointCode::kDamaged, CheckpointCode::kCrypto,
        CheckpointCode::kInvalid}) {
    EXPECT_FALSE(Name(code).empty());
    EXPECT_TRUE(names.insert(Name(code)).second);
  }
  for (const CloseReason reason : {CloseReason::kByCaller, CloseReason::kByPeer,
                                   CloseReason::kExpired, CloseReason::kReplaced}) {
    EXPECT_FALSE(Name(reason).empty());
    EXPECT_TRUE(names.insert(Name(reason)).second);
  }
}

TEST(Names, ARefusalSaysWhatWasOfferedAndWhatIsAllowed) {
  Refusal refusal;
  refusal.proposal = 1;
  refusal.attribute = "group";
  refusal.rule = "no group";
  EXPECT_EQ(refusal.Text(), "proposal 1: group offered nothing (no group)");
  refusal.transform = 2;
  refusal.offered = "modp768";
  refusal.allowed = "modp2048";
  EXPECT_EQ(refusal.Text(),
            "proposal 1 transform 2: group offered modp768, allowed modp2048 (no group)");
}

}  // namespace
}  // namespace iscsi_ike::ike
