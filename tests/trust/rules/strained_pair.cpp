#include "tests/trust/rules/strained_pair.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <span>

#include "tests/support/checkpoint_states.hpp"
#include "tests/trust/rules/memory.hpp"

namespace iscsi_ike::test {
namespace {

using std::chrono::minutes;

const std::array<std::string, 2> kAddresses{"192.0.2.1", "192.0.2.2"};

}  // namespace

StrainedPair::StrainedPair(const StrainedSettings& settings) : reborn_(settings.reborn) {
  EndSettings end = QuickEnd(settings.word);
  end.adjust_peer = [&](ike::PeerConfig& peer) {
    if (settings.renews) peer.renewal.mode = ike::Renewal::kRenew;
    peer.initial_contact = settings.initial_contact;
  };
  login_ = MakePeer(end, policy::Role::kInitiator, kAddresses[0], kAddresses[1]);
  for (const std::size_t i : {0U, 1U}) {
    serves_[i] = MakePeer(end, policy::Role::kResponder, kAddresses[i], kAddresses[1 - i]);
    ends_[i].place = {policy::IpAddress::Parse(kAddresses[i]).value(), ike::kIkePort};
    ends_[i].random = std::make_unique<crypto::SeededRandom>(31 + i);
    Start(i);
  }
}

void StrainedPair::Start(std::size_t end) {
  ike::EngineConfig config;
  config.responders = {serves_[end]};
  Side& side = ends_[end];
  side.engine = std::make_unique<ike::Engine>(std::move(config), *side.random, nullptr);
}

void StrainedPair::Restart() {
  Side& side = ends_[0];
  side.open.clear();
  side.made.clear();
  side.over.clear();
  Start(0);
}

void StrainedPair::Begin(const Strain& strain) {
  strain_ = strain;
  calls_ = failed_ = 0;
}

void StrainedPair::Rebear(Side& side) {
  const auto box = side.engine->Checkpoint(SealKey());
  *side.engine = ike::Engine::Restore(SealKey(), box.value(), *side.random, nullptr).value();
}

void StrainedPair::Call(std::size_t end, const Action& action) {
  Side& side = ends_[end];
  if (reborn_) Rebear(side);
  bool thrown = false;
  const bool strained = ++calls_ == strain_.call;
  if (strained) FailFrom(strain_.n, strain_.times);
  try {
    action(*side.engine, now_);
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  if (strained) failed_ = StopFailing();
  EXPECT_TRUE(!thrown || (strained && failed_ != 0)) << "std::bad_alloc without cause";
  if (reborn_) Rebear(side);
  Drain(end);
}

void StrainedPair::Drain(std::size_t end) {
  Side& side = ends_[end];
  while (auto event = side.engine->PollEvent()) Take(side, *event);
  while (auto datagram = side.engine->PollDatagram()) flights_.push_back(*std::move(datagram));
  while (auto job = side.engine->PollDh()) {
    dh_.Run(std::span(&*job, 1));
    Call(end, [&](ike::Engine& engine, ike::Time now) { engine.HandleDh(now, *std::move(job)); });
  }
}

void StrainedPair::Gone(Side& side, ike::SessionId session) {
  side.open.erase(session);
  side.connecting.erase(session);
  EXPECT_TRUE(side.over.insert(session).second) << "a session ends twice";
}

void StrainedPair::Take(Side& side, const ike::Event& event) {
  if (const auto* e = std::get_if<ike::Phase1Established>(&event)) {
    EXPECT_FALSE(side.over.contains(e->session)) << "a session is established after its end";
    EXPECT_TRUE(side.open.emplace(e->session, e->initiator_cookie).second);
    side.connecting.erase(e->session);
    side.newest = e->session;
  } else if (const auto* made = std::get_if<ike::ChildEstablished>(&event)) {
    side.made.insert({made->sa.session, made->sa.child});
  } else if (const auto* failed = std::get_if<ike::Failed>(&event)) {
    if (!failed->child) Gone(side, failed->session);
    side.timed_out |= failed->failure.blame() == ike::Blame::kTimeout;
  } else if (const auto* child = std::get_if<ike::ChildClosed>(&event)) {
    if (child->reason == ike::CloseReason::kByPeer) side.bereft.insert(child->session);
  } else if (const auto* closed = std::get_if<ike::SessionClosed>(&event)) {
    Gone(side, closed->session);
  }
}

void StrainedPair::Connect() {
  Call(0, [this](ike::Engine& engine, ike::Time now) {
    const auto session = engine.Connect(now, login_);
    EXPECT_TRUE(session.ok());
    ends_[0].connecting.insert(*session);
  });
}

void StrainedPair::DeliverAll() {
  while (!flights_.empty()) {
    const ike::Datagram d = std::move(flights_.front());
    flights_.erase(flights_.begin());
    const std::size_t to = d.remote.address == ends_[0].place.address ? 0 : 1;
    Call(to, [&](ike::Engine& engine, ike::Time now) {
      engine.HandleDatagram(now, d.remote, d.local, d.octets);
    });
  }
}

void StrainedPair::Run(ike::Duration time) {
  const ike::Time until = now_ + time;
  DeliverAll();
  for (int steps = 0;; ++steps) {
    ASSERT_LT(steps, 10'000) << "something is due again and again";
    ike::Time next = ike::Time::max();
    for (const Side& side : ends_)
      if (const auto due = side.engine->NextTimeout()) next = std::min(next, *due);
    if (next > until) break;
    now_ = std::max(now_, next);
    for (const std::size_t end : {0U, 1U})
      Call(end, [](ike::Engine& engine, ike::Time now) { engine.HandleTimeout(now); });
    DeliverAll();
  }
  now_ = until;
}

void StrainedPair::ExpectUsable() {
  std::vector<std::pair<ike::SessionId, ike::ChildId>> asked;
  for (const auto& open : std::map(ends_[0].open)) {
    const bool both = std::any_of(ends_[1].open.begin(), ends_[1].open.end(),
                                  [&](const auto& one) { return one.second == open.second; });
    if (!both) continue;
    Call(0, [&](ike::Engine& engine, ike::Time now) {
      const auto child = engine.Negotiate(now, open.first, {});
      ASSERT_TRUE(child.ok());
      asked.emplace_back(open.first, *child);
    });
  }
  Run(minutes(2));
  for (const auto& child : asked)
    EXPECT_TRUE(ends_[0].made.contains(child)) << "a session cannot be used";
}

void StrainedPair::ExpectSound() {
  for (const Side& side : ends_) {
    EXPECT_TRUE(side.connecting.empty()) << "a login without outcome";
    EXPECT_EQ(side.engine->session_count(), side.open.size()) << "a session that was told gone";
  }
  for (const auto& [session, cookie] : ends_[1].open)
    EXPECT_FALSE(ends_[1].bereft.contains(session)) << "a session that is half told gone";
  if (ends_[0].timed_out) {
    EXPECT_NE(ends_[1].engine->counters().failures, 0U) << "who was answered is lost in silence";
  }
  ExpectUsable();
  const std::size_t before = ends_[0].made.size();
  Connect();
  Run(ike::Duration{0});
  EXPECT_EQ(ends_[0].made.size(), before + 1) << "a new login does not work";
  for (const std::size_t end : {0U, 1U}) {
    for (const auto& [session, cookie] : std::map(ends_[end].open))
      Call(end, [id = session](ike::Engine& engine, ike::Time now) { engine.Close(now, id); });
    Run(minutes(2));
  }
  for (const Side& side : ends_) {
    EXPECT_EQ(side.engine->session_count(), 0U);
    EXPECT_TRUE(side.open.empty()) << "a session went without a word";
    EXPECT_FALSE(side.engine->NextTimeout());
  }
}

}  // namespace iscsi_ike::test
