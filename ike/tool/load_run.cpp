#include "ike/tool/load_run.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/parting.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr Duration kPace{1};         // open loop: how often the clock is looked at
constexpr Duration kProgress{1000};  // between two lines of progress
constexpr Duration kLongestParting{500};
constexpr Duration kPartingStep{10};
constexpr std::size_t kClosedAtOnce = 64;

// MayBeTheKey: two administrators can compare the keys by a fingerprint, as connect has it.
bool MayBeTheKey(FailureCode code) {
  return code == FailureCode::kKeysDiffer || code == FailureCode::kHashMismatch ||
         code == FailureCode::kTimeout;
}

Microseconds Since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now() - from);
}

}  // namespace

LoadRun::LoadRun(LoadPlan share, std::vector<std::shared_ptr<const PeerConfig>> hbas,
                 net::Reactor& reactor)
    : plan_(std::move(share)), hbas_(std::move(hbas)), reactor_(reactor), held_(hbas_.size()) {}

void LoadRun::Begin(Node& node, Clock::time_point began, News news) {
  node_ = &node;
  began_ = began;
  news_ = std::move(news);
  if (plan_.duration) reactor_.After(*plan_.duration, [this] { End(); });
  reactor_.After(kProgress, [this] { Tick(); });
  node.loop.Start([this](const Event& event) { OnEvent(event); });
  plan_.rate ? StartByClock() : StartByCompletion();
}

void LoadRun::Interrupt() {
  if (!ending_) result_.interrupted = true;
  End();
}

bool LoadRun::MayStart() const { return !ending_ && result_.started < plan_.logins; }

void LoadRun::StartOne(Clock::time_point intended) {
  const auto hba = static_cast<std::size_t>(result_.started % hbas_.size());
  if (const SessionId old = std::exchange(held_[hba], SessionId{}); old != SessionId{})
    node_->loop.Close(old);
  ++result_.started;
  const auto now = Clock::now();
  if (now - intended >= std::chrono::milliseconds(1)) ++result_.late;
  const auto session = node_->loop.Connect(hbas_[hba]);
  if (session) {
    under_way_[*session] = {intended, now, hba, false};
  } else {
    OnFailed(hba, session.error());
  }
}

void LoadRun::StartByCompletion() {
  while (MayStart() && under_way_.size() < plan_.concurrency) StartOne(Clock::now());
  EndIfDone();
}

void LoadRun::StartByClock() {
  const auto period = std::chrono::duration<double>(1 / *plan_.rate);
  for (;;) {
    const auto behind = plan_.delay + period * static_cast<double>(result_.started);
    const auto intended = began_ + std::chrono::duration_cast<Clock::duration>(behind);
    if (!MayStart() || intended > Clock::now()) break;
    StartOne(intended);
  }
  if (MayStart()) reactor_.After(kPace, [this] { StartByClock(); });
  EndIfDone();
}

void LoadRun::OnMessage(const MessageTrace& message) {
  if (message.direction != Direction::kReceived) return;
  const auto login = under_way_.find(message.session);
  if (login == under_way_.end() || std::exchange(login->second.answered, true)) return;
  result_.first_answer.Add(Since(login->second.started));
}

void LoadRun::OnEvent(const Event& event) {
  if (const auto* phase1 = std::get_if<Phase1Established>(&event)) {
    const auto login = under_way_.find(phase1->session);
    if (login != under_way_.end()) result_.phase1.Add(Since(login->second.started));
  } else if (const auto* child = std::get_if<ChildEstablished>(&event)) {
    const auto login = under_way_.find(child->sa.session);
    if (login == under_way_.end()) return;
    ++result_.established;
    result_.child.Add(Since(login->second.started));
    result_.from_intended.Add(Since(login->second.intended));
    const std::size_t hba = login->second.hba;
    under_way_.erase(login);
    Hold(hba, child->sa.session);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    const auto login = under_way_.find(failed->session);
    if (login == under_way_.end()) return;
    OnFailed(login->second.hba, failed->failure);
    under_way_.erase(login);
    if (failed->child) node_->loop.Close(failed->session);
  } else {
    return;
  }
  if (ending_) return;
  plan_.rate ? EndIfDone() : StartByCompletion();
}

// Hold: logins of one HBA may overlap; the session before this one goes as it would at a login.
void LoadRun::Hold(std::size_t hba, SessionId session) {
  const SessionId old = std::exchange(held_[hba], session);
  if (old != SessionId{}) node_->loop.Close(old);
}

void LoadRun::OnFailed(std::size_t hba, const NegotiationFailure& failure) {
  ++result_.failed;
  LoadResult::FailureCount& count = result_.failures[std::string(Name(failure.code))];
  if (count.count++ > 0) return;
  count.text = failure.text.empty() ? std::string(Summary(failure.code)) : failure.text;
  count.details = failure.details;
  if (MayBeTheKey(failure.code))
    count.details.push_back("fingerprint of the key of this end: " + KeyFingerprint(*hbas_[hba]));
}

void LoadRun::Tick() {
  if (ending_) return;
  news_(result_, false);
  reactor_.After(kProgress, [this] { Tick(); });
}

void LoadRun::EndIfDone() {
  if (!ending_ && result_.started >= plan_.logins && under_way_.empty()) End();
}

void LoadRun::End() {
  if (!std::exchange(ending_, true)) news_(result_, true);
}

// Close: a login whose last message is on its way has an SA at the peer already, for which there is
// no Delete yet, and a Delete on the heels of QM3 may overtake it: both want a moment.
void LoadRun::Close(bool keep) {
  if (keep) return Stop();
  if (parted_ < kParting || (parted_ < kLongestParting && !under_way_.empty())) {
    parted_ += kPartingStep;
    return reactor_.After(kPartingStep, [this] { Close(false); });
  }
  for (const SessionId session : held_)
    if (session != SessionId{}) to_close_.push_back(session);
  for (const auto& [session, login] : under_way_) to_close_.push_back(session);
  under_way_.clear();
  CloseSome();
}

// CloseSome goes on in small steps: a burst of Deletes would overrun the peer's socket.
void LoadRun::CloseSome() {
  const std::size_t count = std::min(kClosedAtOnce, to_close_.size());
  for (std::size_t i = 0; i < count; ++i) {
    node_->loop.Close(to_close_.front());
    to_close_.pop_front();
  }
  if (to_close_.empty()) return Stop();
  reactor_.After(kPace, [this] { CloseSome(); });
}

void LoadRun::Stop() {
  node_->loop.Stop();
  reactor_.Stop();
}

}  // namespace iscsi_ike::ike::tool
