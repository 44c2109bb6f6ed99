// A third party on the wire: replays, reflections, spoofed sources and cookies, garbage.
#include <gtest/gtest.h>

#include "ike/wire/delete_payload.hpp"
#include "tests/sim/recorded_session.hpp"
#include "tests/support/insider.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::minutes;

class Hostile : public ::testing::TestWithParam<Exchanges> {
 protected:
  Hostile() : recorded(GetParam()), pair(QuickEnd(GetParam().word), QuickEnd(GetParam().word), 3) {}
  // ExpectUntouched: the pair's own session is as it was.
  void ExpectUntouched() {
    EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 1U);
    EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), 1U);
    EXPECT_TRUE(pair.initiator->EventsOf<ike::Failed>().empty());
    EXPECT_TRUE(pair.initiator->EventsOf<ike::ChildDeleted>().empty());
    EXPECT_TRUE(pair.responder->EventsOf<ike::ChildDeleted>().empty());
    EXPECT_TRUE(pair.responder->EventsOf<ike::SessionClosed>().empty());
    pair.ExpectAtRest(1);
  }
  RecordedSession recorded;
  Pair pair;
};
INSTANTIATE_TEST_SUITE_P(Sim, Hostile, ::testing::ValuesIn(AllExchanges()), ExchangesName);

TEST_P(Hostile, EveryOwnMessageReflected) {
  pair.net.fate = [this](Sent& sent) -> std::vector<ike::Duration> {
    pair.net.Deliver({sent.datagram.remote, sent.datagram.local, sent.datagram.octets},
                     ike::Duration{1});
    return {pair.net.latency};
  };
  EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
  ExpectUntouched();
}

TEST_P(Hostile, AWholeSessionReplayedIntoTheSameResponder) {
  EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
  const std::vector<Sent> log = pair.net.log;
  for (const Sent& sent : log) {
    const bool up = sent.datagram.local == pair.initiator->endpoint();
    pair.net.Inject(up ? *pair.responder : *pair.initiator, sent.datagram.local,
                    sent.datagram.octets);
  }
  pair.net.Run();
  ExpectUntouched();
  EXPECT_LE(pair.responder->EventsOf<ike::Failed>().size(), 1U);
}

TEST_P(Hostile, AWholeSessionReplayedIntoAFreshResponder) {
  for (const ike::Datagram& datagram : recorded.datagrams) {
    if (datagram.local == pair.initiator->endpoint())
      pair.net.Inject(*pair.responder, datagram.local, datagram.octets);
  }
  EXPECT_LE(pair.responder->engine().session_count(), 1U);
  pair.net.Run();
  EXPECT_TRUE(pair.responder->EventsOf<ike::Phase1Established>().empty());
  EXPECT_LE(pair.responder->EventsOf<ike::Failed>().size(), 1U);
  pair.ExpectAtRest(0);
}

TEST_P(Hostile, WrongCookiesAndWrongSourcesAreDropped) {
  for (std::size_t place = 0; place < recorded.datagrams.size(); ++place) {
    SCOPED_TRACE(GetParam().messages[place]);
    Pair disturbed(QuickEnd(GetParam().word), QuickEnd(GetParam().word), 3);
    disturbed.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number != place) return {disturbed.net.latency};
      for (const std::size_t at : {0U, 8U}) {
        if (place == 0) break;  // another initiator cookie is another session
        ike::Datagram other = sent.datagram;
        other.octets[at] ^= 0x40;
        disturbed.net.Deliver(other, ike::Duration{1});
      }
      ike::Datagram elsewhere = sent.datagram;
      elsewhere.local.address = policy::IpAddress::Parse("198.51.100.7").value();
      disturbed.net.Deliver(elsewhere, ike::Duration{1});
      return {disturbed.net.latency};
    };
    // An unauthenticated MM2 with another cookie leads astray; the others must not.
    ExpectEnding(RunToEnd(disturbed), GetParam().messages[place] != "MM2");
  }
}

// Only from elsewhere, and nothing from the peer itself: nobody answers.
TEST_P(Hostile, AnotherSourceGetsNoAnswer) {
  for (std::size_t place = 1; place < recorded.datagrams.size(); ++place) {
    SCOPED_TRACE(GetParam().messages[place]);
    Pair disturbed(QuickEnd(GetParam().word), QuickEnd(GetParam().word), 3);
    disturbed.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number < place) return {disturbed.net.latency};
      sent.datagram.local.address = policy::IpAddress::Parse("198.51.100.7").value();
      return {disturbed.net.latency};
    };
    disturbed.Connect();
    disturbed.net.RunFor(ike::Duration{400});
    // AM3 and QM1 are sent together.
    EXPECT_LE(disturbed.net.log.size(), place + (GetParam().messages[place] == "AM3" ? 2 : 1));
  }
}

TEST_P(Hostile, GarbageLeavesNoState) {
  crypto::SeededRandom random(42);
  for (std::size_t size = 0; size < 400; ++size) {
    Bytes garbage(size);
    ASSERT_TRUE(random.Fill(garbage));
    for (Node* node : {pair.initiator, pair.responder}) {
      pair.net.Inject(*node, {policy::IpAddress::Parse("192.0.2.1").value(), 500}, garbage);
    }
  }
  // Well-formed headers of every exchange type, with and without a responder cookie.
  for (unsigned exchange = 0; exchange < 256; ++exchange) {
    for (const bool answered : {false, true}) {
      Bytes message = recorded.datagrams[1].octets;
      message[18] = static_cast<std::uint8_t>(exchange);
      if (!answered) std::fill_n(message.begin() + 8, 8, std::uint8_t{0});
      if (!answered && (exchange == 2 || exchange == 4)) continue;
      pair.net.Inject(*pair.responder, pair.initiator->endpoint(), message);
    }
  }
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  EXPECT_TRUE(pair.responder->EventsOf<ike::Failed>().empty());
  // Clear notifications are rationed.
  EXPECT_LE(pair.net.log.size(), ike::EngineConfig{}.clear_notifies_per_second);
  EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
}

TEST_P(Hostile, AnotherVersionIsNoBusinessOfThisEngine) {
  for (const int version : {0x20, 0x11, 0x00, 0x30}) {
    Bytes message = recorded.datagrams[0].octets;
    message[17] = static_cast<std::uint8_t>(version);
    pair.net.Inject(*pair.responder, pair.initiator->endpoint(), message);
  }
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  EXPECT_TRUE(pair.responder->events.empty());
}

TEST_P(Hostile, SpoofedDeletesAndNotificationsAreIgnored) {
  EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
  const ike::ChildSa& sa = pair.initiator->EventsOf<ike::ChildEstablished>().at(0)->sa;
  const ike::Header known = HeaderOf(pair.net.log.back().datagram.octets);
  Bytes children, session;
  ike::Writer children_writer(children), session_writer(session);
  ike::WriteDelete(children_writer, ike::ProtocolId::kEsp, std::array{sa.inbound.spi});
  ike::WriteDelete(session_writer, known.initiator, known.responder);
  for (const Bytes& body : {children, session}) {
    for (const std::uint8_t flags : {std::uint8_t{0}, ike::kFlagEncryption}) {
      Bytes forged;
      ike::Writer writer(forged);
      ike::Header header = known;
      header.exchange = ike::ExchangeType::kInformational;
      header.flags = flags;
      header.next = ike::PayloadType::kDelete;
      header.id = ike::MessageId{0x5a5a5a5a};
      ike::WriteHeader(writer, header);
      writer.Put(ChainOf({{ike::PayloadType::kDelete, body}}));
      writer.Zero((16 - (forged.size() - ike::kHeaderSize) % 16) % 16);
      ike::PatchHeaderLength(writer);
      pair.net.Inject(*pair.responder, pair.initiator->endpoint(), forged);
      pair.net.Inject(*pair.initiator, pair.responder->endpoint(), forged);
    }
  }
  ExpectUntouched();
}

// The first message of a quick mode again, as itself and under a new exchange of its own.
TEST_P(Hostile, AMessageIdServesOnce) {
  EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
  const std::size_t first = GetParam().messages.size() - 3;
  const std::size_t sent = pair.net.log.size();
  for (int i = 0; i < 3; ++i) {
    pair.net.Inject(*pair.responder, pair.initiator->endpoint(),
                    pair.net.log[first].datagram.octets);
  }
  pair.net.Run();
  EXPECT_EQ(pair.net.log.size(), sent);
  ExpectUntouched();
}

}  // namespace
}  // namespace iscsi_ike::test
