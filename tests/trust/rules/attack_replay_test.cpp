// Attacks with octets that were genuine once, or look like it: reflections, recordings, and what a
// third party says in a peer's name.
#include <gtest/gtest.h>

#include <algorithm>

#include "ike/wire/delete_payload.hpp"
#include "tests/support/checkpoint_states.hpp"
#include "tests/trust/rules/wrong_message.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Replayed : public ::testing::TestWithParam<TapeKind> {
 protected:
  Replayed() : pair_(EndOf(GetParam()), EndOf(GetParam()), 3) {}
  void ExpectNobodyIn() const {
    for (const Node* node : {pair_.initiator, pair_.responder}) {
      EXPECT_TRUE(node->EventsOf<ike::Phase1Established>().empty());
      EXPECT_TRUE(node->EventsOf<ike::ChildEstablished>().empty());
    }
  }
  void ExpectAsItWas(std::size_t children) const {
    for (const Node* node : {pair_.initiator, pair_.responder}) {
      EXPECT_EQ(node->EventsOf<ike::ChildEstablished>().size(), children);
      EXPECT_EQ(node->EventsOf<ike::Phase1Established>().size(), 1U);
      EXPECT_TRUE(node->EventsOf<ike::ChildDeleted>().empty());
      EXPECT_TRUE(node->EventsOf<ike::SessionClosed>().empty());
    }
  }
  // Play injects a recording at both ends, as it once came there.
  std::size_t Play(std::vector<Sent> log) {
    const std::size_t before = pair_.net.log.size();
    for (const Sent& sent : log) {
      const bool up = sent.datagram.local == pair_.initiator->endpoint();
      pair_.net.Inject(up ? *pair_.responder : *pair_.initiator, sent.datagram.local,
                       sent.datagram.octets);
      pair_.net.Run(ike::Duration{0});
    }
    return pair_.net.log.size() - before;
  }
  Pair pair_;
};
INSTANTIATE_TEST_SUITE_P(Attack, Replayed, ::testing::ValuesIn(AllTapeKinds()),
                         [](const auto& param) { return std::string(param.param.name); });

// Nobody answers but a mirror: each message comes back to its writer, as it is and with the cookies
// turned round, for as long as the writer speaks.
TEST_P(Replayed, ReflectionOfOurOwnMessages) {
  int cases = 0;
  pair_.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    Bytes turned = sent.datagram.octets;
    std::swap_ranges(turned.begin(), turned.begin() + 8, turned.begin() + 8);
    for (const Bytes& octets : {sent.datagram.octets, turned})
      pair_.net.Deliver({sent.datagram.remote, sent.datagram.local, octets}, ike::Duration{1});
    cases += 2;
    return {};
  };
  pair_.Connect();
  pair_.net.Run(minutes(5));
  ExpectNobodyIn();
  EXPECT_LE(pair_.net.log.size(), 8U);  // the first message and its repetitions
  pair_.ExpectAtRest(0);
  RecordProperty("cases", cases);
}

// The portal answers the first message, and from then on there is a mirror in its place; or
// somebody on the path writes the initiator's cookie in the place of the portal's into that answer,
// so that each message is what would come back. Neither gets beyond the message that it gives back.
TEST_P(Replayed, ReflectionFromTheMiddleOn) {
  for (const bool same_cookies : {false, true}) {
    SCOPED_TRACE(same_cookies);
    Pair pair(EndOf(GetParam()), EndOf(GetParam()), 3);
    const auto mirror = [&pair](const Sent& sent) {
      Bytes turned = sent.datagram.octets;
      std::swap_ranges(turned.begin(), turned.begin() + 8, turned.begin() + 8);
      for (const Bytes& octets : {sent.datagram.octets, turned})
        pair.net.Deliver({sent.datagram.remote, sent.datagram.local, octets}, ike::Duration{1});
      return std::vector<ike::Duration>{};
    };
    pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number > 1) return mirror(sent);
      Bytes& octets = sent.datagram.octets;
      if (same_cookies && sent.number == 1) std::copy_n(octets.begin(), 8, octets.begin() + 8);
      return {pair.net.latency};
    };
    pair.Connect();
    pair.net.Run(minutes(5));
    EXPECT_GT(pair.net.log.size(), 2U);
    EXPECT_TRUE(pair.initiator->EventsOf<ike::ChildEstablished>().empty());
    EXPECT_TRUE(pair.responder->EventsOf<ike::ChildEstablished>().empty());
    if (pair.initiator->recorder.sent.front() == "MM1") {
      EXPECT_TRUE(pair.initiator->EventsOf<ike::Phase1Established>().empty());
      const auto& said = pair.initiator->recorder.sent;
      EXPECT_EQ(std::count(said.begin(), said.end(), "MM3"), same_cookies ? 0 : 1);
      EXPECT_EQ(std::count(said.begin(), said.end(), "MM5"), 0);
    }
    EXPECT_TRUE(pair.responder->EventsOf<ike::Phase1Established>().empty());
  }
}

TEST_P(Replayed, WholeRecordingsToTheSameEngines) {
  const Tape tape(GetParam(), 3);
  const std::size_t children = GetParam().further ? 2 : 1;
  ASSERT_TRUE(pair_.Login());
  NegotiateFurther(pair_, GetParam());
  pair_.net.RunFor(seconds(1));
  const std::vector<Sent> log = pair_.net.log;
  std::vector<Sent> reversed(log.rbegin(), log.rend());
  std::size_t said = 0;
  for (const auto pause : {ike::Duration{0}, ike::Duration{seconds(30)}, ike::Duration{hours(1)}}) {
    pair_.net.RunFor(pause);
    said += Play(log) + Play(reversed);
  }
  pair_.net.Run();
  ExpectAsItWas(children);
  EXPECT_LE(said, 6 * log.size());
  EXPECT_EQ(pair_.initiator->engine().session_count(), 1U);
  EXPECT_EQ(pair_.responder->engine().session_count(), 1U);
  RecordProperty("cases", static_cast<int>(6 * log.size()));
}

TEST_P(Replayed, WholeRecordingsToARestartedEngine) {
  const Tape tape(GetParam(), 1);  // other numbers were drawn then
  for (int i = 0; i < 3; ++i) {
    (void)Play(tape.log());
    pair_.net.RunFor(seconds(20));
  }
  (void)Play({tape.log().rbegin(), tape.log().rend()});
  pair_.net.Run();
  ExpectNobodyIn();
  pair_.ExpectAtRest(0);
  pair_.Connect();
  pair_.net.Run();
  EXPECT_EQ(pair_.AgreedChildren(), 1U);
  RecordProperty("cases", static_cast<int>(4 * tape.log().size()));
}

// Spoofed is an established session, and a third party who has seen all of its datagrams.
class Spoofed : public Replayed {
 protected:
  Spoofed() : other_(GetParam(), 5) {
    EXPECT_TRUE(pair_.Login());
    pair_.net.Run();
    header_ = HeaderOf(pair_.net.log.back().datagram.octets);
    header_.exchange = ike::ExchangeType::kInformational;
  }
  // Say tells both ends a payload: in clear with and without a message ID, and under other keys.
  void Say(ike::PayloadType type, const Bytes& body) {
    for (const ike::MessageId id : {ike::MessageId{0}, ike::MessageId{++id_}}) {
      Tell(PlainOf(type, body, id));
    }
    const Bytes chain = other_.insider().WithHash(
        type, {ike::MessageIdOctets(ike::MessageId{++id_})}, ChainOf({{type, body}}));
    ike::Header header = header_;
    header.next = ike::PayloadType::kHash;
    header.id = ike::MessageId{id_};
    Tell(other_.insider().Seal(header, chain, other_.insider().Phase2Iv(pair_.net.log, header.id)));
  }
  std::size_t cases() const { return cases_; }

 private:
  Bytes PlainOf(ike::PayloadType type, const Bytes& body, ike::MessageId id) const {
    ike::Header header = header_;
    header.flags = 0;
    header.next = type;
    header.id = id;
    return InClear(header, ChainOf({{type, body}}));
  }
  void Tell(const Bytes& octets) {
    pair_.net.Inject(*pair_.responder, pair_.initiator->endpoint(), octets);
    pair_.net.Inject(*pair_.initiator, pair_.responder->endpoint(), octets);
    cases_ += 2;
  }

  Tape other_;
  ike::Header header_;
  std::uint32_t id_ = 0x1000;
  std::size_t cases_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Attack, Spoofed,
                         ::testing::Values(TapeKind{"main", kMainWord},
                                           TapeKind{"aggressive", kAggressiveWord}),
                         [](const auto& param) { return std::string(param.param.name); });

TEST_P(Spoofed, NotifiesAreIgnored) {
  const std::size_t said = pair_.net.log.size();
  for (const unsigned begin : {0U, 8192U, 16384U, 24576U, 36136U, 40500U})
    for (unsigned type = begin; type < begin + 40; ++type)
      Say(ike::PayloadType::kNotify, NotifyBody(static_cast<ike::NotifyType>(type)));
  pair_.net.Run();
  ExpectAsItWas(1);
  EXPECT_EQ(pair_.net.log.size(), said);
  pair_.ExpectAtRest(1);
  RecordProperty("cases", static_cast<int>(cases()));
}

TEST_P(Spoofed, DeletesAreIgnored) {
  const std::size_t said = pair_.net.log.size();
  const ike::ChildSa& sa = pair_.initiator->EventsOf<ike::ChildEstablished>().at(0)->sa;
  const ike::Header known = HeaderOf(pair_.net.log.back().datagram.octets);
  Bytes session, inbound, outbound, all;
  ike::Writer session_writer(session), inbound_writer(inbound), outbound_writer(outbound),
      all_writer(all);
  ike::WriteDelete(session_writer, known.initiator, known.responder);
  ike::WriteDelete(inbound_writer, ike::ProtocolId::kEsp, std::array{sa.inbound.spi});
  ike::WriteDelete(outbound_writer, ike::ProtocolId::kEsp, std::array{sa.outbound.spi});
  ike::WriteDelete(all_writer, ike::ProtocolId::kEsp, std::array{sa.inbound.spi, sa.outbound.spi});
  for (const Bytes& body : {session, inbound, outbound, all}) Say(ike::PayloadType::kDelete, body);
  pair_.net.Run();
  ExpectAsItWas(1);
  EXPECT_EQ(pair_.net.log.size(), said);
  pair_.ExpectAtRest(1);
  RecordProperty("cases", static_cast<int>(cases()));
}

// HASH(1) of QM1 is made like that of an Informational, and no HASH covers the exchange type: a
// copy with its type turned, that comes first, must not use up the message ID.
TEST(Attack, QuickModeTurnedIntoAnInformational) {
  const Tape tape({"main", kMainWord});
  const Bytes turned = WithOctet(tape.at(6).datagram.octets, kExchangeAt, 5);
  Stage(tape, {6, true}).Try(turned, Reaction::kIgnored);
}

}  // namespace
}  // namespace iscsi_ike::test
