// Whole negotiations between two engines: every mode, encapsulation, group and identity, and what
// the events say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/suites.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Handshake, MainModeThenQuickModeTakesNineMessages) {
  Pair pair({.word = 0x37}, {.word = 0x37});
  ASSERT_TRUE(pair.Login());
  EXPECT_THAT(pair.initiator->recorder.sent, ElementsAre("MM1", "MM3", "MM5", "QM1", "QM3"));
  EXPECT_THAT(pair.responder->recorder.sent, ElementsAre("MM2", "MM4", "MM6", "QM2"));
}

TEST(Handshake, AggressiveModeThenQuickModeTakesSixMessages) {
  Pair pair({.word = 0x3B}, {.word = 0x3B});
  ASSERT_TRUE(pair.Login());
  EXPECT_THAT(pair.initiator->recorder.sent, ElementsAre("AM1", "AM3", "QM1", "QM3"));
  EXPECT_THAT(pair.responder->recorder.sent, ElementsAre("AM2", "QM2"));
}

}  // namespace
}  // namespace iscsi_ike::test
