// What an engine does for those who may not be where they say: little, and never more than they do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::IsEmpty;

EndSettings Portal(std::uint64_t word, const std::function<void(ike::EngineConfig&)>& adjust) {
  EndSettings end = QuickEnd(word);
  end.adjust_engine = adjust;
  end.adjust_peer = [](ike::PeerConfig& peer) { peer.remote.reset(); };  // serves any address
  return end;
}

// FirstMessage is what the initiator's engine begins with; nobody hears it.
Bytes FirstMessage(Pair& pair) {
  const Fate fate =
      std::exchange(pair.net.fate, [](Sent&) { return std::vector<ike::Duration>(); });
  const ike::SessionId session = pair.Connect();
  EXPECT_TRUE(pair.net.RunUntil([&] { return !pair.net.log.empty(); }));
  const Bytes octets = pair.net.log.back().datagram.octets;
  pair.initiator->engine().Close(pair.net.now(), session);
  pair.net.Drain();
  pair.initiator->events.clear();
  pair.net.fate = fate;
  return octets;
}

// Flood brings so many first messages, each of another initiator at another address.
void Flood(Pair& pair, const Bytes& first, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    Bytes octets = first;
    octets[0] = static_cast<std::uint8_t>(i >> 8U);
    octets[1] = static_cast<std::uint8_t>(i);
    octets[2] = 0x5a;
    const auto address = policy::IpAddress::V4(
        {198, 18, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)});
    pair.net.Inject(*pair.responder, {address, ike::kIkePort}, std::move(octets));
  }
  pair.net.RunFor(milliseconds(1));
}

std::size_t SentBy(const Pair& pair, const Node& node, std::size_t from = 0) {
  return static_cast<std::size_t>(
      std::count_if(pair.net.log.begin() + static_cast<std::ptrdiff_t>(from), pair.net.log.end(),
                    [&](const Sent& s) { return s.datagram.local == node.endpoint(); }));
}

TEST(Unverified, AFloodLeavesRoomForWhoComesBack) {
  Pair pair(QuickEnd(kMainWord),
            Portal(kMainWord, [](ike::EngineConfig& c) { c.half_open_octets = 10000; }));
  const Bytes first = FirstMessage(pair);
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.datagram.remote == pair.responder->endpoint()) return {milliseconds(5)};
    if (sent.datagram.remote == pair.initiator->endpoint()) return {milliseconds(5)};
    return {};
  };
  Flood(pair, first, 1000);
  const ike::Counters flooded = pair.responder->engine().counters();
  EXPECT_EQ(flooded.main_answered, 1000U);
  EXPECT_LT(flooded.half_open, 10000 / 160U);
  EXPECT_EQ(flooded.half_open_gave_way, 1000 - flooded.half_open);
  EXPECT_EQ(flooded.sessions, 0U);
  pair.Connect();
  ASSERT_TRUE(pair.net.RunUntil([&] { return pair.Established(); }, milliseconds(200)));
  EXPECT_EQ(pair.responder->engine().counters().sources_verified, 1U);
}

TEST(Unverified, NothingIsLeftOfAFlood) {
  Pair pair(QuickEnd(kMainWord), Portal(kMainWord, [](ike::EngineConfig& c) {
              c.half_open_timeout = seconds(3);
              c.expiry_reports_per_second = 5;
            }));
  Flood(pair, FirstMessage(pair), 100);
  EXPECT_EQ(pair.responder->engine().session_count(), 100U);
  EXPECT_TRUE(pair.responder->events.empty());
  pair.net.RunFor(seconds(3));
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  EXPECT_EQ(pair.responder->engine().NextTimeout(), std::nullopt);
  const ike::Counters counters = pair.responder->engine().counters();
  EXPECT_EQ(counters.half_open_expired, 100U);
  EXPECT_EQ(counters.failures, 5U);
  const auto failed = pair.responder->EventsOf<ike::Failed>();
  ASSERT_EQ(failed.size(), 5U);  // all of one millisecond
  EXPECT_EQ(failed[0]->failure.code, ike::FailureCode::kTimeout);
  EXPECT_THAT(failed[0]->failure.text, testing::HasSubstr("MM3 did not come"));
}

TEST(Unverified, NoAnswerIsLongerThanItsQuestion) {
  Pair pair(QuickEnd(kMainWord), Portal(kMainWord, nullptr));
  const Bytes full = FirstMessage(pair);
  ike::Datagram bare{{}, {}, full};
  RewriteClear(bare, [](std::vector<PayloadOctets>& payloads) { payloads.resize(1); });
  ASSERT_LT(bare.octets.size(), full.size());
  bare.octets[0] ^= 1U;  // of another initiator
  for (const Bytes& first : {full, bare.octets}) {
    const std::size_t from = pair.net.log.size();
    pair.net.Inject(*pair.responder, {policy::IpAddress::V4({198, 18, 0, 1}), 500}, first);
    pair.net.RunFor(milliseconds(1));
    ASSERT_EQ(pair.net.log.size(), from + 1);
    EXPECT_LE(pair.net.log[from].datagram.octets.size(), first.size());
  }
}

// Of the shortest MM1, too, a crowd sends more than it is sent, and who goes without asks again.
TEST(Unverified, ACrowdIsSentLessThanItSends) {
  Pair pair(QuickEnd(kMainWord), Portal(kMainWord, nullptr));
  ike::Datagram bare{{}, {}, FirstMessage(pair)};
  RewriteClear(bare, [](std::vector<PayloadOctets>& payloads) { payloads.resize(1); });
  const std::size_t from = pair.net.log.size();
  constexpr unsigned kCrowd = 6000;
  Flood(pair, bare.octets, kCrowd);
  EXPECT_LT(pair.net.log.size() - from, kCrowd);
  EXPECT_GT(pair.net.log.size() - from, kCrowd - 100);
  for (std::size_t i = from; i < pair.net.log.size(); ++i)
    ASSERT_EQ(pair.net.log[i].datagram.octets.size(), bare.octets.size());
  const ike::Counters counters = pair.responder->engine().counters();
  EXPECT_EQ(counters.main_answered, pair.net.log.size() - from);
  EXPECT_EQ(counters.long_answers_withheld, kCrowd - counters.main_answered);
  const std::size_t answered = pair.net.log.size();
  Flood(pair, bare.octets, kCrowd);  // the same again
  EXPECT_GT(pair.net.log.size() - answered, kCrowd - 100);
}

TEST(Unverified, AFirstMessageOfMoreThan8KiBIsNotRead) {
  Pair pair(QuickEnd(kMainWord), Portal(kMainWord, nullptr));
  ike::Datagram long_one{{}, {}, FirstMessage(pair)};
  const std::size_t from = pair.net.log.size();
  for (const std::size_t more : {1U, 0U}) {
    RewriteClear(long_one, [&](std::vector<PayloadOctets>& payloads) {
      payloads.resize(1);
      payloads.push_back({ike::PayloadType::kVendorId, Bytes(16)});
      const std::size_t rest = ike::kHeaderSize + 4 + payloads[0].body.size() + 4;
      payloads[1].body.resize(8192 + more - rest);
    });
    ASSERT_EQ(long_one.octets.size(), 8192 + more);
    Flood(pair, long_one.octets, 1);
    EXPECT_EQ(pair.net.log.size() - from, more == 0 ? 1U : 0U);
  }
}

// What is too short for a refusal gets none.
TEST(Unverified, NoRefusalIsLongerThanItsCause) {
  Pair pair(QuickEnd(kMainWord), Portal(kMainWord, nullptr));
  Bytes first = FirstMessage(pair);
  const std::size_t from = pair.net.log.size();
  for (std::size_t size = ike::kHeaderSize; size <= first.size(); ++size) {
    for (const std::uint8_t exchange : Bytes{2, 3, 4, 5, 32, 240}) {
      Bytes octets(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(size));
      octets[0] = exchange;
      octets[1] = static_cast<std::uint8_t>(size);
      octets[18] = exchange;
      octets[17] = exchange == 3 ? 0x20 : 0x10;  // IKEv2, too
      ike::Writer writer(octets);
      ike::PatchHeaderLength(writer);
      const std::size_t before = pair.net.log.size();
      pair.net.Inject(*pair.responder, {policy::IpAddress::V4({198, 18, 0, 1}), 500}, octets);
      pair.net.RunFor(milliseconds(20));  // within the ration
      for (std::size_t i = before; i < pair.net.log.size(); ++i)
        EXPECT_LE(pair.net.log[i].datagram.octets.size(), size) << int{exchange};
    }
  }
  EXPECT_GT(pair.net.log.size(), from);
  EXPECT_GT(pair.responder->engine().counters().long_answers_withheld, 0U);
}

// The ration is spent once for each refusal.
TEST(Unverified, RefusalsAreAsManyAsTheRationSays) {
  Pair pair(QuickEnd(kMainWord),
            Portal(kMainWord, [](ike::EngineConfig& c) { c.clear_notifies_per_second = 20; }));
  Bytes first = FirstMessage(pair);
  first[ike::kHeaderSize + 4 + 3] = 9;  // no DOI that there is (RFC 2408 section 3.4)
  const std::size_t from = pair.net.log.size();
  Flood(pair, first, 60);
  EXPECT_EQ(SentBy(pair, *pair.responder, from), 20U);
  EXPECT_EQ(pair.responder->engine().counters().refusals_withheld, 40U);
  pair.net.RunFor(seconds(1));
  Flood(pair, first, 10);
  EXPECT_EQ(SentBy(pair, *pair.responder, from), 30U);
}

// What is too short to be refused takes no refusal from others.
TEST(Unverified, ARefusalThatIsTooLongSpendsNoRation) {
  Pair pair(QuickEnd(kMainWord),
            Portal(kMainWord, [](ike::EngineConfig& c) { c.clear_notifies_per_second = 5; }));
  Bytes first = FirstMessage(pair);
  Bytes bare(first.begin(), first.begin() + ike::kHeaderSize);
  for (Bytes* octets : {&first, &bare}) {
    (*octets)[18] = 240;  // an exchange that nobody knows
    ike::Writer writer(*octets);
    ike::PatchHeaderLength(writer);
  }
  bare[ike::kHeaderNextAt] = 0;
  const std::size_t from = pair.net.log.size();
  Flood(pair, bare, 50);
  EXPECT_EQ(SentBy(pair, *pair.responder, from), 0U);
  EXPECT_EQ(pair.responder->engine().counters().long_answers_withheld, 50U);
  Flood(pair, first, 50);
  EXPECT_EQ(SentBy(pair, *pair.responder, from), 5U);
}

// A datagram that is refused is dropped once, whatever else is withheld from it; and no more is
// told of such than a ration.
TEST(Unverified, WhatIsRefusedIsCountedOnceAndToldByRation) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    Pair pair(QuickEnd(word), Portal(word, [](ike::EngineConfig& c) {
                c.clear_notifies_per_second = 3;
                c.expiry_reports_per_second = 4;
              }));
    const Bytes first = FirstMessage(pair);
    for (const bool of_nobody : {false, true}) {
      Bytes refused = first;
      refused[ike::kHeaderSize + 4 + 3] = 9;                   // no DOI that there is
      if (of_nobody) refused[18] = word == kMainWord ? 4 : 2;  // a mode that nobody is served in
      const ike::Counters before = pair.responder->engine().counters();
      pair.net.RunFor(seconds(1));
      const std::size_t told = pair.responder->EventsOf<ike::Failed>().size();
      Flood(pair, refused, 200);
      const ike::Counters counters = pair.responder->engine().counters();
      EXPECT_EQ(pair.responder->EventsOf<ike::Failed>().size() - told, 4U);
      EXPECT_EQ(counters.datagrams_received - before.datagrams_received, 200U);
      EXPECT_EQ(counters.datagrams_dropped - before.datagrams_dropped, 196U);
    }
  }
}

TEST(Unverified, TheSameAnswerAFewTimes) {
  Pair pair(QuickEnd(kMainWord), Portal(kMainWord, nullptr));
  const Bytes first = FirstMessage(pair);
  const ike::Endpoint from{policy::IpAddress::V4({198, 18, 0, 1}), 500};
  const std::size_t before = pair.net.log.size();
  for (int i = 0; i < 40; ++i) pair.net.Inject(*pair.responder, from, first);
  pair.net.RunFor(milliseconds(1));
  ASSERT_EQ(pair.net.log.size(), before + 17);
  for (std::size_t i = before; i < pair.net.log.size(); ++i)
    EXPECT_EQ(pair.net.log[i].datagram.octets, pair.net.log[before].datagram.octets);
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
}

// The cookie is good for one initiator, and where it is.
TEST(Unverified, ACookieIsOfNoUseElsewhere) {
  Pair pair(QuickEnd(kMainWord), Portal(kMainWord, nullptr));
  pair.net.fate = [](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number >= 2) return {};
    return {milliseconds(5)};
  };
  pair.Connect();
  ASSERT_TRUE(pair.net.RunUntil([&] { return pair.net.log.size() > 2; }));
  const Bytes mm3 = pair.net.log[2].datagram.octets;
  Bytes other_initiator = mm3;
  other_initiator[3] ^= 1U;
  ike::Endpoint elsewhere = pair.initiator->endpoint();
  elsewhere.port = 501;
  pair.net.Inject(*pair.responder, pair.initiator->endpoint(), other_initiator);
  pair.net.Inject(*pair.responder, elsewhere, mm3);
  pair.net.RunFor(milliseconds(1));
  EXPECT_EQ(pair.responder->engine().counters().sources_verified, 0U);
  EXPECT_EQ(pair.responder->engine().counters().half_open, 1U);
  pair.net.Inject(*pair.responder, pair.initiator->endpoint(), mm3);
  pair.net.RunFor(milliseconds(1));
  EXPECT_EQ(pair.responder->engine().counters().sources_verified, 1U);
  EXPECT_EQ(pair.responder->engine().counters().half_open, 0U);
  EXPECT_EQ(pair.responder->engine().counters().sessions, 1U);
}

TEST(Unverified, AggressiveModeIsAnsweredOnCredit) {
  Pair pair(QuickEnd(kAggressiveWord), Portal(kAggressiveWord, [](ike::EngineConfig& c) {
              c.aggressive_at_once = 10;
              c.aggressive_per_second = 2;
            }));
  const Bytes first = FirstMessage(pair);
  Flood(pair, first, 500);
  ike::Counters counters = pair.responder->engine().counters();
  EXPECT_EQ(counters.aggressive_answered, 10U);
  EXPECT_EQ(counters.aggressive_withheld, 490U);
  // None is repeated unasked; some more are answered later.
  pair.net.RunFor(seconds(20));
  EXPECT_EQ(SentBy(pair, *pair.responder), 10U);
  Flood(pair, first, 500);
  counters = pair.responder->engine().counters();
  EXPECT_EQ(counters.aggressive_answered, 20U);
  pair.net.RunFor(seconds(31));
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
}

// AM1 may be bare, and its answer long: what it draws stays covered by what was asked.
TEST(Unverified, RepetitionsOfALongAnswerAreCoveredByTheQuestions) {
  Pair pair(QuickEnd(kAggressiveWord), Portal(kAggressiveWord, nullptr));
  ike::Datagram bare{{}, {}, FirstMessage(pair)};
  RewriteClear(bare, [](std::vector<PayloadOctets>& payloads) {
    std::erase_if(payloads,
                  [](const PayloadOctets& p) { return p.type == ike::PayloadType::kVendorId; });
    for (PayloadOctets& payload : payloads)
      if (payload.type == ike::PayloadType::kNonce) payload.body.resize(8);
  });
  const ike::Endpoint from{policy::IpAddress::V4({198, 18, 0, 1}), 500};
  const std::size_t before = pair.net.log.size();
  std::string answered;
  std::size_t in = 0, out = 0;
  for (int i = 0; i < 12; ++i) {
    const std::size_t sent = pair.net.log.size();
    pair.net.Inject(*pair.responder, from, bare.octets);
    pair.net.RunFor(milliseconds(10));
    in += bare.octets.size();
    answered += pair.net.log.size() > sent ? 'x' : '.';
    for (std::size_t n = sent; n < pair.net.log.size(); ++n) {
      EXPECT_TRUE(n == before || out <= in);
      out += pair.net.log[n].datagram.octets.size();
    }
  }
  const std::size_t answer = pair.net.log.at(before).datagram.octets.size();
  ASSERT_GT(3 * answer, 4 * bare.octets.size());
  EXPECT_EQ(answered, "xxx.xx......") << answer << " to " << bare.octets.size();
  EXPECT_GT(pair.responder->engine().counters().long_answers_withheld, 0U);
}

TEST(Unverified, WhoComesBackCostsNoCredit) {
  Pair pair(QuickEnd(kAggressiveWord), Portal(kAggressiveWord, [](ike::EngineConfig& c) {
              c.aggressive_at_once = 1;
              c.aggressive_per_second = 0;
            }));
  for (std::size_t i = 1; i <= 5; ++i) {
    pair.Connect();
    pair.net.Run();
    EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), i);
  }
  EXPECT_EQ(pair.responder->engine().counters().aggressive_withheld, 0U);
}

// A malformed AM1 costs no exponentiation, and so nothing.
TEST(Unverified, WhatIsRefusedCostsNoCredit) {
  Pair pair(QuickEnd(kAggressiveWord), Portal(kAggressiveWord, [](ike::EngineConfig& c) {
              c.aggressive_at_once = 1;
              c.aggressive_per_second = 0;
            }));
  Bytes broken = FirstMessage(pair);
  broken[ike::kHeaderNextAt] = static_cast<std::uint8_t>(ike::PayloadType::kHash);
  Flood(pair, broken, 5);
  pair.Connect();
  ASSERT_TRUE(pair.net.RunUntil([&] { return pair.Established(); }, seconds(2)));
}

// The bound on all sessions is the lower one: AM1 from nowhere keeps nobody out.
TEST(Unverified, AggressiveSessionsGiveWayAtTheBoundOnAll) {
  Pair pair(QuickEnd(kAggressiveWord),
            Portal(kAggressiveWord, [](ike::EngineConfig& c) { c.max_sessions = 8; }));
  const Bytes first = FirstMessage(pair);
  const auto established = [&] { return pair.responder->EventsOf<ike::ChildEstablished>().size(); };
  for (std::size_t logins = 1; logins <= 8; ++logins) {
    Flood(pair, first, 100);
    EXPECT_EQ(pair.responder->engine().counters().sessions, 8U);
    pair.Connect();
    ASSERT_TRUE(pair.net.RunUntil([&] { return established() == logins; }, milliseconds(200)));
  }
  ike::Counters counters = pair.responder->engine().counters();
  EXPECT_GT(counters.sessions_gave_way, 700U);
  EXPECT_EQ(counters.sessions_withheld, 0U);
  // All that there are have their keys now: nobody is answered, and no credit is spent on it.
  Flood(pair, first, 2000);
  EXPECT_EQ(pair.responder->engine().counters().sessions_withheld, 2000U);
  EXPECT_EQ(pair.responder->engine().counters().aggressive_answered, counters.aggressive_answered);
  EXPECT_EQ(pair.responder->engine().counters().aggressive_withheld, 0U);
  EXPECT_TRUE(pair.responder->EventsOf<ike::SessionClosed>().empty());
}

// While the credit is low, g^xy is computed only for who has come back.
TEST(Unverified, TheSecondExponentiationWaits) {
  Pair pair(QuickEnd(kAggressiveWord),
            Portal(kAggressiveWord, [](ike::EngineConfig& c) { c.aggressive_at_once = 8; }));
  const Bytes first = FirstMessage(pair);
  ike::Engine& engine = pair.responder->engine();
  std::size_t generated = 0;
  std::size_t agreed = 0;
  for (std::uint8_t i = 0; i < 8; ++i) {
    Bytes octets = first;
    octets[0] = i;
    engine.HandleDatagram(pair.net.now(), pair.responder->endpoint(),
                          {policy::IpAddress::V4({198, 18, 0, i}), 500}, octets);
    while (const auto job = engine.PollDh()) {
      ++(job->operation == crypto::DhOperation::kAgree ? agreed : generated);
    }
  }
  EXPECT_EQ(generated, 8U);
  EXPECT_EQ(agreed, 4U);
}

// AM3 is lost, and everything but the first AM2: the initiator goes on with QM1, and so hears AM2
// again, and repeats AM3.
TEST(Unverified, WhoGoesOnHearsTheAnswerAgain) {
  EndSettings hba = QuickEnd(kAggressiveWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) { peer.retransmit.first = seconds(4); };
  Pair pair(hba, QuickEnd(kAggressiveWord));
  const ike::Time until = pair.net.now() + seconds(3);
  pair.net.fate = [&pair, until](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number < 2 || pair.net.now() > until) return {milliseconds(5)};
    return {};
  };
  pair.Connect();
  ASSERT_TRUE(pair.net.RunUntil([&] { return pair.Established(); }, seconds(5)));
  EXPECT_THAT(pair.responder->EventsOf<ike::Failed>(), IsEmpty());
}

// Whoever has come back is held to a bound, too, and there the oldest gives way.
TEST(Unverified, TheOldestOfTooManyGivesWay) {
  Pair pair(QuickEnd(kMainWord),
            Portal(kMainWord, [](ike::EngineConfig& c) { c.max_half_open = 3; }));
  pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
    const auto header = HeaderOf(sent.datagram.octets);
    const bool mm5 = sent.datagram.local == pair.initiator->endpoint() && header.encrypted();
    if (mm5) return {};
    return {milliseconds(5)};
  };
  for (int i = 0; i < 5; ++i) {
    pair.Connect();
    pair.net.RunFor(milliseconds(50));
  }
  EXPECT_EQ(pair.responder->engine().counters().sessions, 3U);
  EXPECT_EQ(pair.responder->engine().counters().sessions_gave_way, 2U);
  const auto failed = pair.responder->EventsOf<ike::Failed>();
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0]->failure.code, ike::FailureCode::kLimit);
  EXPECT_EQ(failed[0]->session, ike::SessionId{1});
  EXPECT_EQ(failed[1]->session, ike::SessionId{2});
  // Who is established gives way to nobody.
  pair.net.fate = nullptr;
  pair.Connect();
  ASSERT_TRUE(pair.net.RunUntil(
      [&] { return !pair.responder->EventsOf<ike::Phase1Established>().empty(); }, seconds(5)));
}

}  // namespace
}  // namespace iscsi_ike::test
