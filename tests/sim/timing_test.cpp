// What is sent when nothing comes: the back-off, the end of patience, the octets of a repetition,
// and silence once all is done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/exchanges.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

std::vector<std::int64_t> TimesOf(const Pair& pair, const Node* from, ike::Time start,
                                  std::size_t first = 0) {
  std::vector<std::int64_t> times;
  for (std::size_t i = first; i < pair.net.log.size(); ++i) {
    const Sent& sent = pair.net.log[i];
    if (sent.datagram.local == from->endpoint()) times.push_back((sent.now - start).count());
  }
  return times;
}

Fate LoseFrom(SimNet& net, std::size_t first) {
  return [&net, first](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number >= first) return {};
    return {net.latency};
  };
}

TEST(Timing, TheFirstMessageIsRepeatedWithDoublingIntervals) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    Pair pair(QuickEnd(word), QuickEnd(word));
    pair.net.fate = LoseFrom(pair.net, 0);
    const ike::Time start = pair.net.now();
    pair.Connect();
    pair.net.Run();
    EXPECT_THAT(TimesOf(pair, pair.initiator, start),
                ElementsAre(0, 500, 1500, 3500, 7500, 15500, 23500));
    EXPECT_EQ((pair.net.now() - start).count(), 31500);
    const auto& failure = pair.FailureOf(*pair.initiator);
    EXPECT_EQ(failure.code, ike::FailureCode::kNoResponse);
    EXPECT_EQ(failure.blame(), ike::Blame::kTimeout);
    EXPECT_NE(failure.text.find("was sent 7 times"), std::string::npos) << failure.text;
    pair.ExpectAtRest(0);
  }
}

TEST(Timing, ThePolicyOfThePeerIsKept) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) {
    peer.retransmit = {milliseconds(300), milliseconds(1000), 4};
  };
  Pair pair(hba, QuickEnd(kMainWord));
  pair.net.fate = LoseFrom(pair.net, 0);
  const ike::Time start = pair.net.now();
  pair.Connect();
  pair.net.Run();
  EXPECT_THAT(TimesOf(pair, pair.initiator, start), ElementsAre(0, 300, 900, 1900, 2900));
  EXPECT_EQ((pair.net.now() - start).count(), 3900);
}

TEST(Timing, TheNegotiationTimeoutEndsItEarlier) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) { peer.negotiation_timeout = seconds(2); };
  Pair pair(hba, QuickEnd(kMainWord));
  pair.net.fate = LoseFrom(pair.net, 1);
  const ike::Time start = pair.net.now();
  pair.Connect();
  pair.net.RunUntil([&] { return !pair.initiator->EventsOf<ike::Failed>().empty(); });
  EXPECT_EQ((pair.net.now() - start).count(), 2000);
  EXPECT_EQ(pair.FailureOf(*pair.initiator).code, ike::FailureCode::kNoResponse);
}

// A responder repeats QM2, which nobody else would repeat, and nothing else: AM2 only to who is
// known to be there.
TEST(Timing, AResponderRepeatsOnlyAnswersThatNobodyAsksForAgain) {
  const auto repeated = [](std::uint64_t word, std::size_t heard) {
    Pair pair(QuickEnd(word), QuickEnd(word));
    pair.net.fate = [&pair, heard](Sent& sent) -> std::vector<ike::Duration> {
      const bool lost = sent.number >= heard && sent.datagram.local == pair.initiator->endpoint();
      if (lost) return {};
      return {pair.net.latency};
    };
    const ike::Time start = pair.net.now();
    pair.Connect();
    pair.net.Run();
    return TimesOf(pair, pair.responder, start, heard - 1);
  };
  EXPECT_THAT(repeated(kAggressiveWord, 1), ElementsAre(5));
  EXPECT_THAT(repeated(kMainWord, 1), ElementsAre(5));
  EXPECT_THAT(repeated(kMainWord, 3), ElementsAre(15));
  EXPECT_THAT(repeated(kMainWord, 7), ElementsAre(35, 535, 1535, 3535, 7535, 15535, 23535));
}

class Repetition : public ::testing::TestWithParam<Exchanges> {};
INSTANTIATE_TEST_SUITE_P(Sim, Repetition, ::testing::ValuesIn(AllExchanges()), ExchangesName);

// Each message is lost once in turn; what comes instead is the same octets again.
TEST_P(Repetition, IsTheSameOctets) {
  for (std::size_t lost = 0; lost < GetParam().messages.size(); ++lost) {
    SCOPED_TRACE(GetParam().messages[lost]);
    Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
    pair.net.fate = [&pair, lost](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number == lost) return {};
      return {pair.net.latency};
    };
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    const ike::Datagram& original = pair.net.log.at(lost).datagram;
    const auto copies =
        std::count_if(pair.net.log.begin(), pair.net.log.end(),
                      [&](const Sent& sent) { return sent.datagram.octets == original.octets; });
    EXPECT_GE(copies, 2);
  }
}

TEST_P(Repetition, HasNoneWhenNothingIsLost) {
  Pair pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word));
  const ike::Time start = pair.net.now();
  pair.Connect();
  pair.net.RunUntil([&] { return pair.Established(); });
  EXPECT_EQ(pair.net.log.size(), GetParam().messages.size());
  // Only lingering is left: one minute for who wrote the last message of an exchange, then nothing.
  pair.net.Run();
  EXPECT_EQ(pair.net.log.size(), GetParam().messages.size());
  EXPECT_LE((pair.net.now() - start).count(), 61000);
  pair.ExpectAtRest(1);
}

// The answer ends the repetition, even when the next message must wait for an exponentiation.
TEST(Timing, AnAcceptedAnswerStopsTheRepetition) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.net.dh_latency = [] { return seconds(3); };
  pair.Connect();
  pair.net.Run();
  pair.ExpectOneChildEach();
  const Sent first = pair.net.log.front();
  EXPECT_EQ(std::count_if(
                pair.net.log.begin(), pair.net.log.end(),
                [&](const Sent& sent) { return sent.datagram.octets == first.datagram.octets; }),
            1);
}

TEST(Timing, CallsThatAreEarlyOrRepeatedDoNothing) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.net.fate = LoseFrom(pair.net, 0);
  pair.Connect();
  for (int i = 0; i < 100; ++i) {
    pair.initiator->engine().HandleTimeout(pair.net.now() + milliseconds(i));
    pair.initiator->engine().HandleTimeout(pair.net.now());
  }
  pair.net.Drain();
  EXPECT_EQ(pair.net.log.size(), 1U);
}

TEST(Timing, TimeNeverGoesBack) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.net.fate = LoseFrom(pair.net, 0);
  pair.initiator->engine().HandleTimeout(pair.net.now() + seconds(100));
  pair.Connect();
  EXPECT_EQ(pair.initiator->engine().NextTimeout(), pair.net.now() + milliseconds(100500));
}

TEST(Timing, ALateTimeoutSendsOneRepetitionNotMany) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  pair.net.fate = LoseFrom(pair.net, 0);
  pair.Connect();
  pair.initiator->engine().HandleTimeout(pair.net.now() + seconds(20));
  pair.net.Drain();
  EXPECT_EQ(pair.net.log.size(), 2U);
}

TEST(Timing, AHalfOpenSessionIsForgotten) {
  EndSettings portal = QuickEnd(kMainWord);
  portal.adjust_engine = [](ike::EngineConfig& config) { config.half_open_timeout = seconds(3); };
  Pair pair(QuickEnd(kMainWord), portal);
  pair.net.fate = LoseFrom(pair.net, 1);
  pair.Connect();
  pair.net.RunFor(milliseconds(100));
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
  EXPECT_EQ(pair.responder->engine().NextTimeout(), pair.net.now() + milliseconds(2905));
  pair.net.RunFor(milliseconds(2905));
  EXPECT_EQ(pair.responder->EventsOf<ike::Failed>().size(), 1U);
}

}  // namespace
}  // namespace iscsi_ike::test
