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

// Alone is what one portal has of an outcome that it shares: its own child.
Outcome Alone(const Outcome& shared) {
  Outcome one = shared;
  one.children.clear();
  return one;
}

}  // namespace

ConnectAllRun::ConnectAllRun(const ConnectAllPlan& plan, const Rules& rules, net::Reactor& reactor,
                             Told told, News news)
    : plan_(plan),
      rules_(rules),
      reactor_(reactor),
      told_(std::move(told)),
      news_(std::move(news)) {
  result_.portals = plan.unreachable().size();
  for (const Visit& visit : plan.visits()) result_.portals += visit.portals.size();
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
  End();
}

void ConnectAllRun::StartMore() {
  const std::vector<Visit>& visits = plan_.visits();
  while (!ending_ && !result_.enough && talks_.size() < rules_.concurrency &&
         next_ < visits.size()) {
    std::vector<PortalOutcome> done;
    auto calls = plan_.CallsOf(visits[next_++], done);
    for (const PortalOutcome& one : done) Tell(one);
    if (calls.empty()) continue;
    auto talk = std::make_shared<Talk>();
    std::move(calls.begin(), calls.end(), std::back_inserter(talk->calls));
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
  talk->outcome.Absorb(event);
  if (std::holds_alternative<Phase1Established>(event)) {
    AskForChildren(session, *talk);
  } else if (const auto* child = std::get_if<ChildEstablished>(&event)) {
    OnChild(*talk, child->sa);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    OnFailed(talk, *failed);
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
      Outcome outcome = Alone(talk.outcome);
      outcome.failure = child.error();
      Conclude(talk, i, outcome);
    }
  }
}

void ConnectAllRun::OnChild(Talk& talk, const ChildSa& sa) {
  const auto asked = talk.asked.find(sa.child);
  Outcome outcome = Alone(talk.outcome);
  outcome.failure.reset();
  outcome.children.push_back(Summarize(sa));
  Conclude(talk, asked == talk.asked.end() ? 0 : asked->second, outcome);
}

void ConnectAllRun::OnFailed(const TalkPtr& talk, const Failed& failed) {
  Call& call = talk->calls.front();
  if (failed.child) {
    const auto asked = talk->asked.find(*failed.child);
    Outcome outcome = Alone(talk->outcome);
    outcome.failure = failed.failure;
    return Conclude(*talk, asked == talk->asked.end() ? 0 : asked->second, outcome);
  }
  if (!ending_ && talk->attempt + 1 < call.attempts.size() &&
      MayTryAgain(talk->outcome, failed.failure)) {
    talks_.erase(failed.session);
    ++talk->attempt;
    return reactor_.After(Duration(0), [this, talk] { Attempt(talk); });
  }
  NegotiationFailure failure = failed.failure;
  AddFingerprint(*call.attempts[talk->attempt], failure);
  FailRest(*talk, failure);
}

void ConnectAllRun::Conclude(Talk& talk, std::size_t portal, const Outcome& outcome) {
  if (talk.done[portal]) return;
  talk.done[portal] = true;
  PortalOutcome& one = talk.calls.front().portals[portal].outcome;
  one.outcome = outcome;
  Tell(one);
}

void ConnectAllRun::FailRest(Talk& talk, const NegotiationFailure& failure) {
  Outcome outcome = Alone(talk.outcome);
  outcome.failure = failure;
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
  ++leaving_;
  reactor_.After(close ? kParting : Duration(0), [this, session, talk, close] {
    --leaving_;
    if (close) node_->loop.Close(session);
    if (!ending_ && !result_.enough && !talk->calls.empty()) Dial(talk);
    EndIfDone();
  });
  if (!ending_) reactor_.After(Duration(0), [this] { StartMore(); });
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

// End waits for the sessions that are about to be closed, and closes those under way.
void ConnectAllRun::End() {
  ending_ = true;
  if (leaving_ > 0) return reactor_.After(kParting, [this] { End(); });
  for (const auto& [session, talk] : std::exchange(talks_, {})) node_->loop.Close(session);
  node_->loop.Stop();
  reactor_.Stop();
}

}  // namespace iscsi_ike::ike::tool
