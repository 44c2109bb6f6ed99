// What every dialogue has in common, tried with a query.
#include "policy/isns/dialogue.hpp"

#include <gmock/gmock.h>

#include "policy/isns/requests.hpp"
#include "tests/policy/isns/isns_test.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using testing::HasSubstr;
using Kind = DialogueFailure::Kind;
using State = Dialogue::State;

// OneQuestion asks once, and keeps the status of the answer.
class OneQuestion : public Dialogue {
 public:
  std::optional<StatusCode> status;

 private:
  void OnStart() override { Ask(QueryNodes("iqn.i", "iqn.t", Detail::kLeast), "query"); }
  void OnAnswer(const ResponseView& answer) override {
    status = answer.status;
    Finish();
  }
};

// Asked is a dialogue that has asked, as transaction 1.
class IsnsDialogue : public testing::Test {
 protected:
  IsnsDialogue() {
    EXPECT_EQ(dialogue.state(), State::kNew);
    dialogue.Start();
    EXPECT_EQ(dialogue.state(), State::kAsking);
    EXPECT_EQ(dialogue.asked(), 1U);
    EXPECT_EQ(dialogue.TakeOutput().size(), 12U + 16 + 16 + 8 + 4 * 8);
  }
  void Receive(const RawMessage& message) { dialogue.Receive(WriteMessage(message)); }
  void ExpectFailure(Kind kind, const char* text) {
    ASSERT_EQ(dialogue.state(), State::kFailed);
    EXPECT_EQ(dialogue.failure()->kind, kind);
    EXPECT_THAT(dialogue.failure()->text, HasSubstr(text));
  }

  OneQuestion dialogue;
};

TEST_F(IsnsDialogue, TakesTheAnswer) {
  Receive(WriteResponse(Function::kDevAttrQry, 1, StatusCode::kNoSuchEntry, {}));
  EXPECT_EQ(dialogue.state(), State::kDone);
  EXPECT_EQ(dialogue.status, StatusCode::kNoSuchEntry);
  dialogue.Lost("later");
  dialogue.Expire();
  EXPECT_EQ(dialogue.state(), State::kDone);
}

TEST_F(IsnsDialogue, ARefusalMayHaveAnyFunction) {
  Receive({static_cast<Function>(0x80ff), kFromServer, 1, FromHex("00000008")});
  EXPECT_EQ(dialogue.status, StatusCode::kSourceUnauthorized);
}

TEST_F(IsnsDialogue, AnswersOfAnotherTransactionOrFunctionAreFaults) {
  Receive(WriteResponse(Function::kDevAttrQry, 2, StatusCode::kSuccessful, {}));
  ExpectFailure(Kind::kMalformed, "query: DevAttrQryRsp: answers transaction 2; 1 was asked");
}

TEST_F(IsnsDialogue, ASuccessHasTheFunctionOfTheQuestion) {
  Receive(WriteResponse(Function::kDevGetNext, 1, StatusCode::kSuccessful, {}));
  ExpectFailure(Kind::kMalformed, "query: DevGetNextRsp: does not answer DevAttrQry");
}

TEST_F(IsnsDialogue, WhatIsNoIsnsIsAFault) {
  const std::string_view http = "HTTP/1.1 400 Bad Request\r\n";
  dialogue.Receive({reinterpret_cast<const std::uint8_t*>(http.data()), http.size()});
  ExpectFailure(Kind::kMalformed, "does an iSNS server listen at this port?");
}

TEST_F(IsnsDialogue, TimeAndConnectionsEndIt) {
  dialogue.Expire();
  ExpectFailure(Kind::kTimeout, "query: no answer came in time; is it an iSNS server?");
}

TEST_F(IsnsDialogue, HalfAnAnswerIsTold) {
  const Bytes half = FromHex(kTargetShown);
  dialogue.Receive(Octets(half).first(100));
  dialogue.Expire();
  ExpectFailure(Kind::kTimeout, "a part of it has come");
}

TEST_F(IsnsDialogue, ALostConnectionIsTold) {
  dialogue.Lost("isns:3205: the server closed the connection");
  ExpectFailure(Kind::kConnection, "query: isns:3205: the server closed");
}

TEST_F(IsnsDialogue, InquiriesAreAnsweredInBetween) {
  Receive({Function::kEsi, kFromServer, 7, FromHex("000000020000000400000002")});
  EXPECT_EQ(ToHex(dialogue.TakeOutput()),
            "0001800d00108c0000070000"
            "00000000"
            "000000020000000400000002");
  EXPECT_EQ(dialogue.state(), State::kAsking);
  Receive(WriteResponse(Function::kDevAttrQry, 1, StatusCode::kSuccessful, {}));
  EXPECT_EQ(dialogue.state(), State::kDone);
}

TEST_F(IsnsDialogue, AFloodOfInquiriesIsNotKept) {
  const RawMessage inquiry{Function::kEsi, kFromServer, 7, Bytes(4096, 0)};
  for (int i = 0; i < 1000 && !dialogue.IsOver(); ++i) Receive(inquiry);
  ExpectFailure(Kind::kMalformed, "asks for more than is answered");
  EXPECT_LE(dialogue.TakeOutput().size(), std::size_t{1} << 20);
}

TEST_F(IsnsDialogue, AHugeInquiryIsNotEchoed) {
  Receive({Function::kEsi, kFromServer, 7, Bytes(65536, 0)});
  ExpectFailure(Kind::kMalformed, "asks for more than is answered");
}

TEST(IsnsDialogueLost, BeforeAnythingWasAsked) {
  OneQuestion dialogue;
  dialogue.Lost("isns:3205: connection refused");
  EXPECT_EQ(dialogue.failure()->text, "isns:3205: connection refused");
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
