#include "ike/tool/connect_all_run.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/parting.hpp"
#include "ike/tool/report.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr Duration kOneSecond{1000};
constexpr std::size_t kMostSuspicions = 16;  // of one attempt; a stranger can cause any number

// With is what a portal has of an outcome that several share.
Outcome With(const Outcome& shared, NegotiationFailure failure) {
  Outcome one = shared;
  one.failure = std::move(failure);
  return one;
}

// AbsorbShared takes what all portals of an attempt have in common.
void AbsorbShared(const Event& event, Outcome& outcome) {
  const bool diagnosed = std::holds_alternative<Diagnosed>(event);
  if (diagnosed && outcome.suspicions.size() >= kMostSuspicions) return;
  if (diagnosed || std::holds_alternative<Phase1Established>(event)) outcome.Absorb(event);
}

NegotiationFailure PeerLeft() {
  NegotiationFailure failure;
  failure.code = FailureCode::kPeerDeleted;
  failure.text = "the session ended before the child did";
  return failure;
}

}  // namespace

ConnectAllRun::ConnectAllRun(const ConnectAllPlan& plan, const Rules& rules, net::Reactor& reactor,
                             Told told, News news)
    : plan_(plan),
      rules_(rules),
      reactor_(reactor),
      told_(std::move(told)),
      news_(std::move(news)) {
  result_.portals = plan.unreachable().size() + PortalsFrom(0);
}

ConnectAllResult ConnectAllRun::Run(Node& node) {
  const auto began = std::chrono::steady_clock::now();
  node_ = &node;
  node.loop.Start([this](const Event& event) { OnEvent(event); });
  for (const PortalOutcome& one : plan_.unreachable()) Tell(one);
  reactor_.After(kOneSecond, [this] { Tick(); });
  reactor_.After(Duration(0), [this] { StartMore(); });
  reactor_.Run();
  result_.time = std::chrono::steady_clock::now() - began;
  return std::move(result_);
}

void ConnectAllRun::Interrupt() {
  if (ending_) return;
  result_.interrupted = true;
  result_.not_begun = PortalsFrom(next_);
  End();
}

std::uint64_t ConnectAllRun::PortalsFrom(std::size_t visit) const {
  std::uint64_t portals = 0;
  for (; visit < plan_.visits().size(); ++visit) portals += plan_.visits()[visit].portals.size();
  return portals;
}

void ConnectAllRun::StartMore() {
  const std::vector<Visit>& visits = plan_.visits();
  while (!ending_ && !result_.enough && open_ < rules_.concurrency && next_ < visits.size()) {
    std::vector<PortalOutcome> done;
    auto calls = plan_.CallsOf(visits[next_++], done);
    for (const PortalOutcome& one : done) Tell(one);
    if (calls.empty()) continue;
    auto talk = std::make_shared<Talk>();
    std::move(calls.begin(), calls.end(), std::back_inserter(talk->calls));
    ++open_;
    Dial(talk);
  }
  EndIfDone();
}

void ConnectAllRun::Dial(const TalkPtr& talk) {
  talk->attempt = 0;
  talk->done.assign(talk->calls.front().portals.size(), false);
  Attempt(talk);
}

void ConnectAllRun::Attempt(const TalkPtr& talk) {
  talk->outcome = {};
  talk->asked.clear();
  const Call& call = talk->calls.front();
  if (auto session = node_->loop.Connect(call.attempts[talk->attempt])) {
    talks_[*session] = talk;
  } else {
    FailRest(*talk, session.error());
    Leave(SessionId{}, talk);
  }
}

void ConnectAllRun::OnEvent(const Event& event) {
  const SessionId session = SessionOf(event);
  const auto found = talks_.find(session);
  if (found == talks_.end()) return;
  const TalkPtr talk = found->second;
  AbsorbShared(event, talk->outcome);
  if (std::holds_alternative<Phase1Established>(event)) {
    AskForChildren(session, *talk);
  } else if (const auto* child = std::get_if<ChildEstablished>(&event)) {
    OnChild(*talk, child->sa);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    OnFailed(talk, *failed);
  } else if (std::holds_alternative<SessionClosed>(event)) {
    FailRest(*talk, PeerLeft());
  }
  EndCallIfDone(session);
}

// AskForChildren: the first begins by itself.
void ConnectAllRun::AskForChildren(SessionId session, Talk& talk) {
  const Call& call = talk.calls.front();
  for (std::size_t i = 1; i < call.portals.size(); ++i) {
    const ChildOffer offer{call.attempts[talk.attempt]->child.local, call.portals[i].remote};
    if (const auto child = node_->loop.Negotiate(session, offer)) {
      talk.asked[*child] = i;
    } else {
      Conclude(talk, i, With(talk.outcome, child.error()));
    }
  }
}

// PortalOf a child. The peer may begin children too: those are nobody's.
std::optional<std::size_t> ConnectAllRun::PortalOf(const Talk& talk, Role role, ChildId child) {
  const auto asked = talk.asked.find(child);
  if (asked != talk.asked.end()) return asked->second;
  return role == Role::kInitiator ? std::optional<std::size_t>(0) : std::nullopt;
}

void ConnectAllRun::OnChild(Talk& talk, const ChildSa& sa) {
  const auto portal = PortalOf(talk, sa.role, sa.child);
  if (!portal) return;
  Outcome outcome = talk.outcome;
  outcome.children.push_back(Summarize(sa));
  Conclude(talk, *portal, outcome);
}

void ConnectAllRun::OnFailed(const TalkPtr& talk, const Failed& failed) {
  Call& call = talk->calls.front();
  if (failed.child) {
    if (const auto portal = PortalOf(*talk, failed.role, *failed.child))
      Conclude(*talk, *portal, With(talk->outcome, failed.failure));
    return;
  }
  if (!ending_ && talk->attempt + 1 < call.attempts.size() &&
      MayTryAgain(talk->outcome, failed.failure)) {
    talks_.erase(failed.session);
    ++talk->attempt;
    return reactor_.After(Duration(0), [this, talk] { Attempt(talk); });
  }
  NegotiationFailure failure = failed.failure;
  AddFingerprint(*call.attempts[talk->attempt], fingerprints_, failure);
  FailRest(*talk, failure);
  if (failure.code == FailureCode::kNoResponse) ForgetFurtherCalls(*talk, failure);
}

// ForgetFurtherCalls: who does not answer at all is not asked again.
void ConnectAllRun::ForgetFurtherCalls(Talk& talk, const NegotiationFailure& failure) {
  for (std::size_t i = 1; i < talk.calls.size(); ++i)
    for (Call::Portal& portal : talk.calls[i].portals)
      Conclude(portal, With(talk.outcome, failure));
  talk.calls.resize(1);
}

void ConnectAllRun::Conclude(Talk& talk, std::size_t portal, const Outcome& outcome) {
  if (talk.done[portal]) return;
  talk.done[portal] = true;
  Conclude(talk.calls.front().portals[portal], outcome);
}

void ConnectAllRun::Conclude(Call::Portal& portal, const Outcome& outcome) {
  for (PortalOutcome& one : portal.outcomes) {
    one.outcome = outcome;
    Tell(one);
  }
}

void ConnectAllRun::FailRest(Talk& talk, const NegotiationFailure& failure) {
  const Outcome outcome = With(talk.outcome, failure);
  for (std::size_t i = 0; i < talk.done.size(); ++i) Conclude(talk, i, outcome);
}

void ConnectAllRun::EndCallIfDone(SessionId session) {
  const auto found = talks_.find(session);
  if (found == talks_.end()) return;
  const TalkPtr talk = found->second;
  if (std::find(talk->done.begin(), talk->done.end(), false) != talk->done.end()) return;
  talks_.erase(found);
  Leave(session, talk);
}

// Leave closes a session that is done with, a moment later, and goes on.
void ConnectAllRun::Leave(SessionId session, const TalkPtr& talk) {
  talk->calls.pop_front();
  const bool close = session != SessionId{} && !(rules_.keep && talk->outcome.phase1);
  const bool is_last = talk->calls.empty();
  if (is_last) --open_;
  ++leaving_;
  reactor_.After(close ? kParting : Duration(0), [this, session, talk, close, is_last] {
    --leaving_;
    if (close) node_->loop.Close(session);
    if (!ending_ && !result_.enough && !is_last) Dial(talk);
    EndIfDone();
  });
  if (!ending_ && is_last) reactor_.After(Duration(0), [this] { StartMore(); });
}

void ConnectAllRun::Tell(const PortalOutcome& one) {
  result_.Add(one);
  result_.enough = rules_.until_one && result_.established > 0;
  told_(one);
}

void ConnectAllRun::Tick() {
  if (ending_) return;
  news_(result_);
  reactor_.After(kOneSecond, [this] { Tick(); });
}

void ConnectAllRun::EndIfDone() {
  const bool enough = result_.enough && talks_.empty() && leaving_ == 0;
  if (!ending_ && (enough || result_.done() == result_.portals)) End();
}

// End closes the sessions under way, and waits for those that are about to be closed.
void ConnectAllRun::End() {
  ending_ = true;
  for (const auto& [session, talk] : std::exchange(talks_, {})) node_->loop.Close(session);
  if (leaving_ > 0) return reactor_.After(kParting, [this] { End(); });
  node_->loop.Stop();
  reactor_.Stop();
}

}  // namespace iscsi_ike::ike::tool
