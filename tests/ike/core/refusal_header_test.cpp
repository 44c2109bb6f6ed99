// What is refused for its header or for the frame of its offer, whom nobody has to believe: other
// versions, exchange types, DOIs, situations (RFC 2408 sections 5.2 and 5.4); and what the commit
// bit does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/wire/payload.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/nat_pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::NotifyType;
using std::chrono::seconds;

class RefusedHeader : public ::testing::Test {
 protected:
  RefusedHeader() : pair(QuickEnd(kMainWord), QuickEnd(kMainWord)) {
    pair.net.fate = [](Sent&) { return std::vector<ike::Duration>{}; };
    pair.Connect();
    first = pair.net.log.at(0).datagram.octets;
  }
  // AnswerTo is the type of the notification in clear with which the portal answers; nothing: it
  // does not.
  std::optional<NotifyType> AnswerTo(const Bytes& octets, std::uint16_t port = 500) {
    const std::size_t before = pair.net.log.size();
    const ike::Endpoint from{pair.initiator->endpoint().address, port};
    pair.net.Inject(*pair.responder, from, octets, port);
    if (pair.net.log.size() == before) return std::nullopt;
    EXPECT_EQ(pair.net.log.size(), before + 1);
    const ike::Datagram& answer = pair.net.log.back().datagram;
    EXPECT_EQ(answer.remote, from);
    EXPECT_EQ(answer.local.port, port);
    const ike::Octets message = MessageOf(answer);
    const ike::Header header = HeaderOf(message);
    EXPECT_EQ(header.exchange, ike::ExchangeType::kInformational);
    EXPECT_EQ(header.version, 0x10);
    EXPECT_FALSE(header.encrypted());
    EXPECT_LE(message.size(), 40U);
    const auto payloads = ike::ParsePayloads(header.next, message.subspan(ike::kHeaderSize));
    return ike::ParseNotify(payloads.value()[0].body).value().type;
  }
  [[nodiscard]] Bytes With(std::size_t at, std::uint8_t octet) const {
    Bytes octets = first;
    octets.at(at) = octet;
    return octets;
  }
  Pair pair;
  Bytes first;
};
constexpr std::size_t kVersionAt = 17;
constexpr std::size_t kExchangeAt = 18;

TEST_F(RefusedHeader, HigherVersions) {
  EXPECT_EQ(AnswerTo(With(kVersionAt, 0x20)), NotifyType::kInvalidMajorVersion);
  EXPECT_EQ(AnswerTo(With(kVersionAt, 0xf0)), NotifyType::kInvalidMajorVersion);
  EXPECT_EQ(AnswerTo(With(kVersionAt, 0x11)), NotifyType::kInvalidMinorVersion);
  EXPECT_EQ(AnswerTo(With(kVersionAt, 0x00)), std::nullopt);
  // IKE_SA_INIT (34), initiator flag, as an IKEv2 peer begins; at either port.
  Bytes ikev2 = With(kVersionAt, 0x20);
  ikev2[kExchangeAt] = 34;
  ikev2[19] = 0x08;
  EXPECT_EQ(AnswerTo(ikev2), NotifyType::kInvalidMajorVersion);
  ikev2.insert(ikev2.begin(), 4, 0);
  EXPECT_EQ(AnswerTo(ikev2, 4500), NotifyType::kInvalidMajorVersion);
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
}

TEST_F(RefusedHeader, AnswersToVersionsAreRationed) {
  const Bytes ikev2 = With(kVersionAt, 0x20);
  unsigned answers = 0;
  for (int i = 0; i < 1000; ++i) answers += AnswerTo(ikev2) ? 1U : 0U;
  EXPECT_EQ(answers, ike::EngineConfig{}.clear_notifies_per_second);
  pair.net.RunFor(seconds(1));
  EXPECT_TRUE(AnswerTo(ikev2));
}

TEST_F(RefusedHeader, NoAnswerToWhatIsNoFirstMessage) {
  Bytes answered = With(kVersionAt, 0x20);
  answered[8] = 1;
  EXPECT_EQ(AnswerTo(answered), std::nullopt);
  Bytes informational = With(kVersionAt, 0x20);
  informational[kExchangeAt] = 5;
  EXPECT_EQ(AnswerTo(informational), std::nullopt);
  Bytes without_cookie = With(kVersionAt, 0x20);
  std::fill_n(without_cookie.begin(), 8, std::uint8_t{0});
  EXPECT_EQ(AnswerTo(without_cookie), std::nullopt);
  Bytes longer = With(kVersionAt, 0x20);
  longer[24] = 1;
  EXPECT_EQ(AnswerTo(longer), std::nullopt);
  EXPECT_EQ(AnswerTo(Bytes(200), 4500), std::nullopt);
}

TEST_F(RefusedHeader, WhoOnlyInitiatesAnswersNobody) {
  const std::size_t before = pair.net.log.size();
  Bytes other = With(kVersionAt, 0x20);
  other[0] ^= 1;
  pair.net.Inject(*pair.initiator, pair.responder->endpoint(), other);
  other[kVersionAt] = 0x10;
  other[kExchangeAt] = 77;
  pair.net.Inject(*pair.initiator, pair.responder->endpoint(), other);
  EXPECT_EQ(pair.net.log.size(), before);
}

TEST_F(RefusedHeader, UnknownExchangeTypes) {
  for (unsigned type = 0; type < 256; ++type) {
    SCOPED_TRACE(type);
    // Main and aggressive mode are spoken, quick and new group mode need a session, and an
    // Informational is never answered.
    if (type == 2 || type == 4 || type == 5 || type == 32 || type == 33) continue;
    EXPECT_EQ(AnswerTo(With(kExchangeAt, static_cast<std::uint8_t>(type))),
              NotifyType::kUnsupportedExchangeType);
    if (type % 50 == 0) pair.net.RunFor(seconds(1));
  }
  for (const std::uint8_t type : std::initializer_list<std::uint8_t>{5, 32, 33})
    EXPECT_EQ(AnswerTo(With(kExchangeAt, type)), std::nullopt);
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
}

TEST_F(RefusedHeader, UnknownExchangeTypesWithinASession) {
  Pair other(QuickEnd(kMainWord), QuickEnd(kMainWord));
  ASSERT_TRUE(other.Login());
  other.net.Run();
  const std::size_t before = other.net.log.size();
  Bytes message = other.net.log.back().datagram.octets;
  for (const std::uint8_t type : std::initializer_list<std::uint8_t>{6, 33, 240}) {
    message[kExchangeAt] = type;
    other.net.Inject(*other.responder, other.initiator->endpoint(), message);
    const ike::Datagram& answer = other.net.log.back().datagram;
    const auto payloads = ike::ParsePayloads(HeaderOf(answer.octets).next,
                                             ike::Octets(answer.octets).subspan(ike::kHeaderSize));
    EXPECT_EQ(ike::ParseNotify(payloads.value()[0].body).value().type,
              NotifyType::kUnsupportedExchangeType);
  }
  EXPECT_EQ(other.net.log.size(), before + 3);
  other.net.Run();
  // The other end has heard three suspicions in clear, which change nothing.
  EXPECT_EQ(other.net.log.size(), before + 3);
  other.ExpectAtRest(1);
}

// The offer begins with DOI and situation, behind header and generic header.
TEST_F(RefusedHeader, OtherDoisAndSituations) {
  constexpr std::size_t kDoiAt = ike::kHeaderSize + ike::kGenericHeaderSize;
  EXPECT_EQ(AnswerTo(With(kDoiAt + 3, 2)), NotifyType::kDoiNotSupported);
  EXPECT_EQ(AnswerTo(With(kDoiAt, 1)), NotifyType::kDoiNotSupported);
  for (const std::uint8_t situation : std::initializer_list<std::uint8_t>{0, 2, 3, 4, 7})
    EXPECT_EQ(AnswerTo(With(kDoiAt + 7, situation)), NotifyType::kSituationNotSupported);
  EXPECT_EQ(AnswerTo(With(kDoiAt + 4, 1)), NotifyType::kSituationNotSupported);
  // Another protocol than ISAKMP in the one proposal of phase 1.
  EXPECT_EQ(AnswerTo(With(kDoiAt + 8 + 5, 3)), NotifyType::kBadProposalSyntax);
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  EXPECT_EQ(pair.responder->EventsOf<ike::Failed>().size(), 9U);
}

class CommitBit : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Core, CommitBit,
                         ::testing::Values(kMainWord, kMainPfsWord, kAggressiveWord,
                                           kAggressivePfsWord));

// The bit is in the header, which nobody authenticates: it delays nothing here.
TEST_P(CommitBit, IsToleratedInEveryMessage) {
  Pair clean(QuickEnd(GetParam()), QuickEnd(GetParam()));
  ASSERT_TRUE(clean.Login());
  const std::size_t count = clean.net.log.size();
  for (std::size_t place = 0; place <= count; ++place) {
    SCOPED_TRACE(place);
    Pair pair(QuickEnd(GetParam()), QuickEnd(GetParam()));
    pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number == place || place == count) sent.datagram.octets[19] |= ike::kFlagCommit;
      return {pair.net.latency};
    };
    ASSERT_TRUE(pair.Login());
    EXPECT_EQ(pair.net.log.size(), count);
    pair.net.Run();
    pair.ExpectOneChildEach();
    pair.ExpectAtRest(1);
  }
}

// CONNECTED bears the message ID of its quick mode (RFC 2408 section 3.1) or, as every other
// Informational, one of its own.
TEST(Connected, IsUnderstoodUnderEitherMessageId) {
  for (const bool own_id : {true, false}) {
    SCOPED_TRACE(own_id);
    Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
    ASSERT_TRUE(pair.Login());
    const ike::MessageId quick = HeaderOf(pair.net.log.back().datagram.octets).id;
    const Insider insider(pair.initiator->recorder);
    const auto send = [&](NotifyType type) {
      const Bytes body = NotifyBody(type, FromHex("c0ffee01"));
      pair.net.Inject(*pair.initiator, pair.responder->endpoint(),
                      insider.Informational(pair.net.log, own_id ? ike::MessageId{4711} : quick,
                                            ike::PayloadType::kNotify, body));
    };
    if (!own_id) send(NotifyType::kReplayStatus);  // only CONNECTED may use that ID
    EXPECT_TRUE(pair.initiator->EventsOf<ike::PeerNotified>().empty());
    for (int i = 0; i < 3; ++i) send(NotifyType::kConnected);
    ASSERT_EQ(pair.initiator->EventsOf<ike::PeerNotified>().size(), 1U);
    EXPECT_EQ(pair.initiator->EventsOf<ike::PeerNotified>()[0]->type, NotifyType::kConnected);
    pair.net.Run();
    pair.ExpectOneChildEach();
  }
}

}  // namespace
}  // namespace iscsi_ike::test
