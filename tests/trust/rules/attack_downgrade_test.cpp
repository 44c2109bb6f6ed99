// A man in the middle who makes an offer weaker, or an answer another one: HASH_I and HASH_R cover
// the offer as it was sent (SAi_b), and the answer is one of what was offered, or none.
#include <gtest/gtest.h>

#include "ike/wire/phase1_transform.hpp"
#include "ike/wire/sa.hpp"
#include "tests/trust/rules/tape.hpp"

namespace iscsi_ike::test {
namespace {

using ike::PayloadType;

constexpr const char* kBoth =
    "aes256-sha256-curve25519,aes128-sha256-curve25519,3des-sha1-curve25519";

EndSettings WithChoice(std::uint64_t word) {
  EndSettings end = QuickEnd(word);
  end.ike = kBoth;
  return end;
}

// SaOf writes an SA with these suites.
Bytes SaOf(const std::vector<std::string>& suites, const policy::Lifetime& lifetime = {28800, 0}) {
  Bytes body;
  ike::Writer writer(body);
  ike::SaWriter sa(writer);
  sa.BeginProposal(1, ike::ProtocolId::kIsakmp, {});
  std::uint8_t number = 0;
  for (const std::string& suite : suites)
    ike::WritePhase1Transform(sa, ++number, policy::ParsePhase1Suite(suite, "suite").value(),
                              lifetime);
  sa.EndProposal();
  return body;
}

using AlterSa = std::function<void(Bytes& body)>;

// Meddle has the SA of every copy of the n-th message altered on its way.
void Meddle(Pair& pair, const Bytes& genuine_of, const AlterSa& alter) {
  const ike::ExchangeType exchange = HeaderOf(genuine_of).exchange;
  const bool answer = !HeaderOf(genuine_of).responder.IsZero();
  pair.net.fate = [&pair, exchange, answer, alter](Sent& sent) -> std::vector<ike::Duration> {
    const ike::Header header = HeaderOf(sent.datagram.octets);
    if (header.exchange == exchange && header.next == PayloadType::kSa &&
        answer == !header.responder.IsZero()) {
      RewriteClear(sent.datagram,
                   [&](std::vector<PayloadOctets>& payloads) { alter(payloads[0].body); });
    }
    return {pair.net.latency};
  };
}

// ExpectNoDowngrade: nobody has authenticated anything; or both have, and agree on everything.
// True: they have. In aggressive mode no HASH covers the answer before the initiator is done (RFC
// 2409 section 5): with another one it seals AM3 as its peer cannot read, and gets no further.
bool ExpectNoDowngrade(Pair& pair) {
  pair.Connect();
  pair.net.Run();
  const auto ours = pair.initiator->EventsOf<ike::Phase1Established>();
  const auto theirs = pair.responder->EventsOf<ike::Phase1Established>();
  EXPECT_LE(theirs.size(), ours.size());
  EXPECT_TRUE(ours.size() == theirs.size() || ours[0]->mode == policy::ExchangeMode::kAggressive);
  if (ours.empty() || theirs.empty()) {
    EXPECT_TRUE(pair.initiator->EventsOf<ike::ChildEstablished>().empty());
    EXPECT_TRUE(pair.responder->EventsOf<ike::ChildEstablished>().empty());
    EXPECT_FALSE(pair.initiator->EventsOf<ike::Failed>().empty());
    return false;
  }
  EXPECT_TRUE(ours[0]->suite == theirs[0]->suite);
  EXPECT_EQ(ours[0]->lifetime.seconds, theirs[0]->lifetime.seconds);
  return true;
}

TEST(Attack, DowngradeByStrippedProposals) {
  int cases = 0;
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    const Tape tape({"genuine", word});
    for (const auto& left : std::vector<std::vector<std::string>>{
             {"aes128-sha256-curve25519"},
             {"3des-sha1-curve25519"},
             {"aes128-sha256-curve25519", "3des-sha1-curve25519"},
             {"3des-sha1-curve25519", "aes128-sha256-curve25519", "aes256-sha256-curve25519"},
             {"aes256-sha256-curve25519", "aes256-sha256-curve25519"}}) {
      Pair pair(WithChoice(word), WithChoice(word));
      Meddle(pair, tape.at(0).datagram.octets, [&](Bytes& body) { body = SaOf(left); });
      EXPECT_FALSE(ExpectNoDowngrade(pair));
      ++cases;
    }
    Pair pair(WithChoice(word), WithChoice(word));  // a shorter lifetime
    Meddle(pair, tape.at(0).datagram.octets, [](Bytes& body) {
      body = SaOf({"aes256-sha256-curve25519"}, {60, 0});
    });
    EXPECT_FALSE(ExpectNoDowngrade(pair));
    Pair untouched(WithChoice(word), WithChoice(word));
    EXPECT_TRUE(ExpectNoDowngrade(untouched));
    cases += 2;
  }
  RecordProperty("cases", cases);
}

// Every octet of the offer, every bit: HASH covers them all.
TEST(Attack, AnyChangeOfTheOffer) {
  int cases = 0;
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    const Tape tape({"genuine", word});
    const std::size_t size = tape.PayloadsOf(0)[0].body.size();
    for (std::size_t bit = 0; bit < 8 * size; ++bit, ++cases) {
      SCOPED_TRACE(bit);
      Pair pair(QuickEnd(word), QuickEnd(word));
      Meddle(pair, tape.at(0).datagram.octets,
             [bit](Bytes& body) { body[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8); });
      EXPECT_FALSE(ExpectNoDowngrade(pair));
    }
  }
  RecordProperty("cases", cases);
}

// No HASH covers the responder's answer, so the initiator takes only what it has offered, and what
// the ends then do not agree on, HASH or the vectors show.
TEST(Attack, ResponderChangingTheOffer) {
  int cases = 0;
  for (const std::uint64_t word : {kMainWord, kAggressiveWord}) {
    const Tape tape({"genuine", word});
    const std::size_t size = tape.PayloadsOf(1)[0].body.size();
    for (std::size_t bit = 0; bit < 8 * size; ++bit, ++cases) {
      SCOPED_TRACE(bit);
      Pair pair(QuickEnd(word), QuickEnd(word));
      Meddle(pair, tape.at(1).datagram.octets,
             [bit](Bytes& body) { body[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8); });
      (void)ExpectNoDowngrade(pair);
      EXPECT_EQ(pair.AgreedChildren(), pair.initiator->EventsOf<ike::ChildEstablished>().size());
    }
    for (const auto& answer : std::vector<std::vector<std::string>>{
             {"aes128-sha256-curve25519"},
             {"3des-sha1-curve25519"},
             {"aes256-sha256-curve25519", "aes128-sha256-curve25519"},
             {"aes192-sha256-curve25519"},
             {"aes256-sha1-curve25519"}}) {
      Pair pair(WithChoice(word), WithChoice(word));
      Meddle(pair, tape.at(1).datagram.octets, [&](Bytes& body) { body = SaOf(answer); });
      EXPECT_FALSE(ExpectNoDowngrade(pair)) << answer[0];
      ++cases;
    }
    for (const std::uint32_t seconds : {1U, 28799U, 28801U, 0xffffffffU}) {
      Pair pair(WithChoice(word), WithChoice(word));
      Meddle(pair, tape.at(1).datagram.octets, [&](Bytes& body) {
        body = SaOf({"aes256-sha256-curve25519"}, {seconds, 0});
      });
      (void)ExpectNoDowngrade(pair);
      ++cases;
    }
  }
  RecordProperty("cases", cases);
}

}  // namespace
}  // namespace iscsi_ike::test
