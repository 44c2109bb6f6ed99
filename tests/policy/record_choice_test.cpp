// Which record of a config is for a peer: by name, by number, by the peer; and when none or several
// are.
#include "policy/record_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace iscsi_ike::policy {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kA = "192.0.2.1";
constexpr std::string_view kB = "192.0.2.2";

// Records is a config of records with these names (or targets; "": any), bound to these peers ("":
// to nobody).
Config Records(const std::vector<std::pair<std::string, std::string_view>>& all,
               std::string PresharedKey::*member = &PresharedKey::name) {
  Config config;
  for (const auto& [text, peer] : all) {
    PresharedKey& record = config.records.emplace_back();
    record.*member = text;
    record.peer = IpAddress::Parse(peer);
  }
  return config;
}

// Chosen is the number of the record, -1 for none, or the error.
std::string Chosen(const Config& config, const std::string& name, std::string_view peer = "") {
  const RecordChoice choice(config);
  const auto record =
      choice.Choose(name, {IpAddress::Parse(peer)}, {"--entry", "--config: f.json"});
  if (!record) return record.error().Text();
  return *record == nullptr ? "-1" : std::to_string(*record - config.records.data());
}

TEST(RecordChoiceTest, WithoutRecordsNoneIsChosen) {
  const Config config;
  EXPECT_EQ(Chosen(config, ""), "-1");
  EXPECT_EQ(Chosen(config, "", kA), "-1");
  EXPECT_EQ(Chosen(config, "a"), "--entry: \"a\" is no record; there is none");
  EXPECT_EQ(Chosen(config, "0"), "--entry: \"0\" is no record; there is none");
}

TEST(RecordChoiceTest, TheOnlyRecordIsChosenUnlessItIsBoundToAnother) {
  EXPECT_EQ(Chosen(Records({{"a", ""}}), ""), "0");
  EXPECT_EQ(Chosen(Records({{"a", ""}}), "", kA), "0");
  const Config bound = Records({{"a", kA}});
  EXPECT_EQ(Chosen(bound, ""), "0");
  EXPECT_EQ(Chosen(bound, "", kA), "0");
  EXPECT_EQ(Chosen(bound, "", kB),
            "--config: f.json: no record is for the peer 192.0.2.2; there are 0 \"a\"");
}

TEST(RecordChoiceTest, ABoundRecordStandsBeforeThoseForAnybodyInAnyOrder) {
  EXPECT_EQ(Chosen(Records({{"any", ""}, {"a", kA}, {"b", kB}}), "", kA), "1");
  EXPECT_EQ(Chosen(Records({{"b", kB}, {"a", kA}, {"any", ""}}), "", kA), "1");
  EXPECT_EQ(Chosen(Records({{"a", kA}, {"any", ""}, {"b", kB}}), "", "192.0.2.9"), "1");
  EXPECT_EQ(Chosen(Records({{"any 1", ""}, {"any 2", ""}, {"b", kB}}), "", kB), "2");
}

const std::string kDisk = "iqn.2001-04.example:disk";
const std::string kTape = "iqn.2001-04.example:tape";

Config ForTargets(const std::vector<std::pair<std::string, std::string_view>>& all) {
  return Records(all, &PresharedKey::target);
}

std::string ChosenFor(const Config& config, const std::vector<std::string>& targets,
                      std::string_view peer = "") {
  const RecordChoice choice(config);
  const auto record = choice.Choose("", {IpAddress::Parse(peer), targets}, {"--entry", "--config"});
  if (!record) return record.error().Text();
  return *record == nullptr ? "-1" : std::to_string(*record - config.records.data());
}

TEST(RecordChoiceTest, ARecordForTheTargetStandsBeforeOneForNoneAndOthersAreLeftAside) {
  const Config config = ForTargets({{kTape, ""}, {"", ""}, {kDisk, ""}});
  EXPECT_EQ(ChosenFor(config, {kDisk}), "2");
  EXPECT_EQ(ChosenFor(config, {"IQN.2001-04.Example:DISK"}), "2");
  EXPECT_EQ(ChosenFor(config, {kTape}, kA), "0");
  EXPECT_EQ(ChosenFor(config, {"iqn.other"}), "1");
  EXPECT_THAT(ChosenFor(config, {}), HasSubstr("several records fit"));
  EXPECT_EQ(ChosenFor(config, {kDisk, kTape}),
            "--config: several records fit; choose with --entry: 0, 2");
  EXPECT_EQ(ChosenFor(config, {kDisk, kDisk, "iqn.other"}), "2");
}

TEST(RecordChoiceTest, TheAddressStandsBeforeTheTarget) {
  const Config config = ForTargets({{kDisk, ""}, {"", kA}, {kTape, kB}});
  EXPECT_EQ(ChosenFor(config, {kDisk}, kA), "1");
  EXPECT_EQ(ChosenFor(config, {kDisk}, kB), "0");
  EXPECT_EQ(ChosenFor(config, {kTape}, kB), "2");
  EXPECT_EQ(ChosenFor(config, {kTape}, "192.0.2.9"),
            "--config: no record is for the peer 192.0.2.9 with the target \"" + kTape +
                "\"; there are 0, 1, 2");
  EXPECT_THAT(ChosenFor(ForTargets({{kDisk, ""}}), {"iqn.a", "iqn.b"}),
              HasSubstr("no record is for the peer with any of its 2 targets"));
}

TEST(RecordChoiceTest, SeveralThatFitAreNamedAndNoOther) {
  const Config bound = Records({{"a", kA}, {"b", kB}, {"", kA}});
  EXPECT_EQ(Chosen(bound, "", kA),
            "--config: f.json: several records fit the peer 192.0.2.1; choose with --entry: 0 "
            "\"a\", 2");
  EXPECT_EQ(Chosen(bound, ""),
            "--config: f.json: several records fit; choose with --entry: 0 \"a\", 1 \"b\", 2");
  EXPECT_THAT(Chosen(Records({{"x", ""}, {"b", kB}, {"y", ""}}), "", kA),
              EndsWith("choose with --entry: 0 \"x\", 2 \"y\""));
}

TEST(RecordChoiceTest, ANameStandsBeforeANumberAndBeforeThePeer) {
  const Config config = Records({{"1", ""}, {"b", kB}, {"a", kA}});
  EXPECT_EQ(Chosen(config, "b", kA), "1");
  EXPECT_EQ(Chosen(config, "1"), "0");
  EXPECT_EQ(Chosen(config, "2"), "2");
  EXPECT_EQ(Chosen(config, "0x2"), "2");
  EXPECT_EQ(Chosen(config, "3"),
            "--entry: \"3\" is no record; there are 0 \"1\", 1 \"b\", 2 \"a\"");
  EXPECT_THAT(Chosen(config, "B"), HasSubstr("is no record"));
}

TEST(RecordChoiceTest, OfTwoWithOneNameTheFirstIsChosenAndBothAreCalledByNumber) {
  const Config config = Records({{"x", kB}, {"a", ""}, {"a", ""}, {"", ""}});
  EXPECT_EQ(Chosen(config, "a"), "1");
  const RecordChoice choice(config);
  EXPECT_EQ(choice.NameOf(config.records[0]), "x");
  EXPECT_EQ(choice.NameOf(config.records[1]), "record 1");
  EXPECT_EQ(choice.NameOf(config.records[2]), "record 2");
  EXPECT_EQ(choice.NameOf(config.records[3]), "record 3");
}

TEST(RecordChoiceTest, AnErrorNamesSixteenRecordsAndCountsTheRest) {
  std::vector<std::pair<std::string, std::string_view>> all;
  for (int i = 0; i < 16; ++i) all.emplace_back("r" + std::to_string(i), "");
  EXPECT_THAT(NamesOf(Records(all)), EndsWith("14 \"r14\", 15 \"r15\""));
  all.emplace_back("r16", "");
  all.emplace_back("r17", "");
  EXPECT_THAT(NamesOf(Records(all)), EndsWith("15 \"r15\" and 2 more"));
  EXPECT_THAT(Chosen(Records(all), ""), EndsWith("15 \"r15\" and 2 more"));
  EXPECT_THAT(Chosen(Records(all), "zz"), EndsWith("15 \"r15\" and 2 more"));
  EXPECT_THAT(Chosen(Records(all), ""), Not(HasSubstr("r16")));
}

TEST(RecordChoiceTest, ALongNameIsCutInAnError) {
  const Config config = Records({{std::string(1 << 20, 'n'), ""}, {"\x1b[2J\n", ""}});
  const std::string names = NamesOf(config);
  EXPECT_LT(names.size(), 200U);
  EXPECT_THAT(names, EndsWith("...\", 1 \"\\x1b[2J\\x0a\""));
  EXPECT_LT(Chosen(config, std::string(1 << 20, 'q')).size(), 400U);
}

}  // namespace
}  // namespace iscsi_ike::policy
