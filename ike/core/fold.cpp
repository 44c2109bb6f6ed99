#include "ike/core/fold.hpp"

#include "crypto/exhaustion.hpp"
#include "ike/core/outcome.hpp"
#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {
namespace {

// In main mode, MM3 comes next.
constexpr std::uint8_t kAnswered = 2;

}  // namespace

bool MayFold(const Session& session) {
  if (session.role != Role::kResponder || session.state != Session::State::kNegotiating ||
      session.mode != policy::ExchangeMode::kMain || session.source_verified ||
      session.exchanges.size() != 1)
    return false;
  const Exchange& phase1 = *session.exchanges.front();
  return phase1.row == kAnswered && !phase1.has_work() && !phase1.suspicion && !phase1.parked &&
         session.parked.empty() && session.fragments.empty() && !session.has_sa();
}

void Fold(EngineCore& core, const Session& session) {
  const Exchange& phase1 = *session.exchanges.front();
  HalfOpenFacts facts;
  facts.id = session.id;
  facts.initiator_cookie = session.initiator_cookie;
  facts.responder_cookie = session.responder_cookie;
  facts.local = session.local;
  facts.remote = session.remote;
  facts.peer = session.peer;
  facts.match = session.match;
  facts.abilities = session.abilities;
  facts.suite = session.suite;
  facts.lifetime = session.lifetime;
  facts.tell_lifetime = session.tell_lifetime;
  facts.first = phase1.received[0];
  facts.expires_at = *session.give_up_at;
  core.counters.half_open_gave_way +=
      core.half_open.Add(std::move(facts), phase1.sa_offer, phase1.last_sent);
}

std::unique_ptr<Session> Unfold(const EngineCore& core, const HalfOpen& half) {
  auto session = std::make_unique<Session>();
  session->id = half.id;
  session->role = Role::kResponder;
  session->match = half.match;
  session->initiator_cookie = half.initiator_cookie;
  session->responder_cookie = half.responder_cookie;
  session->local = half.local;
  session->remote = half.remote;
  session->first_remote = half.remote;
  session->at_nat_port = half.local.port == core.config.nat_port;
  session->abilities = half.abilities;
  session->peer = half.peer;
  session->suite = half.suite;
  session->lifetime = half.lifetime;
  session->tell_lifetime = half.tell_lifetime;
  session->heard_from_peer = true;
  session->give_up_at = half.expires_at;
  auto phase1 = std::make_unique<Exchange>(MainModeScript(), Role::kResponder, MessageId{0});
  phase1->row = kAnswered;
  phase1->group = half.suite.group;
  phase1->sa_offer.assign(half.offer().begin(), half.offer().end());
  phase1->last_sent.assign(half.answer().begin(), half.answer().end());
  phase1->answered = true;
  phase1->duplicates_seen = half.duplicates_seen;
  phase1->Remember(half.first);
  session->exchanges.push_back(std::move(phase1));
  return session;
}

void AnswerAgain(EngineCore& core, HalfOpen& half, const Received& received) {
  if (DigestOf(received.message) != half.first)
    return core.Dropped(half.remote, "the message does not carry this end's cookie");
  if (half.duplicates_seen >= kMaxDuplicateAnswers)
    return core.Dropped(half.remote, "a duplicate that has been answered often enough");
  ++half.duplicates_seen;
  core.Dropped(half.remote, "duplicate: the answer is sent again");
  core.Transmit(half.local, half.remote, half.answer());
}

void ForgetHalfOpen(EngineCore& core) {
  for (HalfOpen* half = core.half_open.Oldest(); half != nullptr && half->expires_at <= core.now;
       half = core.half_open.Oldest()) {
    ++core.counters.half_open_expired;
    // Without memory nobody hears of it.
    (void)crypto::Completes([&] {
      if (!core.report_ration.Spend(core.now)) return;
      const auto session = Unfold(core, *half);
      TimeOut(core, *session, *session->exchanges.front());
    });
    core.half_open.Remove(*half);
  }
}

}  // namespace iscsi_ike::ike
