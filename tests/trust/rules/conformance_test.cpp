// The conformance table of the state machine: every row of every script, at both ends, is given
// every other message of the protocol in its place, and reacts as the table of rules demands.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/trust/rules/wrong_message.hpp"

namespace iscsi_ike::test {
namespace {

using Maker = WrongMessages (*)(const Tapes&, const Place&);
constexpr Maker kMakers[] = {&WrongHeaders, &WrongExchanges, &WrongPayloads, &WrongOrder,
                             &WrongInformational};

class Conformance : public ::testing::TestWithParam<TapeKind> {
 protected:
  Conformance() : tapes_(GetParam()) {}

  // TryAll tries what `make` makes at every place; the first few failures are enough.
  void TryAll(Maker make) {
    int cases = 0;
    for (const Place& place : PlacesOf(tapes_.tape)) {
      const Stand stand = StandOf(tapes_.tape, place);
      for (const Wrong& wrong : make(tapes_, place)) {
        const RuleRow& row = RowOf(wrong.rule);
        std::ostringstream trace;
        trace << Describe(tapes_.tape, place) << " (" << stand.situation << "): " << row.name
              << ", " << wrong.what << ": " << row.reactions.In(stand.situation) << " by "
              << row.section;
        SCOPED_TRACE(trace.str());
        Stage(tapes_.tape, place).Try(wrong.octets, row.reactions.In(stand.situation));
        ++cases;
        if (HasFailure() && ++failures_ > kMostFailures) return;
      }
    }
    RecordProperty("cases", cases);
  }

 private:
  static constexpr int kMostFailures = 5;
  Tapes tapes_;
  int failures_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Rules, Conformance, ::testing::ValuesIn(AllTapeKinds()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST_P(Conformance, OfHeaders) { TryAll(&WrongHeaders); }
TEST_P(Conformance, OfExchangeTypes) { TryAll(&WrongExchanges); }
TEST_P(Conformance, OfPayloads) { TryAll(&WrongPayloads); }
TEST_P(Conformance, OfOrder) { TryAll(&WrongOrder); }
TEST_P(Conformance, OfInformationalExchanges) { TryAll(&WrongInformational); }

// The table is whole: no row of a script, and neither end of it, is without wrong messages of every
// kind; and no rule is without a message that breaks it.
TEST(ConformanceTable, LeavesOutNoRowAndNoRule) {
  std::map<std::string, int> rows;
  std::set<Rule> rules;
  for (const TapeKind& kind : AllTapeKinds()) {
    const Tapes tapes(kind);
    for (const Place& place : PlacesOf(tapes.tape)) {
      for (const Maker make : kMakers) {
        const WrongMessages all = make(tapes, place);
        // What may be wrong with the payloads of a message is tried where it is due.
        EXPECT_TRUE(!all.empty() || make == &WrongPayloads) << Describe(tapes.tape, place);
        for (const Wrong& wrong : all) rules.insert(wrong.rule);
        const std::string name(tapes.tape.at(place.index).Row().name);
        rows[name + (place.at_receiver ? " due" : " written")] += static_cast<int>(all.size());
      }
    }
  }
  for (const ike::Script* script : AllScripts()) {
    for (const ike::Row& row : script->rows) {
      for (const char* place : {" due", " written"})
        EXPECT_GT(rows[std::string(row.name) + place], 50) << row.name << place;
    }
  }
  for (const RuleRow& row : AllRules()) EXPECT_TRUE(rules.contains(row.rule)) << row.name;
  EXPECT_EQ(AllRules().size(), static_cast<std::size_t>(Rule::kCount));
}

TEST(ConformanceTable, LeavesOutNoScript) {
  std::ifstream file(std::string(ISCSI_IKE_SOURCE_DIR) + "/ike/core/script.hpp");
  std::stringstream text;
  text << file.rdbuf();
  const std::string header = text.str();
  const std::regex declaration(R"(const Script& (\w+)\(\);)");
  const auto begin = std::sregex_iterator(header.begin(), header.end(), declaration);
  EXPECT_EQ(static_cast<std::size_t>(std::distance(begin, std::sregex_iterator())),
            AllScripts().size())
      << "script.hpp declares another number of scripts than tape.cpp lists";
}

}  // namespace
}  // namespace iscsi_ike::test
