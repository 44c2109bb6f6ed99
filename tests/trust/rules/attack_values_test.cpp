// Attacks by content: public values that lead nowhere good, and lengths and numbers without
// measure.
#include <gtest/gtest.h>

#include <chrono>

#include "ike/wire/fragment.hpp"
#include "ike/wire/sa.hpp"
#include "tests/crypto/dh_jobs.hpp"
#include "tests/trust/rules/memory.hpp"
#include "tests/trust/rules/party.hpp"
#include "tests/trust/rules/stage.hpp"

namespace iscsi_ike::test {
namespace {

using ike::PayloadType;
using std::chrono::seconds;

// Both ends with one group in phase 1, and so in quick mode with forward secrecy.
EndSettings EndWith(const DhGroupInfo& group, std::uint64_t word) {
  EndSettings end = QuickEnd(word);
  end.ike = "aes128-sha256-" + std::string(group.name);
  return end;
}

// Replace has the value of KE replaced in the n-th datagram, in clear; the genuine one follows.
bool AgreesAfter(const DhGroupInfo& group, std::uint64_t word, std::size_t place,
                 const Bytes& value) {
  Pair pair(EndWith(group, word), EndWith(group, word));
  pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number != place) return {pair.net.latency};
    ike::Datagram forged = sent.datagram;
    RewriteClear(forged, [&](std::vector<PayloadOctets>& payloads) {
      for (PayloadOctets& payload : payloads)
        if (payload.type == PayloadType::kKeyExchange) payload.body = value;
    });
    pair.net.Deliver(forged, pair.net.latency);
    return {pair.net.latency + ike::Duration{1}};
  };
  pair.Connect();
  pair.net.Run();
  return pair.AgreedChildren() == 1 && pair.initiator->EventsOf<ike::Failed>().empty();
}

std::vector<Bytes> InvalidValues(const DhGroupInfo& info) {
  const Bytes good = PublicOf(info.group, GoodKey(info.group));
  if (info.kind == DhKind::kModp) {
    const Bytes prime = PrimeOf(info.group);
    return {Padded(0, info.public_size),
            Padded(1, info.public_size),
            Add(prime, -1),
            prime,
            Add(prime, 1),
            Bytes(info.public_size, 0xff)};
  }
  std::vector<Bytes> values;
  if (info.kind == DhKind::kEcp) {
    values = {Bytes(info.public_size), Bytes(info.public_size, 0xff)};
    for (const std::size_t flipped : {std::size_t{0}, info.shared_size - 1, info.public_size - 1}) {
      values.push_back(good);
      values.back()[flipped] ^= 1;
    }
    return values;
  }
  for (const char* low : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    values.push_back(FromHex(low));
    values.push_back(values.back());
    values.back().back() |= 0x80;
  }
  return values;
}

std::vector<Bytes> ValuesOfOtherLength(const DhGroupInfo& info) {
  const Bytes good = PublicOf(info.group, GoodKey(info.group));
  Bytes longer = good, padded = good;
  longer.push_back(0);
  padded.insert(padded.begin(), 0);
  return {{},
          Bytes(1, 7),
          Bytes(good.begin(), good.end() - 1),
          Bytes(good.begin() + 1, good.end()),
          longer,
          padded,
          Bytes(2000, 7)};
}

// Groups that are quick enough to be computed a few times in each of dozens of negotiations.
bool IsSlow(const DhGroupInfo& info) {
  return info.kind == DhKind::kModp && info.public_size > 256;
}

// NoneIsTaken: in clear, the genuine value that follows is taken; the forged one is not even
// computed with.
int NoneIsTaken(std::vector<Bytes> (*make)(const DhGroupInfo&)) {
  int cases = 0;
  for (const DhGroupInfo& info : AllDhGroups()) {
    if (IsSlow(info)) continue;
    for (const Bytes& value : make(info)) {
      SCOPED_TRACE(std::string(info.name) + " " +
                   ToHex(Octets(value).first(std::min<std::size_t>(value.size(), 8))));
      EXPECT_TRUE(AgreesAfter(info, kMainWord, 2, value)) << "MM3";
      EXPECT_TRUE(AgreesAfter(info, kMainWord, 3, value)) << "MM4";
      EXPECT_TRUE(AgreesAfter(info, kAggressiveWord, 0, value)) << "AM1";
      EXPECT_TRUE(AgreesAfter(info, kAggressiveWord, 1, value)) << "AM2";
      cases += 4;
    }
  }
  return cases;
}

// NoneIsAgreed: from a peer with the keys, in quick mode with forward secrecy: it ends that quick
// mode.
int NoneIsAgreed(std::vector<Bytes> (*make)(const DhGroupInfo&)) {
  const Tape tape({"main_pfs", kMainPfsWord});
  int cases = 0;
  for (const std::size_t place : {std::size_t{6}, std::size_t{7}}) {
    for (const Bytes& value : make(crypto::Info(DhGroup::kCurve25519))) {
      SCOPED_TRACE(std::to_string(place) + " " + ToHex(value));
      PayloadsOctets payloads = tape.PayloadsOf(place);
      for (PayloadOctets& payload : payloads)
        if (payload.type == PayloadType::kKeyExchange) payload.body = value;
      Stage(tape, {place, true}).Try(tape.Compose(place, payloads), Reaction::kEnds);
      ++cases;
    }
  }
  return cases;
}

TEST(Attack, InvalidCurveAndSmallOrderPublicValues) {
  const int in_clear = NoneIsTaken(&InvalidValues);
  RecordProperty("cases", in_clear + NoneIsAgreed(&InvalidValues));
}

TEST(Attack, KeyExchangeOfTheWrongLength) {
  const int in_clear = NoneIsTaken(&ValuesOfOtherLength);
  RecordProperty("cases", in_clear + NoneIsAgreed(&ValuesOfOtherLength));
}

// Bombs: each is given many times, and what one costs is bounded in time and in what is kept.

class Bomb : public ::testing::Test {
 protected:
  Bomb() : party_(kMainWord, AnyAddress), world_(party_.Fresh()) {
    EXPECT_TRUE(party_.CanLogin(*world_));
    idle_ = LiveOctets();
  }
  // Drop gives the portal octets and expects that they cost little.
  void Drop(const ike::Endpoint& from, const Bytes& octets) {
    const auto before = std::chrono::steady_clock::now();
    world_->Inject(world_->ends[kPortal], from, octets);
    slowest_ = std::max(slowest_, std::chrono::steady_clock::now() - before);
    (void)world_->Intercept();
    ++cases_;
  }
  void ExpectBounded(std::size_t octets) {
    world_->ends[kPortal].events.resize(
        std::min<std::size_t>(world_->ends[kPortal].events.size(), 2));
    EXPECT_LT(LiveOctets(), idle_ + octets);
    // Generous: a sanitizer makes it ten times as slow, and this machine may be busy.
    EXPECT_LT(slowest_, std::chrono::milliseconds(250));
    world_->Pass(seconds(120));
    (void)world_->Intercept();
    EXPECT_EQ(world_->ends[kPortal].engine->session_count(), 1U);
    EXPECT_TRUE(party_.CanLogin(*world_));
    RecordProperty("cases", cases_);
  }

  Party party_;
  std::unique_ptr<World> world_;

 private:
  std::size_t idle_ = 0;
  std::chrono::steady_clock::duration slowest_{};
  int cases_ = 0;
};

Bytes BombOf(const Bytes& first, int proposals, int transforms, int attributes) {
  Bytes body;
  ike::Writer writer(body);
  ike::SaWriter sa(writer);
  for (int p = 0; p < proposals; ++p) {
    sa.BeginProposal(static_cast<std::uint8_t>(p), ike::ProtocolId::kIsakmp, {});
    for (int t = 0; t < transforms; ++t) {
      sa.BeginTransform(static_cast<std::uint8_t>(t), 1);
      for (int a = 0; a < attributes; ++a)
        writer.U32(0x80010001U + (static_cast<unsigned>(a) << 16U));
      sa.EndTransform();
    }
    sa.EndProposal();
  }
  ike::Datagram datagram{Places()[kHba], Places()[kPortal], first};
  RewriteClear(datagram, [&](std::vector<PayloadOctets>& payloads) { payloads[0].body = body; });
  return datagram.octets;
}

TEST_F(Bomb, OfProposals) {
  const Bytes first = party_.FirstMessage();
  unsigned number = 0;
  for (const auto& [proposals, transforms, attributes] : {std::array{1, 255, 6},
                                                          {1, 255, 0},
                                                          {64, 12, 1},
                                                          {30, 255, 0},
                                                          {1, 255, 60},
                                                          {65, 1, 1},
                                                          {255, 1, 0},
                                                          {1, 1, 2000},
                                                          {30, 100, 2},
                                                          {200, 10, 3}}) {
    Bytes bomb = BombOf(first, proposals, transforms, attributes);
    if (bomb.size() > 65'000) continue;
    for (int i = 0; i < 50; ++i, ++number) Drop(Elsewhere(number), OtherCookie(bomb, number));
  }
  ExpectBounded(std::size_t{4} << 20U);
}

// Slices of messages that are never whole, from who is in the middle of a phase 1, and from the
// peer of a session; many numbers, long and short, and many that contradict each other.
TEST_F(Bomb, OfFragments) {
  world_->Inject(world_->ends[kPortal], Elsewhere(1), party_.FirstMessage());
  const auto answer = world_->Intercept();
  ASSERT_EQ(answer.size(), 1U);
  const Bytes body_of = party_.FirstMessage();
  for (unsigned id = 1; id < 3000; ++id) {
    Bytes body;
    ike::Writer body_writer(body);
    ike::WriteFragment(body_writer,
                       {static_cast<std::uint16_t>(id), static_cast<std::uint8_t>(1 + id % 70),
                        id % 7 == 0, Bytes(id % 3 == 0 ? 16'000 : 700, 0x5a)});
    ike::Header header = HeaderOf(answer[0].octets);
    header.next = PayloadType::kFragment;
    Drop(Elsewhere(1), InClear(header, ChainOf({{PayloadType::kFragment, body}})));
  }
  ExpectBounded(std::size_t{512} << 10U);
}

// One message in slices: no more than 64 of them, and, of a stranger, no more than 4 KiB
// in all, are kept.
TEST_F(Bomb, OfFragmentsOfOneMessage) {
  const Bytes first = party_.FirstMessage();
  world_->Inject(world_->ends[kPortal], Elsewhere(1), first);
  const auto answer = world_->Intercept();
  ASSERT_EQ(answer.size(), 1U);
  const std::size_t before = LiveOctets();
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, std::size_t{16'000}}) {
    const auto dropped = [&] { return world_->ends[kPortal].engine->counters().datagrams_dropped; };
    const std::uint64_t dropped_before = dropped();
    for (unsigned number = 1; number <= 200; ++number) {
      Bytes body;
      ike::Writer body_writer(body);
      ike::WriteFragment(body_writer,
                         {7, static_cast<std::uint8_t>(number), false, Bytes(size, 0x5a)});
      ike::Header header = HeaderOf(answer[0].octets);
      header.next = PayloadType::kFragment;
      Drop(Elsewhere(1), InClear(header, ChainOf({{PayloadType::kFragment, body}})));
      // The engine keeps room for one long datagram, too.
      EXPECT_LT(LiveOctets(), before + (std::size_t{12} << 10U) + size) << size << " " << number;
    }
    if (size == 1) {
      EXPECT_EQ(dropped() - dropped_before, 200U - 64U);
    }
  }
  ExpectBounded(std::size_t{64} << 10U);
}

// Every pair of octets of a first message at its extremes: whatever field of length or number it
// is, at whatever depth.
TEST_F(Bomb, OfLengths) {
  unsigned number = 0;
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    const Bytes first = Party(word, AnyAddress).FirstMessage();
    for (std::size_t at = ike::kHeaderSize; at + 1 < first.size(); ++at) {
      for (const unsigned value : {0U, 1U, 3U, 4U, 7U, 8U, 0x7fffU, 0x8000U, 0xfffeU, 0xffffU}) {
        Bytes bomb = OtherCookie(first, ++number);
        bomb[at] = static_cast<std::uint8_t>(value >> 8U);
        bomb[at + 1] = static_cast<std::uint8_t>(value);
        Drop(Elsewhere(number), bomb);
      }
    }
  }
  ExpectBounded(std::size_t{24} << 20U);
}

// The same within what a peer with the keys sends, where HASH lets it through to every parser.
TEST(Attack, LengthBombsUnderTheKeys) {
  int cases = 0;
  for (const std::size_t place : {std::size_t{6}, std::size_t{7}}) {
    const Tape tape({"main_pfs", kMainPfsWord});
    const PayloadsOctets genuine = tape.PayloadsOf(place);
    for (std::size_t payload = 1; payload < genuine.size(); ++payload) {
      for (std::size_t at = 0; at + 1 < genuine[payload].body.size(); ++at) {
        for (const unsigned value : {0U, 1U, 0x7fffU, 0xffffU}) {
          PayloadsOctets bomb = genuine;
          bomb[payload].body[at] = static_cast<std::uint8_t>(value >> 8U);
          bomb[payload].body[at + 1] = static_cast<std::uint8_t>(value);
          if (bomb[payload].body == genuine[payload].body) continue;
          if (genuine[payload].type == PayloadType::kNonce ||
              genuine[payload].type == PayloadType::kKeyExchange) {
            if (at > 1) break;  // no lengths in there
          }
          SCOPED_TRACE(std::to_string(place) + " payload " + std::to_string(payload) + " at " +
                       std::to_string(at) + ": " + std::to_string(value));
          Stage(tape, {place, true}).Try(tape.Compose(place, bomb), Reaction::kTakenOrEnds);
          ++cases;
          if (HasFailure()) return;
        }
      }
    }
  }
  RecordProperty("cases", cases);
}

}  // namespace
}  // namespace iscsi_ike::test
