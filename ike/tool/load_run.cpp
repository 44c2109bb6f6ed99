#include "ike/tool/load_run.hpp"

#include <utility>

#include "ike/tool/cpu_time.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr Duration kPace{1};         // open loop: how often the clock is looked at
constexpr Duration kProgress{1000};  // between two lines of progress
constexpr std::size_t kClosedAtOnce = 64;

Microseconds Since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now() - from);
}

}  // namespace

LoadRun::LoadRun(const LoadPlan& plan, std::vector<std::shared_ptr<const PeerConfig>> hbas,
                 bool keep, net::Reactor& reactor)
    : plan_(plan), hbas_(std::move(hbas)), keep_(keep), reactor_(reactor), held_(hbas_.size()) {}

LoadResult LoadRun::Run(Node& node, const Progress& progress) {
  node_ = &node;
  own_cpu_before_ = OwnCpuTime();
  if (plan_.peer_process) peer_cpu_before_ = CpuTimeOf(*plan_.peer_process);
  began_ = Clock::now();
  reactor_.OnTermination([this](int) {
    result_.interrupted = true;
    End();
  });
  if (plan_.duration) reactor_.After(*plan_.duration, [this] { End(); });
  reactor_.After(kProgress, [this, &progress] { Tick(progress); });
  node.loop.Start([this](const Event& event) { OnEvent(event); });
  plan_.rate ? StartByClock() : StartByCompletion();
  reactor_.Run();
  return std::move(result_);
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
    OnFailed(SessionId{}, session.error());
  }
}

void LoadRun::StartByCompletion() {
  while (MayStart() && under_way_.size() < plan_.concurrency) StartOne(Clock::now());
  EndIfDone();
}

void LoadRun::StartByClock() {
  const auto period = std::chrono::duration<double>(1 / *plan_.rate);
  for (;;) {
    const auto intended = began_ + std::chrono::duration_cast<Clock::duration>(
                                       period * static_cast<double>(result_.started));
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
    held_[login->second.hba] = login->first;
    under_way_.erase(login);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    if (under_way_.erase(failed->session) == 0) return;
    OnFailed(failed->session, failed->failure);
    if (failed->child) node_->loop.Close(failed->session);
  } else {
    return;
  }
  if (ending_) return;
  plan_.rate ? EndIfDone() : StartByCompletion();
}

void LoadRun::OnFailed(SessionId /*session*/, const NegotiationFailure& failure) {
  ++result_.failed;
  LoadResult::FailureCount& count = result_.failures[std::string(Name(failure.code))];
  if (count.count++ == 0)
    count.text = failure.text.empty() ? std::string(Summary(failure.code)) : failure.text;
}

void LoadRun::Tick(const Progress& progress) {
  if (ending_) return;
  UpdateTimes();
  progress(result_);
  reactor_.After(kProgress, [this, &progress] { Tick(progress); });
}

void LoadRun::EndIfDone() {
  if (!ending_ && result_.started >= plan_.logins && under_way_.empty()) End();
}

void LoadRun::UpdateTimes() {
  result_.time = Clock::now() - began_;
  result_.own_cpu = OwnCpuTime() - own_cpu_before_;
  if (!peer_cpu_before_) return;
  const auto peer = CpuTimeOf(*plan_.peer_process);
  result_.peer_cpu_known = peer.has_value();
  if (peer) result_.peer_cpu = *peer - *peer_cpu_before_;
}

// End stops the clock; what is held is deleted outside of it.
void LoadRun::End() {
  if (std::exchange(ending_, true)) return;
  UpdateTimes();
  CloseSome();
}

// CloseSome goes on in small steps: a burst of Deletes would overrun the peer's socket.
void LoadRun::CloseSome() {
  std::size_t closed = 0;
  for (; !keep_ && next_to_close_ < held_.size() && closed < kClosedAtOnce; ++next_to_close_) {
    if (held_[next_to_close_] == SessionId{}) continue;
    node_->loop.Close(held_[next_to_close_]);
    ++closed;
  }
  if (closed > 0) return reactor_.After(kPace, [this] { CloseSome(); });
  node_->loop.Stop();
  reactor_.Stop();
}

}  // namespace iscsi_ike::ike::tool
