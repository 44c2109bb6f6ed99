// What guards an engine against those who have proved nothing, and against its own configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike/wire/payload.hpp"
#include "ike/wire/writer.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::FailureCode;
using std::chrono::seconds;

// DhJobsAfter hands the responder's engine a datagram from the initiator and counts what it wants
// computed.
std::size_t DhJobsAfter(Pair& pair, const std::vector<std::uint8_t>& octets) {
  ike::Engine& engine = pair.responder->engine();
  engine.HandleDatagram(pair.net.now(), pair.responder->endpoint(), pair.initiator->endpoint(),
                        octets);
  std::size_t jobs = 0;
  while (engine.PollDh()) ++jobs;
  return jobs;
}

// HalfOpen runs a login up to MM3, which the network loses, and gives its octets.
std::vector<std::uint8_t> HalfOpen(Pair& pair) {
  pair.net.fate = [](Sent& sent) -> std::vector<ike::Duration> {
    if (sent.number >= 2) return {};
    return {ike::Duration(5)};
  };
  pair.Connect();
  EXPECT_TRUE(pair.net.RunUntil([&] { return pair.net.log.size() > 2; }));
  return pair.net.log[2].datagram.octets;
}

TEST(Guard, WhoHasNotSeenTheCookieCausesNoExponentiation) {
  Pair pair(QuickEnd(kMainWord), QuickEnd(kMainWord));
  std::vector<std::uint8_t> mm3 = HalfOpen(pair);
  std::vector<std::uint8_t> blind = mm3;
  std::fill_n(blind.begin() + 8, 8, std::uint8_t{0});
  EXPECT_EQ(DhJobsAfter(pair, blind), 0U);
  EXPECT_EQ(DhJobsAfter(pair, mm3), 2U);  // the true one still counts
}

TEST(Guard, APeerWithoutKeyLetsNobodyIn) {
  EndSettings keyless = QuickEnd(kMainWord);
  keyless.key.clear();
  Pair pair(QuickEnd(kMainWord), keyless);
  pair.Connect();
  pair.net.Run(seconds(1));
  EXPECT_EQ(pair.responder->engine().session_count(), 0U);
  ASSERT_FALSE(pair.responder->EventsOf<ike::Failed>().empty());
  EXPECT_EQ(pair.responder->EventsOf<ike::Failed>()[0]->failure.code, FailureCode::kNoKey);
}

TEST(Guard, TheShorterLifetimeIsInForceAtBothEnds) {
  EndSettings brief = QuickEnd(kMainWord);
  brief.adjust_request = [](policy::TranslateRequest& request) {
    request.phase1_lifetime = {600, 0};
    request.phase2_lifetime = {300, 5000};
  };
  Pair pair(QuickEnd(kMainWord), brief);
  ASSERT_TRUE(pair.Login());
  EXPECT_EQ(pair.responder->EventsOf<ike::Phase1Established>()[0]->lifetime.seconds, 600U);
  const policy::Lifetime at_responder =
      pair.responder->EventsOf<ike::ChildEstablished>()[0]->sa.lifetime;
  EXPECT_EQ(at_responder, (policy::Lifetime{300, 5000}));
  // RESPONDER-LIFETIME in QM2, and in an Informational for phase 1.
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>()[0]->sa.lifetime, at_responder);
  EXPECT_THAT(pair.initiator->recorder.decisions,
              testing::Contains(testing::HasSubstr("phase 1: RESPONDER-LIFETIME")));
}

TEST(Guard, TheDeadlineOfTheFirstChildIsNotThatOfTheNext) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) { peer.negotiation_timeout = seconds(60); };
  EndSettings portal = QuickEnd(kMainWord);
  portal.esp = "aes256-sha512";  // the first child is refused
  Pair pair(hba, portal);
  const ike::SessionId session = pair.Connect();
  pair.net.RunUntil([&] { return !pair.initiator->EventsOf<ike::Failed>().empty(); }, seconds(58));
  pair.net.Run(seconds(57));
  pair.net.fate = [](Sent&) -> std::vector<ike::Duration> { return {}; };
  ASSERT_TRUE(pair.initiator->engine().Negotiate(pair.net.now(), session, {}).ok());
  pair.net.RunUntil([&] { return pair.initiator->EventsOf<ike::Failed>().size() > 1; },
                    seconds(10));
  EXPECT_EQ(pair.initiator->EventsOf<ike::Failed>().size(), 1U);
}

TEST(Guard, QuickModesWaitForTheirTurn) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.adjust_engine = [](ike::EngineConfig& config) { config.max_exchanges_per_session = 2; };
  Pair pair(hba, QuickEnd(kMainWord));
  const ike::SessionId session = pair.Connect();
  ASSERT_TRUE(pair.net.RunUntil([&] { return pair.Established(); }));
  ike::Engine& engine = pair.initiator->engine();
  pair.net.Run(std::chrono::minutes(5));  // what lingers is forgotten
  ASSERT_TRUE(engine.Negotiate(pair.net.now(), session, {}).ok());
  ASSERT_TRUE(engine.Negotiate(pair.net.now(), session, {}).ok());
  pair.net.Drain();
  const std::size_t sent = pair.net.log.size();
  ASSERT_TRUE(engine.Negotiate(pair.net.now(), session, {}).ok());
  pair.net.Drain();
  EXPECT_EQ(pair.net.log.size(), sent);  // it waits
  pair.net.Run(std::chrono::minutes(1));
  EXPECT_EQ(pair.initiator->EventsOf<ike::ChildEstablished>().size(), 4U);
  EXPECT_EQ(pair.responder->EventsOf<ike::ChildEstablished>().size(), 4U);
}

TEST(Guard, ADoubledNonceIsNoMessage) {
  EndSettings hba = QuickEnd(kMainWord);
  hba.adjust_peer = [](ike::PeerConfig& peer) { peer.nat = ike::NatTraversal::kOff; };
  Pair pair(hba, QuickEnd(kMainWord));  // so that the nonce comes last
  std::vector<std::uint8_t> mm3 = HalfOpen(pair);
  const auto header = ike::ParseHeader(mm3);
  ASSERT_TRUE(header.ok());
  const auto payloads = ike::ParsePayloads(header->next, ike::Octets(mm3).subspan(28));
  ASSERT_TRUE(payloads.ok());
  const ike::Payload& nonce = *payloads->Find(ike::PayloadType::kNonce);
  ASSERT_EQ(nonce.whole().data(), payloads->end()[-1].whole().data());  // the last one
  const std::vector<std::uint8_t> again(nonce.whole().begin(), nonce.whole().end());
  mm3[28 + nonce.offset] = static_cast<std::uint8_t>(ike::PayloadType::kNonce);
  mm3.insert(mm3.end(), again.begin(), again.end());
  ike::Writer writer(mm3);
  ike::PatchHeaderLength(writer);
  EXPECT_EQ(DhJobsAfter(pair, mm3), 0U);
}

}  // namespace
}  // namespace iscsi_ike::test
