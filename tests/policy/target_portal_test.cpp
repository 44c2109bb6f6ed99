#include "policy/target_portal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/reason.hpp"

namespace iscsi_ike::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Codes(const WordInForce& word) {
  std::vector<std::string> codes;
  for (const Reason& reason : word.reasons) codes.emplace_back(reason.code);
  return codes;
}

TEST(ResolveWordTest, TakesTheFirstValidWord) {
  EXPECT_EQ(ResolveWord({SecurityFlags(0x27), {}, {}, {}}).source, WordSource::kEntry);
  EXPECT_EQ(ResolveWord({{}, SecurityFlags(0x27), {}, {}}).source, WordSource::kCall);
  EXPECT_EQ(ResolveWord({{}, {}, SecurityFlags(0x27), {}}).source, WordSource::kPortal);
  const WordInForce by_default = ResolveWord({{}, {}, {}, SecurityFlags(0x27)});
  EXPECT_EQ(by_default.source, WordSource::kDefaultBitmap);
  EXPECT_EQ(by_default.word.word(), 0x27U);
  EXPECT_THAT(Codes(by_default), ElementsAre("WORD_FROM_DEFAULT"));
}

TEST(ResolveWordTest, PassesOverWordsThatSayNothing) {
  const WordInForce word =
      ResolveWord({SecurityFlags(0), SecurityFlags(0x26), SecurityFlags(0x17), {}});
  EXPECT_EQ(word.source, WordSource::kPortal);
  EXPECT_THAT(Codes(word), ElementsAre("SOURCE_NOT_VALID", "SOURCE_NOT_VALID", "WORD_FROM_PORTAL"));
  EXPECT_THAT(word.reasons[1].text, HasSubstr("passed word 0x26"));
}

TEST(ResolveWordTest, DisabledIsAWordAndEndsTheSearch) {
  const WordInForce word = ResolveWord({SecurityFlags(1), {}, SecurityFlags(0x17), {}});
  EXPECT_EQ(word.word.word(), 1U);
  EXPECT_EQ(word.source, WordSource::kEntry);
}

TEST(ResolveWordTest, NowhereIsUnspecified) {
  for (const WordSources& sources :
       {WordSources{}, WordSources{{}, {}, SecurityFlags(0x6), SecurityFlags(0)}}) {
    const WordInForce word = ResolveWord(sources);
    EXPECT_EQ(word.source, WordSource::kNone);
    EXPECT_EQ(word.word.word(), 0U);
    EXPECT_EQ(Codes(word).back(), "WORD_FROM_NOWHERE");
  }
}

TEST(ResolveWordTest, AnIsnsServersWordStandsBetweenThePortalRecordsAndTheDefault) {
  WordSources sources{{}, {}, SecurityFlags(0x37), SecurityFlags(0x47)};
  sources.isns = SecurityFlags(0x27);
  const WordInForce record = ResolveWord(sources);
  EXPECT_EQ(record.source, WordSource::kPortal);
  EXPECT_THAT(Codes(record),
              ElementsAre("WORD_FROM_PORTAL", "EXISTING_POLICY_WINS", "DEFAULT_OVERRIDDEN"));
  EXPECT_THAT(record.reasons[1].text, HasSubstr("iSNS bitmap 0x27 gives way to 0x37"));
  sources.portal.reset();
  const WordInForce isns = ResolveWord(sources);
  EXPECT_EQ(isns.source, WordSource::kIsns);
  EXPECT_THAT(Codes(isns), ElementsAre("WORD_FROM_ISNS", "DEFAULT_OVERRIDDEN"));
  sources.isns = SecurityFlags(0);
  EXPECT_EQ(ResolveWord(sources).source, WordSource::kDefaultBitmap);
}

// Row 12 of the decision table.
TEST(ResolveWordTest, ExistingPolicyWinsAndSaysSo) {
  const WordInForce word =
      ResolveWord({SecurityFlags(0x27), SecurityFlags(0x0B), SecurityFlags(0x27), {}});
  EXPECT_EQ(word.word.word(), 0x27U);
  EXPECT_THAT(Codes(word), ElementsAre("WORD_FROM_ENTRY", "EXISTING_POLICY_WINS"));
  EXPECT_THAT(word.reasons[1].text, HasSubstr("passed word 0xb gives way to 0x27"));
  EXPECT_EQ(word.reasons[1].severity, Severity::kWarning);
}

TEST(ResolveWordTest, ADefaultThatGivesWayIsNotedAndNotWarnedOf) {
  const WordInForce word = ResolveWord({{}, {}, SecurityFlags(0x27), SecurityFlags(0x17)});
  EXPECT_THAT(Codes(word), ElementsAre("WORD_FROM_PORTAL", "DEFAULT_OVERRIDDEN"));
  EXPECT_THAT(word.reasons[1].text, HasSubstr("default bitmap 0x17 gives way to 0x27"));
  EXPECT_EQ(word.reasons[1].severity, Severity::kNote);
  EXPECT_THAT(Codes(ResolveWord({{}, {}, SecurityFlags(0x27), SecurityFlags(0x27)})),
              ElementsAre("WORD_FROM_PORTAL"));
}

}  // namespace
}  // namespace iscsi_ike::policy
