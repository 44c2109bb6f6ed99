#include "ike/trace/ladder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Bytes = std::vector<std::uint8_t>;

// SA: one proposal, transform 1 = AES-CBC 128, SHA2-256, modp2048, pre-shared key, 28800 s.
const Bytes kMm1 = {0x00, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,  // SA
                    0x00, 0x00, 0x00, 0x2c, 0x01, 0x01, 0x00, 0x01,  // proposal
                    0x00, 0x00, 0x00, 0x24, 0x01, 0x01, 0x00, 0x00,  // transform
                    0x80, 0x01, 0x00, 0x07, 0x80, 0x0e, 0x00, 0x80, 0x80, 0x02, 0x00, 0x04,  //
                    0x80, 0x04, 0x00, 0x0e, 0x80, 0x03, 0x00, 0x01, 0x80, 0x0b, 0x00, 0x01,  //
                    0x80, 0x0c, 0x70, 0x80};
// ID 192.0.2.1 and a HASH of four octets, padded.
const Bytes kMm5 = {0x08, 0x00, 0x00, 0x0c, 0x01, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x01,  // ID
                    0x00, 0x00, 0x00, 0x08, 0xde, 0xad, 0xbe, 0xef,                          // HASH
                    0x00, 0x00, 0x00, 0x00};

MessageTrace Message(std::string_view name, Direction direction, Role role, PayloadType first,
                     const Bytes& payloads, bool encrypted = false) {
  MessageTrace m;
  m.name = name;
  m.direction = direction;
  m.role = role;
  m.local = EndpointOf(role == Role::kInitiator ? "192.0.2.1" : "192.0.2.2");
  m.remote = EndpointOf(role == Role::kInitiator ? "192.0.2.2" : "192.0.2.1");
  m.header.next = first;
  m.header.flags = encrypted ? kFlagEncryption : 0;
  m.payloads = payloads;
  m.datagram_size = kHeaderSize + payloads.size();
  return m;
}

class LadderTest : public testing::Test {
 protected:
  Ladder Make(LadderOptions options = {}) {
    return Ladder(std::move(options), [this](std::string_view text) { text_ += text; });
  }
  std::string text_;
};

TEST_F(LadderTest, DrawsTheInitiatorsExchange) {
  Ladder ladder = Make();
  ladder.OnMessage(Message("MM1", Direction::kSent, Role::kInitiator, PayloadType::kSa, kMm1));
  ladder.OnDecision({}, {}, "proposal 1 transform 1 chosen: first that both ends allow");
  ladder.OnMessage(Message("MM2", Direction::kReceived, Role::kInitiator, PayloadType::kSa, kMm1));
  ladder.OnDropped({}, EndpointOf("192.0.2.9", 4711), "no session has these cookies");
  ladder.OnMessage(
      Message("MM5", Direction::kSent, Role::kInitiator, PayloadType::kId, kMm5, true));
  EXPECT_EQ(text_,
            R"(      initiator 192.0.2.1:500                            responder 192.0.2.2:500
MM1   |------- 84 octets ----------------------------------------------------->|
      SA proposal 1 ISAKMP(1): transform 1 KEY_IKE(1) enc=AES-CBC(7) keylen=128
        hash=SHA2-256(4) group=modp2048(14) auth=PSK(1) life=28800s
      # proposal 1 transform 1 chosen: first that both ends allow
MM2   |<------ 84 octets ------------------------------------------------------|
      SA proposal 1 ISAKMP(1): transform 1 KEY_IKE(1) enc=AES-CBC(7) keylen=128
        hash=SHA2-256(4) group=modp2048(14) auth=PSK(1) life=28800s
      ! dropped a datagram from 192.0.2.9:4711: no session has these cookies
MM5   |======= 52 octets, encrypted ==========================================>|
      ID IPV4_ADDR (1) 192.0.2.1
      HASH 4 octets deadbeef
)");
}

TEST_F(LadderTest, PointsTheSameWayAtBothEnds) {
  Ladder initiator = Make({.payloads = false});
  initiator.OnMessage(Message("MM1", Direction::kSent, Role::kInitiator, PayloadType::kSa, kMm1));
  initiator.OnMessage(
      Message("MM2", Direction::kReceived, Role::kInitiator, PayloadType::kSa, kMm1));
  const std::string seen_by_initiator = std::exchange(text_, {});

  Ladder responder = Make({.payloads = false});
  responder.OnMessage(
      Message("MM1", Direction::kReceived, Role::kResponder, PayloadType::kSa, kMm1));
  responder.OnMessage(Message("MM2", Direction::kSent, Role::kResponder, PayloadType::kSa, kMm1));
  EXPECT_EQ(text_, seen_by_initiator);
}

TEST_F(LadderTest, DrawsEachMessageOnceWhenBothEndsShowWhatTheySend) {
  const LadderOptions options{.show = LadderOptions::Show::kSentOnly};
  Ladder initiator = Make(options);
  Ladder responder = Make(options);
  initiator.OnMessage(Message("MM1", Direction::kSent, Role::kInitiator, PayloadType::kSa, kMm1));
  const std::string once = text_;
  responder.OnMessage(
      Message("MM1", Direction::kReceived, Role::kResponder, PayloadType::kSa, kMm1));
  EXPECT_EQ(text_, once);
}

TEST_F(LadderTest, NamesTheEndThatDecidesOrDrops) {
  Ladder ladder = Make({.end = "responder"});
  ladder.OnDecision({}, {}, "chosen");
  ladder.OnDropped({}, EndpointOf("2001:db8::9"), "rule");
  EXPECT_EQ(text_,
            "      # responder: chosen\n"
            "      ! responder: dropped a datagram from [2001:db8::9]:500: rule\n");
}

TEST_F(LadderTest, MarksARetransmissionAndDoesNotDecodeItAgain) {
  MessageTrace again = Message("MM1", Direction::kSent, Role::kInitiator, PayloadType::kSa, kMm1);
  again.retransmission = true;
  Make().OnMessage(again);
  EXPECT_THAT(text_, HasSubstr(" 84 octets, retransmission "));
  EXPECT_THAT(text_, Not(HasSubstr("SA")));
  EXPECT_THAT(text_, Not(HasSubstr("responder 192")));
}

TEST_F(LadderTest, LeavesOutWhatIsNotWanted) {
  Ladder ladder = Make({.payloads = false, .decisions = false, .drops = false});
  ladder.OnDecision({}, {}, "chosen");
  ladder.OnDropped({}, EndpointOf("192.0.2.9"), "rule");
  EXPECT_THAT(text_, IsEmpty());
  ladder.OnMessage(Message("MM2", Direction::kSent, Role::kResponder, PayloadType::kSa, kMm1));
  EXPECT_EQ(std::count(text_.begin(), text_.end(), '\n'), 1);
}

TEST_F(LadderTest, SaysWhatIsWrongWithABrokenChain) {
  Bytes broken = kMm1;
  broken[3] = 0xff;
  Make().OnMessage(
      Message("MM2", Direction::kReceived, Role::kInitiator, PayloadType::kSa, broken));
  EXPECT_THAT(text_, HasSubstr("PAYLOAD-MALFORMED (16)"));
}

TEST_F(LadderTest, KeepsToItsWidth) {
  for (const std::size_t width : {10U, 40U, 60U, 80U, 120U}) {
    text_.clear();
    Ladder ladder = Make({.end = "initiator", .width = width});
    ladder.OnMessage(Message("MM1", Direction::kSent, Role::kInitiator, PayloadType::kSa, kMm1));
    ladder.OnMessage(
        Message("MM5", Direction::kSent, Role::kInitiator, PayloadType::kId, kMm5, true));
    ladder.OnDecision({}, {}, "a long line of reasoning with many short words and no end to it");
    std::size_t begin = text_.find('\n') + 1;  // the heading may be wider: it is never broken
    while (begin < text_.size()) {
      const std::size_t end = text_.find('\n', begin);
      EXPECT_LE(end - begin, std::max<std::size_t>(width, 40)) << text_.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::ike
