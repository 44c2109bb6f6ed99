// FedEngine: an engine that lives on the inputs of a recording, with its seed and in its time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ike/engine.hpp"
#include "ike/trace/recording.hpp"

namespace iscsi_ike::ike {

// ReplaySettings: what a recording holds no engine's form of. `peers` are those of Connect in the
// order in which they were first connected to. `observer` may be null and outlives the engine.
struct ReplaySettings {
  EngineConfig config;
  std::vector<std::shared_ptr<const PeerConfig>> peers;
  Observer* observer = nullptr;
};

// FedOutput is what one input brought about.
struct FedOutput {
  std::vector<Datagram> sent;
  std::vector<Event> events;
  std::optional<Time> next_timeout;
  std::string trouble;  // why the input could not be given, as a sentence; empty: it was
};

// AskedFor is what a Diffie-Hellman job of each ticket was.
struct AskedFor {
  crypto::DhOperation operation{};
  crypto::DhGroup group{};
  friend bool operator==(const AskedFor&, const AskedFor&) = default;
};
using JobsAskedFor = std::map<crypto::DhTicket, AskedFor>;

class FedEngine {
 public:
  // `recording` outlives the engine. `other_settings`: the engine may want Diffie-Hellman jobs that
  // the recording does not know, and time to go by between its inputs; it gets both.
  FedEngine(const Recording& recording, ReplaySettings settings, bool other_settings);

  // `awaited`: under other settings, the jobs of the recorded run so far. One of ours that is like
  // one of those waits for the input that finishes that; all others are computed at once.
  [[nodiscard]] FedOutput Feed(const RecordedInput& input, const JobsAskedFor& awaited = {});
  [[nodiscard]] const JobsAskedFor& asked_for() const { return asked_for_; }

 private:
  // A timer that is overdue by more than this was not seen by the recorded run.
  static constexpr Duration kOverdue{1000};

  void Call(Time now, const RecordedConnect& call, FedOutput& output);
  void Call(Time now, const NegotiateCalled& call, FedOutput& output);
  void Call(Time now, const CloseCalled& call, FedOutput& output);
  void Call(Time now, const RenewCalled& call, FedOutput& output);
  void Call(Time now, const RenewChildCalled& call, FedOutput& output);
  void Call(Time now, const CloseChildCalled& call, FedOutput& output);
  void Call(Time now, const UseReported& call, FedOutput& output);
  void Call(Time now, const RecordedArrival& call, FedOutput& output);
  void Call(Time now, const TimeoutHandled& call, FedOutput& output);
  void Call(Time now, const DhFinished& call, FedOutput& output);
  void LetTimePass(Time until, FedOutput& output);
  void Drain(Time now, FedOutput& output);
  void TakeJobs(Time now);
  [[nodiscard]] bool IsAwaited(const crypto::DhJob& job) const;

  std::vector<std::shared_ptr<const PeerConfig>> peers_;
  bool other_settings_;
  std::set<crypto::DhTicket> known_jobs_;  // that the recording finishes
  crypto::SeededRandom random_;
  Engine engine_;
  crypto::InlineDhExecutor executor_;
  std::map<crypto::DhTicket, crypto::DhJob> jobs_;
  JobsAskedFor asked_for_;
  const JobsAskedFor* awaited_ = nullptr;  // during Feed
};

}  // namespace iscsi_ike::ike
