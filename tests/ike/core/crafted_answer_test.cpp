// Answers that no engine of this project writes: a responder that changes the offer, and peers
// that send what the protocol does not allow, under the right keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/wire/esp_transform.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::FailureCode;
using ::testing::HasSubstr;

// AnswerWith is MM2 with these suites as transforms.
Bytes AnswerWith(const Sent& sent, const std::vector<const char*>& suites) {
  Bytes message;
  ike::Writer writer(message);
  ike::WriteHeader(writer, HeaderOf(sent.datagram.octets));
  ike::PayloadChain chain(writer, ike::kHeaderNextAt);
  chain.Begin(ike::PayloadType::kSa);
  ike::SaWriter sa(writer);
  sa.BeginProposal(1, ike::ProtocolId::kIsakmp, {});
  std::uint8_t number = 0;
  for (const char* suite : suites) {
    ike::WritePhase1Transform(sa, ++number, policy::ParsePhase1Suite(suite, "suite").value(),
                              {28800, 0});
  }
  sa.EndProposal();
  chain.End();
  ike::PatchHeaderLength(writer);
  return message;
}

// ReplaceAnswers replaces every MM2.
void ReplaceAnswers(Pair& pair, const std::vector<const char*>& suites) {
  pair.net.fate = [&pair, suites](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.datagram.local == pair.responder->endpoint())
      sent.datagram.octets = AnswerWith(sent, suites);
    return {pair.net.latency};
  };
}

// Rewrite replaces the n-th datagram by what `craft` makes of it.
void Rewrite(Pair& pair, std::size_t number, std::function<Bytes(const Sent&)> craft) {
  pair.net.fate = [&pair, number, craft](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number == number) sent.datagram.octets = craft(sent);
    return {pair.net.latency};
  };
}

const ike::NegotiationFailure& FailureAfter(Pair& pair) {
  pair.Connect();
  pair.net.Run();
  EXPECT_TRUE(pair.initiator->EventsOf<ike::ChildEstablished>().empty());
  return pair.FailureOf(*pair.initiator);
}

TEST(CraftedAnswer, ATransformThatWasNotOffered) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  ReplaceAnswers(pair, {"aes256-sha256-curve25519"});
  const auto& failure = FailureAfter(pair);
  EXPECT_EQ(failure.code, FailureCode::kAnswerChanged);
  EXPECT_EQ(failure.blame(), ike::Blame::kMisbehaved);
  ASSERT_EQ(failure.refusals.size(), 1U);
  EXPECT_EQ(failure.refusals[0].attribute, "key length");
  EXPECT_EQ(failure.refusals[0].offered, "256");
}

TEST(CraftedAnswer, TwoTransformsWhereOneIsDue) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  ReplaceAnswers(pair, {"aes128-sha256-curve25519", "aes256-sha256-curve25519"});
  const auto& failure = FailureAfter(pair);
  EXPECT_EQ(failure.code, FailureCode::kAnswerChanged);
  EXPECT_THAT(failure.text, HasSubstr("2 transforms"));
}

// An answer in clear can be forged, so that the right one may still come.
TEST(CraftedAnswer, TheRightAnswerAfterAForgedOneIsTaken) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number == 1) {
      pair.net.Deliver(
          {sent.datagram.local, sent.datagram.remote, AnswerWith(sent, {"3des-sha1-modp1024"})},
          ike::Duration{1});
    }
    return {pair.net.latency};
  };
  pair.Connect();
  pair.net.Run();
  pair.ExpectOneChildEach();
}

// RewriteQuick replaces QM2 (datagram 7 of main mode) by one whose payloads are altered.
void RewriteAnswer(Pair& pair, std::function<void(Bytes&)> alter) {
  Rewrite(pair, 7, [&pair, alter](const Sent&) {
    return Insider(pair.initiator->recorder).RewriteQuick(pair.net.log, alter);
  });
}

// Octets of the SA payload in QM2 behind HASH: generic header 4, DOI and situation 8, proposal 8,
// SPI 4, transform 8, then attributes: key length first.
constexpr std::size_t kSpiAt = 20;
constexpr std::size_t kKeyLengthAt = 34;

TEST(CraftedAnswer, AnEspTransformThatWasNotOffered) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  RewriteAnswer(pair, [](Bytes& rest) {
    ASSERT_EQ(rest[kKeyLengthAt + 1], 128);
    rest[kKeyLengthAt + 1] = 192;
  });
  const auto& failure = FailureAfter(pair);
  EXPECT_EQ(failure.code, FailureCode::kAnswerChanged);
  ASSERT_FALSE(failure.refusals.empty());
  EXPECT_EQ(failure.refusals[0].attribute, "key length");
  EXPECT_EQ(failure.refusals[0].offered, "192");
  EXPECT_EQ(pair.FailureOf(*pair.responder).code, FailureCode::kPeerRefused);
  pair.ExpectAtRest(1);
}

TEST(CraftedAnswer, TwoEspTransformsWhereOneIsDue) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  RewriteAnswer(pair, [](Bytes& rest) {
    const auto at = rest.begin() + static_cast<std::ptrdiff_t>(kSpiAt + 4);
    const Bytes transform(at, at + at[3]);
    rest.insert(at + at[3], transform.begin(), transform.end());
    rest[kSpiAt + 4] = ike::ToNumber(ike::PayloadType::kTransform);
    rest[kSpiAt - 1] = 2;  // transforms of the proposal
    for (const std::size_t length : {std::size_t{3}, std::size_t{15}}) {
      rest[length] = static_cast<std::uint8_t>(rest[length] + transform.size());
    }
  });
  const auto& failure = FailureAfter(pair);
  EXPECT_EQ(failure.code, FailureCode::kAnswerChanged);
  EXPECT_THAT(failure.text, HasSubstr("2 transforms"));
}

TEST(CraftedAnswer, AReservedSpi) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  RewriteAnswer(pair, [](Bytes& rest) {
    std::fill_n(rest.begin() + static_cast<std::ptrdiff_t>(kSpiAt), 3, std::uint8_t{0});
  });
  EXPECT_EQ(FailureAfter(pair).code, FailureCode::kAnswerChanged);
}

TEST(CraftedAnswer, SelectorsThatWereChanged) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  RewriteAnswer(pair, [](Bytes& rest) { rest.back() ^= 1; });
  const auto& failure = FailureAfter(pair);
  EXPECT_EQ(failure.code, FailureCode::kSelectors);
  EXPECT_EQ(failure.details.size(), 2U);
}

TEST(CraftedAnswer, AKeyExchangeThatNobodyAskedFor) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  RewriteAnswer(pair, [](Bytes& rest) {
    // The last payload's link says "last"; a KE payload goes before the SA's successor instead.
    const Bytes sa(rest.begin(), rest.begin() + 4 + ((rest[2] << 8) | rest[3]) - 4);
    const std::uint8_t next = rest[0];
    Bytes key = ChainOf({{ike::PayloadType::kKeyExchange, Bytes(32, 9)}});
    key[0] = next;
    rest[0] = ike::ToNumber(ike::PayloadType::kKeyExchange);
    rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(sa.size()), key.begin(), key.end());
  });
  EXPECT_EQ(FailureAfter(pair).code, FailureCode::kPfsMismatch);
}

TEST(CraftedAnswer, AProtectedErrorEndsTheQuickMode) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number != 7) return {pair.net.latency};
    const Bytes refusal =
        Insider(pair.initiator->recorder)
            .Informational(pair.net.log, ike::MessageId{0x01020304}, ike::PayloadType::kNotify,
                           NotifyBody(ike::NotifyType::kNoProposalChosen));
    pair.net.Deliver({sent.datagram.local, sent.datagram.remote, refusal}, ike::Duration{1});
    return {};
  };
  const auto& failure = FailureAfter(pair);
  EXPECT_EQ(failure.code, FailureCode::kPeerRefused);
  EXPECT_EQ(failure.blame(), ike::Blame::kPeerReported);
  EXPECT_THAT(failure.text, HasSubstr("NO-PROPOSAL-CHOSEN"));
  EXPECT_EQ(pair.initiator->engine().session_count(), 1U);
}

TEST(CraftedAnswer, ProtectedButWithAHashOfAnotherMessageIsIgnored) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number == 7) {
      const Insider insider(pair.initiator->recorder);
      ike::Header header = HeaderOf(sent.datagram.octets);
      header.exchange = ike::ExchangeType::kInformational;
      header.id = ike::MessageId{0x01020304};
      const Bytes chain = insider.WithHash(
          ike::PayloadType::kNotify, {ike::MessageIdOctets(ike::MessageId{0x01020305})},
          ChainOf({{ike::PayloadType::kNotify, NotifyBody(ike::NotifyType::kNoProposalChosen)}}));
      pair.net.Deliver({sent.datagram.local, sent.datagram.remote,
                        insider.Seal(header, chain, insider.Phase2Iv(pair.net.log, header.id))},
                       ike::Duration{1});
    }
    return {pair.net.latency};
  };
  pair.Connect();
  pair.net.Run();
  pair.ExpectOneChildEach();
}

}  // namespace
}  // namespace iscsi_ike::test
