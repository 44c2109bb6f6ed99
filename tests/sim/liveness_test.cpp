// Dead peer detection (RFC 3706).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/wire/payload.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::NotifyType;
using std::chrono::seconds;

constexpr ike::LivenessPolicy kAsk{.delay = seconds(30), .wait = seconds(2), .tries = 5};

EndSettings Asking(std::uint64_t word, const ike::LivenessPolicy& policy) {
  EndSettings end = QuickEnd(word);
  end.adjust_peer = [policy](ike::PeerConfig& peer) { peer.liveness = policy; };
  return end;
}

// Question is one notification about liveness that a node sent or received.
struct Question {
  NotifyType type;
  std::uint32_t sequence;
  bool sent;
};
std::vector<Question> QuestionsOf(const Node& node) {
  std::vector<Question> found;
  for (const auto& shown : node.recorder.messages) {
    if (shown.name != "INFO") continue;
    EXPECT_EQ(shown.header.next, ike::PayloadType::kHash);  // HASH first
    const auto payloads = ike::ParsePayloads(shown.header.next, shown.payloads);
    const ike::Payload* payload = payloads.value().Find(ike::PayloadType::kNotify);
    if (payload == nullptr) continue;
    const auto notify = ike::ParseNotify(payload->body).value();
    if (notify.type != NotifyType::kRUThere && notify.type != NotifyType::kRUThereAck) continue;
    EXPECT_EQ(notify.protocol, ike::ProtocolId::kIsakmp);
    EXPECT_TRUE(notify.SpiIsCookies(shown.header.initiator, shown.header.responder));
    found.push_back(
        {notify.type, notify.DataAsU32().value(), shown.direction == ike::Direction::kSent});
  }
  return found;
}

class LivenessTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  LivenessTest() : pair(Asking(GetParam(), kAsk), QuickEnd(GetParam())) {
    EXPECT_TRUE(pair.Login());
  }
  void Silence() {
    pair.net.fate = [](Sent&) { return std::vector<ike::Duration>{}; };
  }
  [[nodiscard]] ike::SessionId Session() const {
    return pair.initiator->EventsOf<ike::Phase1Established>().at(0)->session;
  }
  Pair pair;
};
INSTANTIATE_TEST_SUITE_P(Sim, LivenessTest, ::testing::Values(kMainWord, kAggressivePfsWord));

TEST_P(LivenessTest, SilenceIsAskedAboutAndAnAnswerEndsTheAsking) {
  pair.net.RunFor(seconds(29));
  EXPECT_THAT(QuestionsOf(*pair.initiator), testing::IsEmpty());
  pair.net.RunFor(seconds(2));
  const auto first = QuestionsOf(*pair.initiator);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].type, NotifyType::kRUThere);
  EXPECT_TRUE(first[0].sent);
  EXPECT_EQ(first[1].type, NotifyType::kRUThereAck);
  EXPECT_FALSE(first[1].sent);
  EXPECT_EQ(first[1].sequence, first[0].sequence);
  EXPECT_EQ(first[0].sequence & 0x80000000U, 0U);
  // One question each half minute, not one more, each numbered one higher.
  pair.net.RunFor(seconds(150));
  const auto all = QuestionsOf(*pair.initiator);
  ASSERT_EQ(all.size(), 12U);
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(all[i].sequence, first[0].sequence + static_cast<std::uint32_t>(i / 2));
  EXPECT_TRUE(pair.initiator->EventsOf<ike::PeerUnresponsive>().empty());
  EXPECT_TRUE(pair.initiator->EventsOf<ike::PeerAlive>().empty());
  EXPECT_TRUE(pair.responder->EventsOf<ike::PeerNotified>().empty());
}

TEST_P(LivenessTest, OtherTrafficPutsTheQuestionOff) {
  for (int i = 0; i < 10; ++i) {
    pair.net.RunFor(seconds(20));
    ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), Session(), {}).ok());
    pair.net.Drain();
  }
  EXPECT_THAT(QuestionsOf(*pair.initiator), testing::IsEmpty());
}

TEST_P(LivenessTest, ASilentPeerIsReportedOnceAndTheSessionStays) {
  Silence();
  pair.net.RunFor(seconds(41));
  EXPECT_EQ(QuestionsOf(*pair.initiator).size(), 5U);
  const auto questions = QuestionsOf(*pair.initiator);
  for (std::size_t i = 1; i < questions.size(); ++i)
    EXPECT_EQ(questions[i].sequence, questions[i - 1].sequence + 1);
  ASSERT_EQ(pair.initiator->EventsOf<ike::PeerUnresponsive>().size(), 1U);
  const auto* event = pair.initiator->EventsOf<ike::PeerUnresponsive>()[0];
  EXPECT_EQ(event->session, Session());
  EXPECT_EQ(event->asked, 5U);
  EXPECT_EQ(event->remote, pair.responder->endpoint());
  EXPECT_EQ(event->silent_for, seconds(40));
  pair.net.RunFor(std::chrono::minutes(30));
  EXPECT_EQ(pair.initiator->EventsOf<ike::PeerUnresponsive>().size(), 1U);
  EXPECT_TRUE(pair.initiator->EventsOf<ike::SessionClosed>().empty());
  EXPECT_TRUE(pair.initiator->EventsOf<ike::Failed>().empty());
  EXPECT_EQ(pair.initiator->engine().session_count(), 1U);
}

TEST_P(LivenessTest, APeerThatReturnsIsReportedOnceAndMayFallSilentAgain) {
  for (std::size_t round = 1; round <= 2; ++round) {
    Silence();
    pair.net.RunFor(std::chrono::minutes(3));
    EXPECT_EQ(pair.initiator->EventsOf<ike::PeerUnresponsive>().size(), round);
    EXPECT_EQ(pair.initiator->EventsOf<ike::PeerAlive>().size(), round - 1);
    pair.net.fate = nullptr;
    pair.net.RunFor(std::chrono::minutes(3));
    ASSERT_EQ(pair.initiator->EventsOf<ike::PeerAlive>().size(), round);
    EXPECT_EQ(pair.initiator->EventsOf<ike::PeerAlive>().back()->session, Session());
  }
}

// Four losses in a row are borne, five are silence.
TEST_P(LivenessTest, ALateAnswerIsAnAnswer) {
  std::size_t lost = 0;
  pair.net.fate = [&](Sent&) -> std::vector<ike::Duration> {
    if (lost++ < 4) return {};
    return {pair.net.latency};
  };
  pair.net.RunFor(seconds(60));
  EXPECT_TRUE(pair.initiator->EventsOf<ike::PeerUnresponsive>().empty());
  EXPECT_TRUE(pair.initiator->EventsOf<ike::PeerAlive>().empty());
}

TEST_P(LivenessTest, NobodyIsAskedAfterTheEnd) {
  pair.initiator->engine().Close(pair.net.now(), Session());
  pair.net.Run();
  EXPECT_THAT(QuestionsOf(*pair.initiator), testing::IsEmpty());
  pair.ExpectAtRest(0);
}

TEST_P(LivenessTest, APeerThatDidNotAnnounceItIsNotAsked) {
  Pair other(Asking(GetParam(), kAsk), QuickEnd(GetParam()));
  other.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number == 1) {  // MM2, AM2
      RewriteClear(sent.datagram, [](std::vector<PayloadOctets>& payloads) {
        std::erase_if(payloads, [](const PayloadOctets& p) {
          return p.type == ike::PayloadType::kVendorId && p.body.size() == 16 && p.body[0] == 0xaf;
        });
      });
    }
    return {other.net.latency};
  };
  ASSERT_TRUE(other.Login());
  other.net.Run();
  EXPECT_THAT(QuestionsOf(*other.initiator), testing::IsEmpty());
  other.ExpectAtRest(1);
}

// What a peer asks; the portal of this pair never asks itself.
class LivenessQuestion : public ::testing::Test {
 protected:
  LivenessQuestion() : pair(QuickEnd(kMainWord), QuickEnd(kMainWord)) {
    EXPECT_TRUE(pair.Login());
    pair.net.Run();
    header = HeaderOf(pair.net.log.back().datagram.octets);
  }
  [[nodiscard]] Bytes Body(NotifyType type, const Bytes& data, bool right_cookies = true) const {
    Bytes body;
    ike::Writer writer(body);
    ike::Cookie other = header.responder;
    if (!right_cookies) other.octets[3] ^= 1;
    ike::WriteNotify(writer, type, header.initiator, other, data);
    return body;
  }
  [[nodiscard]] Bytes Protected(std::uint32_t id, const Bytes& body,
                                ike::PayloadType type = ike::PayloadType::kNotify) const {
    return Insider(pair.initiator->recorder)
        .Informational(pair.net.log, ike::MessageId{id}, type, body);
  }
  // AnswersTo counts what the portal sends after a datagram.
  std::size_t AnswersTo(const Bytes& octets) {
    const std::size_t before = pair.net.log.size();
    pair.net.Inject(*pair.responder, pair.initiator->endpoint(), octets);
    return pair.net.log.size() - before;
  }
  Pair pair;
  ike::Header header;
  const Bytes sequence{0x12, 0x34, 0x56, 0x78};
};

TEST_F(LivenessQuestion, IsAnsweredByWhoNeverAsks) {
  ASSERT_EQ(AnswersTo(Protected(0x0badcafe, Body(NotifyType::kRUThere, sequence))), 1U);
  const auto questions = QuestionsOf(*pair.responder);
  ASSERT_EQ(questions.size(), 2U);
  EXPECT_EQ(questions[1].type, NotifyType::kRUThereAck);
  EXPECT_EQ(questions[1].sequence, 0x12345678U);
  EXPECT_TRUE(questions[1].sent);
  EXPECT_TRUE(pair.responder->EventsOf<ike::PeerNotified>().empty());
}

TEST_F(LivenessQuestion, IsNotAnsweredTwice) {
  const Bytes question = Protected(77, Body(NotifyType::kRUThere, sequence));
  EXPECT_EQ(AnswersTo(question), 1U);
  EXPECT_EQ(AnswersTo(question), 0U);
}

TEST_F(LivenessQuestion, WithOtherCookiesOrSizesIsNotAnswered) {
  EXPECT_EQ(AnswersTo(Protected(1, Body(NotifyType::kRUThere, sequence, false))), 0U);
  std::uint32_t id = 2;
  for (const std::size_t size : {0U, 1U, 3U, 5U, 8U})
    EXPECT_EQ(AnswersTo(Protected(id++, Body(NotifyType::kRUThere, Bytes(size)))), 0U);
  EXPECT_EQ(AnswersTo(Protected(id++, NotifyBody(NotifyType::kRUThere))), 0U);
  EXPECT_EQ(AnswersTo(Protected(id++, {})), 0U);
}

TEST_F(LivenessQuestion, InClearIsNotAnswered) {
  Bytes forged;
  ike::Writer writer(forged);
  ike::Header clear = header;
  clear.exchange = ike::ExchangeType::kInformational;
  clear.flags = 0;
  clear.next = ike::PayloadType::kNotify;
  clear.id = ike::MessageId{99};
  ike::WriteHeader(writer, clear);
  writer.Put(ChainOf({{ike::PayloadType::kNotify, Body(NotifyType::kRUThere, sequence)}}));
  ike::PatchHeaderLength(writer);
  EXPECT_EQ(AnswersTo(forged), 0U);
  EXPECT_EQ(pair.responder->recorder.dropped.back(),
            "an unprotected Informational changes nothing");
}

TEST_F(LivenessQuestion, WithAnotherHashIsNotAnswered) {
  Bytes question = Protected(5, Body(NotifyType::kRUThere, sequence));
  question.back() ^= 1;
  EXPECT_EQ(AnswersTo(question), 0U);
}

// A notification never answers a notification; R-U-THERE is the one that asks for it.
TEST_F(LivenessQuestion, NoOtherNotificationIsAnswered) {
  std::uint32_t id = 1000;
  for (std::uint32_t type = 1; type <= 40; ++type)
    EXPECT_EQ(AnswersTo(Protected(id++, NotifyBody(static_cast<NotifyType>(type)))), 0U) << type;
  for (const unsigned type :
       {8192U, 16383U, 16384U, 24576U, 24577U, 24579U, 30000U, 36137U, 40000U, 65535U})
    EXPECT_EQ(AnswersTo(Protected(id++, Body(static_cast<NotifyType>(type), sequence))), 0U)
        << type;
  EXPECT_EQ(AnswersTo(Protected(id++, FromHex("0001"))), 0U);
  EXPECT_EQ(AnswersTo(Protected(id++, FromHex("000000070000000e"))), 0U);
  EXPECT_EQ(AnswersTo(Protected(id++, {}, ike::PayloadType::kSa)), 0U);
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
  // Each error is told to the owner.
  std::vector<unsigned> told;
  for (const auto* notified : pair.responder->EventsOf<ike::PeerNotified>())
    told.push_back(static_cast<unsigned>(notified->type));
  EXPECT_THAT(told, testing::IsSupersetOf({1U, 14U, 18U, 24U, 30U, 40U, 16384U}));
}

}  // namespace
}  // namespace iscsi_ike::test
