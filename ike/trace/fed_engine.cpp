#include "ike/trace/fed_engine.hpp"

#include <utility>

#include "ike/trace/recording_names.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr int kMostTimeouts = 10000;  // between two inputs

std::set<crypto::DhTicket> JobsOf(const Recording& recording) {
  std::set<crypto::DhTicket> jobs;
  for (const RecordedLine& line : recording.lines) {
    const auto* input = std::get_if<RecordedInput>(&line.what);
    const auto* finished = input == nullptr ? nullptr : std::get_if<DhFinished>(&input->call);
    if (finished != nullptr) jobs.insert(finished->ticket);
  }
  return jobs;
}

}  // namespace

// cppcheck-suppress passedByValue // its members are moved from
FedEngine::FedEngine(const Recording& recording, ReplaySettings settings, bool other_settings)
    : peers_(std::move(settings.peers)),
      other_settings_(other_settings),
      known_jobs_(JobsOf(recording)),
      random_(recording.head.seed.Expose()),
      engine_(std::move(settings.config), random_, settings.observer) {}

FedOutput FedEngine::Feed(const RecordedInput& input, const JobsAskedFor& awaited) {
  FedOutput output;
  awaited_ = &awaited;
  if (other_settings_) LetTimePass(input.at, output);
  std::visit([&](const auto& call) { Call(input.at, call, output); }, input.call);
  Drain(input.at, output);
  output.next_timeout = engine_.NextTimeout();
  awaited_ = nullptr;
  return output;
}

void FedEngine::Call(Time now, const RecordedConnect& call, FedOutput& output) {
  if (call.peer >= peers_.size()) {
    output.trouble = "the settings have no such attempt to connect";
    return;
  }
  const auto session = engine_.Connect(now, peers_[call.peer]);
  // Where the settings are those of the recording it was no other then.
  if (!session && other_settings_) output.trouble = "connect: " + session.error().text;
}

void FedEngine::Call(Time now, const NegotiateCalled& call, FedOutput& /*output*/) {
  static_cast<void>(engine_.Negotiate(now, call.session, call.offer));
}
void FedEngine::Call(Time now, const CloseCalled& call, FedOutput& /*output*/) {
  engine_.Close(now, call.session);
}
void FedEngine::Call(Time now, const RenewCalled& call, FedOutput& /*output*/) {
  engine_.Renew(now, call.session);
}
void FedEngine::Call(Time now, const RenewChildCalled& call, FedOutput& /*output*/) {
  engine_.RenewChild(now, call.session, call.child);
}
void FedEngine::Call(Time now, const CloseChildCalled& call, FedOutput& /*output*/) {
  engine_.CloseChild(now, call.session, call.child);
}
void FedEngine::Call(Time now, const UseReported& call, FedOutput& /*output*/) {
  engine_.ReportUse(now, call.session, call.child, call.octets);
}
void FedEngine::Call(Time now, const RecordedArrival& call, FedOutput& /*output*/) {
  engine_.HandleDatagram(now, call.datagram.local, call.datagram.remote, call.datagram.octets);
}
void FedEngine::Call(Time now, const TimeoutHandled& /*call*/, FedOutput& /*output*/) {
  engine_.HandleTimeout(now);
}

void FedEngine::Call(Time now, const DhFinished& call, FedOutput& output) {
  auto job = jobs_.extract(call.ticket);
  if (job.empty()) {
    if (!other_settings_) output.trouble = "no Diffie-Hellman job of this ticket was asked for";
    return;
  }
  executor_.Run({&job.mapped(), 1});
  if (job.mapped().outcome != call.outcome)
    output.trouble = "the Diffie-Hellman job ends as '" +
                     std::string(kDhOutcomeNames[static_cast<std::size_t>(job.mapped().outcome)]) +
                     "'";
  engine_.HandleDh(now, std::move(job.mapped()));
}

// LetTimePass lets timers go off that the recorded run did not have.
void FedEngine::LetTimePass(Time until, FedOutput& output) {
  for (int i = 0; i < kMostTimeouts; ++i) {
    const auto next = engine_.NextTimeout();
    if (!next || *next + kOverdue >= until) return;
    engine_.HandleTimeout(*next);
    Drain(*next, output);
  }
}

void FedEngine::Drain(Time now, FedOutput& output) {
  TakeJobs(now);
  while (auto datagram = engine_.PollDatagram()) output.sent.push_back(std::move(*datagram));
  while (auto event = engine_.PollEvent()) output.events.push_back(std::move(*event));
}

// IsAwaited: an input to come finishes this job. Tickets are numbers in order, so under other
// settings another job may have the ticket of a recorded one.
bool FedEngine::IsAwaited(const crypto::DhJob& job) const {
  if (!other_settings_) return true;
  if (!known_jobs_.contains(job.ticket)) return false;
  const auto recorded = awaited_->find(job.ticket);
  return recorded != awaited_->end() && recorded->second == AskedFor{job.operation, job.group};
}

// TakeJobs keeps the jobs for the inputs that finish them; what the recording will not finish is
// finished now, if other settings have brought it about.
void FedEngine::TakeJobs(Time now) {
  while (auto job = engine_.PollDh()) {
    asked_for_[job->ticket] = {job->operation, job->group};
    if (!IsAwaited(*job)) {
      executor_.Run({&*job, 1});
      engine_.HandleDh(now, std::move(*job));
    } else {
      jobs_.insert_or_assign(job->ticket, std::move(*job));
    }
  }
}

}  // namespace iscsi_ike::ike
