// IKE fragments ([MS-IKEE] section 2.2.3.1) between two ends: long messages, losses, and third
// parties who write fragments of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/wire/fragment.hpp"
#include "ike/wire/payload.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/nat_pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::PayloadType;
using std::chrono::seconds;

EndSettings Cutting(std::uint64_t word, std::size_t above, const char* ike = nullptr) {
  EndSettings end = QuickEnd(word);
  if (ike != nullptr) end.ike = ike;
  end.adjust_peer = [above](ike::PeerConfig& peer) { peer.fragment_above = above; };
  return end;
}

bool IsFragment(const ike::Datagram& datagram) {
  return HeaderOf(MessageOf(datagram)).next == PayloadType::kFragment;
}
std::size_t CountFragments(const std::vector<Sent>& log) {
  return static_cast<std::size_t>(
      std::count_if(log.begin(), log.end(), [](const Sent& s) { return IsFragment(s.datagram); }));
}

class Fragments : public ::testing::TestWithParam<std::tuple<std::uint64_t, std::size_t>> {
 protected:
  [[nodiscard]] static std::uint64_t word() { return std::get<0>(GetParam()); }
  [[nodiscard]] static std::size_t above() { return std::get<1>(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Sim, Fragments,
                         ::testing::Combine(::testing::Values(kMainWord, kMainPfsWord,
                                                              kAggressivePfsWord),
                                            ::testing::Values(128, 129, 200, 256, 576, 600)));

// Every datagram but those of the first message, when nobody knows the other yet, keeps to the
// size; those that need no cutting go as they are.
TEST_P(Fragments, NoDatagramIsLongerThanWanted) {
  for (const Behind behind : {Behind::kNeither, Behind::kHba}) {
    NatPair ends(behind, Cutting(word(), above(), "aes128-sha256-modp2048"),
                 Cutting(word(), above(), "aes128-sha256-modp2048"));
    ends.pair.Connect();
    ends.net.Run();
    ends.pair.ExpectOneChildEach();
    for (const Sent& sent : ends.net.log) {
      if (sent.number == 0) {
        EXPECT_FALSE(IsFragment(sent.datagram));
      } else {
        EXPECT_LE(sent.datagram.octets.size(), above());
        const auto header = HeaderOf(MessageOf(sent.datagram));
        EXPECT_EQ(header.length, MessageOf(sent.datagram).size());
        EXPECT_FALSE(IsFragment(sent.datagram) && header.encrypted());
      }
    }
    EXPECT_EQ(CountFragments(ends.net.log) > 0, above() < 450);
  }
}

// Losses, doubles and late datagrams of every kind: a message that is repeated is cut anew.
TEST_P(Fragments, LossesDoublesAndDisorderAreBorne) {
  if (above() == 129 || above() > 300) return;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Pair pair(Cutting(word(), above()), Cutting(word(), above()), seed + 1);
    crypto::SeededRandom dice(seed);
    pair.net.fate = [&](Sent&) -> std::vector<ike::Duration> {
      std::array<std::uint8_t, 3> roll{};
      EXPECT_TRUE(dice.Fill(roll));
      if (roll[0] < 20) return {};
      std::vector<ike::Duration> copies{ike::Duration{1 + roll[1] % 60}};
      if (roll[0] > 220) copies.emplace_back(1 + roll[2] % 60);
      return copies;
    };
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    pair.ExpectAtRest(1);
    if (HasFailure()) return;
  }
}

TEST_P(Fragments, WhoDoesNotAnnounceThemGetsNone) {
  for (const bool at_hba : {false, true}) {
    Pair pair(Cutting(word(), at_hba ? 0 : above()), Cutting(word(), at_hba ? above() : 0));
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    EXPECT_EQ(CountFragments(pair.net.log), 0U);
  }
}

// The biggest there is: a group of 8192 bits, and every suite of a long list.
TEST(FragmentsOfLongMessages, Modp8192AndManySuites) {
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    const auto end = Cutting(word, 300, "aes128-sha256-modp8192");
    Pair pair(end, end);
    pair.Connect();
    pair.net.Run();
    pair.ExpectOneChildEach();
    EXPECT_GE(CountFragments(pair.net.log), 4U);
  }
  EndSettings many = Cutting(kMainPfsWord, 128);
  many.esp = "";
  many.adjust_request = [](policy::TranslateRequest& request) {
    request.encapsulations = {policy::Encapsulation::kTransport, policy::Encapsulation::kTunnel};
  };
  Pair pair(many, many);
  pair.Connect();
  pair.net.Run();
  pair.ExpectOneChildEach();
}

// Children queue behind each other's fragments in the network and come out all the same.
TEST(FragmentsOfLongMessages, OfParallelExchangesTakeTurns) {
  const auto end = Cutting(kMainPfsWord, 128);
  Pair pair(end, end);
  ASSERT_TRUE(pair.Login());
  const auto session = pair.initiator->EventsOf<ike::Phase1Established>().at(0)->session;
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), session, {}).ok());
  pair.net.Run();
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 4U);
  EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), 4U);
}

// Each time another fragment of QM1 comes through, and in the end all have come.
TEST(FragmentsOfLongMessages, RepetitionsCompleteEachOther) {
  const auto end = Cutting(kMainPfsWord, 128);
  Pair pair(end, end);
  std::size_t seen = 0;
  pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    const bool quick = HeaderOf(sent.datagram.octets).exchange == ike::ExchangeType::kQuick;
    if (!quick || sent.datagram.local != pair.initiator->endpoint()) return {pair.net.latency};
    constexpr std::size_t kPieces = 4;
    const std::size_t round = seen / kPieces;
    const std::size_t piece = seen++ % kPieces;
    if (round < kPieces && piece != round) return {};
    return {pair.net.latency};
  };
  ASSERT_TRUE(pair.Login());
  EXPECT_EQ(std::count(pair.initiator->recorder.sent.begin(), pair.initiator->recorder.sent.end(),
                       "QM1*"),
            3);
}

// FragmentsAndAThirdParty: a login that is stopped when the first datagram of quick mode is on its
// way, which a third party has read.
class FragmentsAndAThirdParty : public ::testing::Test {
 protected:
  FragmentsAndAThirdParty() : pair(Cutting(kMainWord, 128), Cutting(kMainWord, 128)) {}
  struct Piece {
    std::uint16_t id = 1;
    std::uint8_t number = 1;
    bool last = false;
    Bytes data = Bytes(20, 0x5a);
  };
  [[nodiscard]] Bytes Write(const Piece& piece, const ike::Header& model) const {
    Bytes octets, body;
    ike::Writer body_writer(body);
    ike::WriteFragment(body_writer, {piece.id, piece.number, piece.last, piece.data});
    ike::Writer writer(octets);
    ike::Header header = model;
    header.flags = 0;
    header.next = PayloadType::kFragment;
    ike::WriteHeader(writer, header);
    writer.Put(ChainOf({{PayloadType::kFragment, body}}));
    ike::PatchHeaderLength(writer);
    return octets;
  }
  void Login() {
    ASSERT_TRUE(pair.Login());
    pair.net.Run();
    like = HeaderOf(pair.net.log.back().datagram.octets);
  }
  // Rule is why the portal drops the piece; empty: it keeps it.
  std::string Rule(const Piece& piece) { return RuleOf(Write(piece, like)); }
  std::string RuleOf(const Bytes& octets) {
    const std::size_t before = pair.responder->recorder.dropped.size();
    pair.net.Inject(*pair.responder, pair.initiator->endpoint(), octets);
    const auto& dropped = pair.responder->recorder.dropped;
    return dropped.size() == before ? "" : dropped.back();
  }
  Pair pair;
  ike::Header like;
};

TEST_F(FragmentsAndAThirdParty, EachRuleIsNamed) {
  Login();
  EXPECT_EQ(Rule({.number = 0}), "fragment number is zero");
  EXPECT_EQ(Rule({.data = {}}), "fragment without data");
  EXPECT_EQ(Rule({.number = 65}), "a message in more than 64 fragments");
  EXPECT_EQ(Rule({.number = 255, .last = true}), "a message in more than 64 fragments");
  // What contradicts goes with what it contradicts, and is the first of what comes next.
  EXPECT_EQ(Rule({.id = 7, .number = 3, .last = true}), "");
  EXPECT_EQ(Rule({.id = 7, .number = 4}), "a fragment behind the last");
  EXPECT_EQ(Rule({.id = 7, .number = 2, .last = true}), "a last fragment before others");
  EXPECT_EQ(Rule({.id = 7, .number = 3, .last = true}), "a fragment behind the last");
  EXPECT_EQ(Rule({.id = 7, .number = 1}), "");
  EXPECT_EQ(Rule({.id = 7, .number = 1}), "");
  EXPECT_EQ(Rule({.id = 7, .number = 1, .data = Bytes(20, 0x5b)}),
            "a fragment came twice and differs");
  EXPECT_EQ(Rule({.id = 8, .number = 9}), "");
  EXPECT_EQ(Rule({.id = 8, .number = 8, .last = true}), "a last fragment before others");
  Bytes two = Write({}, like);
  two[ike::kHeaderSize] = static_cast<std::uint8_t>(PayloadType::kFragment);
  const Bytes second = ChainOf({{PayloadType::kFragment, FromHex("000102015a")}});
  two.insert(two.end(), second.begin(), second.end());
  ike::Writer writer(two);
  ike::PatchHeaderLength(writer);
  EXPECT_EQ(RuleOf(two), "a fragment stands alone in its message");
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
}

TEST_F(FragmentsAndAThirdParty, OctetsAreBounded) {
  Login();
  for (std::uint8_t number = 1; number <= 16; ++number)
    EXPECT_EQ(Rule({.id = 9, .number = number, .data = Bytes(1000, number)}), "");
  EXPECT_EQ(Rule({.id = 9, .number = 17, .data = Bytes(1000, 17)}),
            "fragments of more than 16 KiB in all");
  EXPECT_EQ(Rule({.id = 10, .data = Bytes(16385)}), "a fragment of more than 16 KiB");
}

// The slices of one message come within half a minute or not at all.
TEST_F(FragmentsAndAThirdParty, TimeIsBounded) {
  Login();
  EXPECT_EQ(Rule({.id = 9, .number = 1}), "");
  pair.net.RunFor(seconds(31));
  EXPECT_EQ(Rule({.id = 9, .number = 1, .data = Bytes(20, 0x77)}), "");  // the first is forgotten
}

TEST_F(FragmentsAndAThirdParty, TheWholeMustBelongToTheSession) {
  Login();
  const auto whole = [this](const std::function<void(ike::Header&)>& alter) {
    ike::Header inner = like;
    inner.flags = ike::kFlagEncryption;
    inner.id = ike::MessageId{0x77777777};
    alter(inner);
    Bytes octets;
    ike::Writer writer(octets);
    ike::WriteHeader(writer, inner);
    writer.Zero(32);
    ike::PatchHeaderLength(writer);
    return octets;
  };
  const char* rule = "fragments of a message of another session";
  const auto drop = [&](const Bytes& octets) { return Rule({.last = true, .data = octets}); };
  EXPECT_EQ(drop(whole([](ike::Header& h) { h.initiator.octets[0] ^= 1; })), rule);
  EXPECT_EQ(drop(whole([](ike::Header& h) { h.responder.octets[0] ^= 1; })), rule);
  EXPECT_EQ(drop(whole([](ike::Header& h) {
              h.next = PayloadType::kFragment;
              h.flags = 0;
            })),
            rule);
  Bytes longer = whole([](ike::Header&) {});
  longer.push_back(0);
  EXPECT_EQ(drop(longer), rule);
  EXPECT_EQ(drop(Bytes(27)), "shorter than a header");
  EXPECT_NE(drop(whole([](ike::Header&) {})), rule);  // that one was only not authentic
  pair.ExpectAtRest(1);
}

TEST_F(FragmentsAndAThirdParty, WithoutASessionNothingIsKept) {
  Login();
  ike::Header stranger = like;
  stranger.responder.octets[0] ^= 1;
  EXPECT_EQ(RuleOf(Write({}, stranger)), "no session has these cookies");
  stranger = like;
  stranger.initiator.octets[0] ^= 1;
  EXPECT_EQ(RuleOf(Write({}, stranger)), "no session has these cookies");
  stranger.responder = {};
  stranger.exchange = ike::ExchangeType::kMain;
  stranger.id = ike::MessageId{0};
  (void)RuleOf(Write({}, stranger));
  EXPECT_EQ(pair.responder->engine().session_count(), 1U);
}

// A third party that reads along puts a slice of its own in front of each: what it makes whole is
// not authentic, and the repetition is cut anew. (In phase 1 nothing would be lost on a forger who
// can read along: MM3 and MM4 are in clear.)
TEST_F(FragmentsAndAThirdParty, PoisonedSlicesOnlyDelay) {
  std::size_t poisoned = 0;
  pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    const bool quick = HeaderOf(sent.datagram.octets).exchange == ike::ExchangeType::kQuick;
    if (quick && IsFragment(sent.datagram) && poisoned < 6) {
      ++poisoned;
      ike::Datagram poison = sent.datagram;
      poison.octets.back() ^= 0xff;
      pair.net.Deliver(poison, pair.net.latency - ike::Duration{1});
    }
    return {pair.net.latency};
  };
  pair.Connect();
  pair.net.Run();
  EXPECT_EQ(poisoned, 6U);
  pair.ExpectOneChildEach();
  pair.ExpectAtRest(1);
}

}  // namespace
}  // namespace iscsi_ike::test
