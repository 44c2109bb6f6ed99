// Values that no peer may send in clear messages: key exchange values, nonces, offers without
// measure. Nothing of it ends a negotiation, and the good message that follows is taken.
#include <gtest/gtest.h>

#include "ike/wire/payload.hpp"
#include "ike/wire/sa.hpp"
#include "tests/sim/recorded_session.hpp"
#include "tests/support/insider.hpp"

namespace iscsi_ike::test {
namespace {

// Replaced is the message in clear with the body of its payload of `type` replaced.
Bytes Replaced(const Bytes& message, ike::PayloadType type, const Bytes& body) {
  const ike::Header header = HeaderOf(message);
  const auto payloads =
      ike::ParsePayloads(header.next, ike::Octets(message).subspan(ike::kHeaderSize));
  Bytes out;
  ike::Writer writer(out);
  ike::WriteHeader(writer, header);
  ike::PayloadChain chain(writer, ike::kHeaderNextAt);
  for (const ike::Payload& payload : payloads.value()) {
    chain.Add(payload.type, payload.type == type ? ike::Octets(body) : payload.body);
  }
  ike::PatchHeaderLength(writer);
  return out;
}

struct Setting {
  std::uint64_t word;
  std::size_t place;  // of a message with KE and nonce, in clear
};

// Modp: the prime and its neighbours, the ends of the range, and wrong lengths.
std::vector<Bytes> BadPublicValues() {
  Bytes prime = FromHex(
      "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a0879"
      "8e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b"
      "0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff");
  Bytes below = prime;
  below.back() = 0xfe;
  Bytes zero(128, 0), one(128, 0), most(128, 0xff);
  one.back() = 1;
  return {zero, one, below, prime, most, Bytes(127, 7), Bytes(129, 7), Bytes(), Bytes(64, 7)};
}

TEST(BadValues, PublicValuesOutOfRangeAreNotTaken) {
  for (const Setting& setting : {Setting{kMainWord, 2}, Setting{kMainWord, 3},
                                 Setting{kAggressiveWord, 0}, Setting{kAggressiveWord, 1}}) {
    for (const Bytes& value : BadPublicValues()) {
      SCOPED_TRACE(std::to_string(setting.place) + " " +
                   ToHex(ike::Octets(value).first(std::min<std::size_t>(value.size(), 4))));
      EndSettings end = QuickEnd(setting.word);
      end.ike = "aes128-sha256-modp1024";
      Pair pair(end, end);
      pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
        if (sent.number != setting.place) return {pair.net.latency};
        pair.net.Deliver({sent.datagram.local, sent.datagram.remote,
                          Replaced(sent.datagram.octets, ike::PayloadType::kKeyExchange, value)},
                         pair.net.latency);
        return {pair.net.latency + ike::Duration{1}};
      };
      EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
    }
  }
}

TEST(BadValues, NoncesAreOf8To256Octets) {
  for (const Setting& setting : {Setting{kMainWord, 2}, Setting{kMainWord, 3},
                                 Setting{kAggressiveWord, 0}, Setting{kAggressiveWord, 1}}) {
    for (const std::size_t size : {0U, 1U, 7U, 257U, 1000U}) {
      SCOPED_TRACE(size);
      Pair pair(QuickEnd(setting.word), QuickEnd(setting.word));
      pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
        if (sent.number != setting.place) return {pair.net.latency};
        pair.net.Deliver({sent.datagram.local, sent.datagram.remote,
                          Replaced(sent.datagram.octets, ike::PayloadType::kNonce, Bytes(size, 5))},
                         pair.net.latency);
        return {pair.net.latency + ike::Duration{1}};
      };
      EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
    }
  }
}

// An offer of as many transforms as fit is read to its end, once, and refused or taken.
TEST(BadValues, AnOfferWithoutMeasureIsBounded) {
  for (const int proposals : {1, 30, 64, 200}) {
    Bytes body;
    ike::Writer writer(body);
    ike::SaWriter sa(writer);
    for (int p = 0; p < proposals; ++p) {
      sa.BeginProposal(static_cast<std::uint8_t>(p), ike::ProtocolId::kIsakmp, {});
      for (int t = 0; t < 250 / (proposals == 1 ? 1 : 50); ++t) {
        sa.BeginTransform(static_cast<std::uint8_t>(t), 1);
        for (int a = 0; a < 8; ++a) writer.U32(0x80010001U + static_cast<unsigned>(a) * 0x10000U);
        sa.EndTransform();
      }
      sa.EndProposal();
    }
    const RecordedSession recorded(AllExchanges()[0]);
    Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
    const Bytes offer = Replaced(recorded.datagrams[0].octets, ike::PayloadType::kSa, body);
    pair.net.Inject(*pair.responder, pair.initiator->endpoint(), offer);
    EXPECT_EQ(pair.responder->engine().session_count(), 0U);
    // Up to 8 KiB the refusal is explained, in so many lines; more is no first message at all.
    const auto failed = pair.responder->EventsOf<ike::Failed>();
    EXPECT_EQ(failed.size(), offer.size() <= 8192 ? 1U : 0U);
    for (const auto* f : failed) EXPECT_LE(f->failure.refusals.size(), 64U);
    EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
  }
}

// A point of small order or off the curve, where the group is an elliptic curve.
TEST(BadValues, PointsThatAreNoneAreNotTaken) {
  for (const auto& [suite, value] : {std::pair{"aes128-sha256-ecp256", Bytes(64, 9)},
                                     {"aes128-sha256-ecp256", Bytes(64, 0)},
                                     {"aes128-sha256-ecp256", Bytes(32, 9)},
                                     {"aes128-sha256-curve25519", Bytes(31, 9)}}) {
    EndSettings end = QuickEnd(kMainWord);
    end.ike = suite;
    Pair pair(end, end);
    pair.net.fate = [&pair, value = value](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number != 2) return {pair.net.latency};
      pair.net.Deliver({sent.datagram.local, sent.datagram.remote,
                        Replaced(sent.datagram.octets, ike::PayloadType::kKeyExchange, value)},
                       pair.net.latency);
      return {pair.net.latency + ike::Duration{1}};
    };
    EXPECT_EQ(RunToEnd(pair), Ending::kComplete);
  }
}

// The all-zero secret of curve25519 is only found by computing it, and the value that leads there
// is not authenticated either.
TEST(BadValues, AnAllZeroSecretDoesNotEndTheNegotiation) {
  for (const std::size_t place : {2U, 3U}) {
    Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
    pair.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      if (sent.number != place) return {pair.net.latency};
      pair.net.Deliver(
          {sent.datagram.local, sent.datagram.remote,
           Replaced(sent.datagram.octets, ike::PayloadType::kKeyExchange, Bytes(32, 0))},
          pair.net.latency);
      return {pair.net.latency + ike::Duration{1}};
    };
    ExpectEnding(RunToEnd(pair), false);
  }
}

}  // namespace
}  // namespace iscsi_ike::test
