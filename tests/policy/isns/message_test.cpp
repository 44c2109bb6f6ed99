#include "policy/isns/message.hpp"

#include <gmock/gmock.h>

#include "tests/policy/isns/isns_test.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using testing::HasSubstr;

TEST(IsnsMessage, ReadsARequest) {
  const RawMessage message = Whole(kRegisterTarget);
  const auto request = ParseRequest(message);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->function, Function::kDevAttrReg);
  EXPECT_EQ(request->source, kArray);
  EXPECT_FALSE(request->replace);
  EXPECT_EQ(*request->key.Find(Tag::kEntityId)->AsText(), "array.example");
  EXPECT_EQ(*request->operating.Find(Tag::kPortalBitmap)->AsNumber(), 0x17U);
}

TEST(IsnsMessage, WritesTheRequestsThatIsnsdTook) {
  Request query{Function::kDevAttrQry, std::string(kHba), {}, {}, false};
  PutText(query.key, Tag::kNodeName, kArray);
  for (const Tag tag : {Tag::kNodeName, Tag::kNodeType, Tag::kPortalAddress, Tag::kPortalPort,
                        Tag::kPortalBitmap, Tag::kPortalPhase1, Tag::kPortalPhase2, Tag::kGroupTag})
    PutEmpty(query.operating, tag);
  EXPECT_EQ(ToHex(WriteMessage(ToMessage(query, 5))), kQueryTarget);

  Request registration{Function::kDevAttrReg, std::string(kHba), {}, {}, false};
  PutText(registration.operating, Tag::kEntityId, "hba.example");
  PutNumber(registration.operating, Tag::kEntityProtocol, kEntityProtocolIscsi);
  PutText(registration.operating, Tag::kNodeName, kHba);
  PutNumber(registration.operating, Tag::kNodeType, kInitiatorNode);
  EXPECT_EQ(ToHex(WriteMessage(ToMessage(registration, 4))), kRegisterHba);
}

TEST(IsnsMessage, RequestsComeBackAsTheyWereWritten) {
  Request request{Function::kDevAttrReg, "iqn.x", FromHex("0000000100000000"),
                  FromHex("0000002100000004000000010000000000000000"), true};
  const RawMessage message = ToMessage(request, 77);
  EXPECT_EQ(message.flags, kFromClient | kReplace);
  const auto read = ParseRequest(message);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->replace);
  EXPECT_EQ(ToHex(read->key.octets()), ToHex(request.key));
  EXPECT_EQ(ToHex(read->operating.octets()), ToHex(request.operating));
}

TEST(IsnsMessage, RefusesRequestsThatAreNone) {
  RawMessage message = Whole(kQueryTarget);
  message.function = ResponseTo(message.function);
  EXPECT_EQ(ParseRequest(message).error().Text(), "DevAttrQryRsp: is no request");
  message.function = Function::kDevAttrQry;
  message.payload.erase(message.payload.begin(), message.payload.begin() + 36);
  message.payload[3] = 33;
  EXPECT_THAT(ParseRequest(message).error().rule, HasSubstr("does not begin with the name"));
  message.payload.clear();
  EXPECT_FALSE(ParseRequest(message).ok());
}

TEST(IsnsMessage, ReadsAResponse) {
  const RawMessage message = Whole(kTargetShown);
  const auto response = ParseResponse(message);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, StatusCode::kSuccessful);
  EXPECT_EQ(*response->key.Find(Tag::kNodeName)->AsText(), kArray);
  EXPECT_EQ(*response->operating.Find(Tag::kNodeName)->AsText(), kArray);
  EXPECT_EQ(*response->operating.Find(Tag::kGroupTag)->AsNumber(), 1U);
}

TEST(IsnsMessage, ARefusalIsItsStatus) {
  for (const char* payload : {"00000006", "00000006ffffffff", "000000060000000100000040"}) {
    const RawMessage message{ResponseTo(Function::kDevAttrQry), kFromServer, 1, FromHex(payload)};
    const auto response = ParseResponse(message);
    ASSERT_TRUE(response.ok()) << payload;
    EXPECT_EQ(response->status, StatusCode::kSourceUnknown);
    EXPECT_TRUE(response->key.empty() && response->operating.empty());
  }
}

TEST(IsnsMessage, RefusesResponsesThatAreNone) {
  RawMessage message{ResponseTo(Function::kDevAttrQry), kFromServer, 1, {}};
  EXPECT_THAT(ParseResponse(message).error().Text(), HasSubstr("no room for its status"));
  message.payload = FromHex("000000000000000100000040");
  EXPECT_THAT(ParseResponse(message).error().Text(), HasSubstr("past the end"));
  message.function = Function::kDevAttrQry;
  EXPECT_THAT(ParseResponse(message).error().Text(), HasSubstr("is no response"));
}

TEST(IsnsMessage, ResponsesComeBackAsTheyWereWritten) {
  const RawMessage recorded = Whole(kTargetShown);
  const RawMessage written =
      WriteResponse(Function::kDevAttrQry, 5, StatusCode::kSuccessful,
                    Bytes(recorded.payload.begin() + 4, recorded.payload.end()));
  EXPECT_EQ(ToHex(WriteMessage(written)), kTargetShown);
}

// What the server asks on its own: time, entity, address and port.
constexpr std::string_view kInquiry =
    "0001000d00508c0000000000"
    "0000000400000008000000006a61f000"
    "000000010000001061727261792e6578616d706c65000000"
    "000000100000001000000000000000000000ffff0a090002"
    "000000110000000400000cbc";

TEST(IsnsMessage, InquiriesAreRepeatedBehindAStatus) {
  std::string hex(kInquiry);
  hex.replace(8, 4, "004c");  // the payload has 16 + 24 + 24 + 12 octets
  const RawMessage inquiry = Whole(hex);
  const auto answer = AnswerTo(inquiry);
  ASSERT_TRUE(answer);
  EXPECT_EQ(ToHex(WriteMessage(*answer)),
            "0001800d00508c0000000000"
            "00000000" +
                hex.substr(24));
}

TEST(IsnsMessage, NotificationsAreAnsweredWithTheirDestination) {
  const RawMessage message{Function::kScn, kFromServer, 3,
                           FromHex("000000200000000869716e2e78000000"
                                   "0000000400000008"
                                   "000000006a61f000")};
  const auto answer = AnswerTo(message);
  ASSERT_TRUE(answer);
  EXPECT_EQ(ToHex(WriteMessage(*answer)),
            "0001800800148c0000030000"
            "00000000"
            "000000200000000869716e2e78000000");
  const auto broken = AnswerTo({Function::kScn, kFromServer, 3, FromHex("00000020000000ff")});
  ASSERT_TRUE(broken);
  EXPECT_EQ(ToHex(broken->payload), "00000002");
}

TEST(IsnsMessage, OtherMessagesOfAServer) {
  EXPECT_FALSE(AnswerTo({Function::kHeartbeat, kFromServer, 1, FromHex("00000000")}));
  EXPECT_FALSE(AnswerTo(Whole(kTargetShown)));
  const auto answer = AnswerTo({Function::kDevAttrQry, kFromServer, 8, {}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->transaction, 8);
  EXPECT_EQ(ToHex(answer->payload), "0000000f");
}

TEST(IsnsMessage, AnyOctetMayBeWrong) {
  for (const std::string_view recorded : {kTargetShown, kAllShown, kRegisterTarget}) {
    RawMessage message = Whole(recorded);
    ForEachChange(message.payload, [&message](Octets octets) {
      message.payload.assign(octets.begin(), octets.end());
      (void)ParseRequest(message).ok();
      (void)ParseResponse(message).ok();
      (void)AnswerTo(message);
    });
  }
}

}  // namespace
}  // namespace iscsi_ike::policy::isns
