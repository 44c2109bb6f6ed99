#include "ike/tool/connect.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "ike/tool/connect_all.hpp"
#include "ike/tool/connect_attempts.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/node.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/parting.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/report.hpp"
#include "ike/tool/run_recording.hpp"
#include "ike/tool/sockets.hpp"
#include "ike/tool/watch.hpp"
#include "ike/trace/event_text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// ConnectRun is one negotiation from Connect to the exit code.
class ConnectRun {
 public:
  // `sockets` are bound; `nat_port` is one of them, or 0.
  // `ports`: those of --source-port.
  ConnectRun(const Options& options, std::chrono::seconds hold, std::vector<std::uint16_t> ports,
             net::Reactor& reactor, net::UdpTransport& sockets, std::uint16_t nat_port,
             RunRecording& recording, Observer& observer)
      : options_(options),
        hold_(hold),
        ports_(std::move(ports)),
        reactor_(reactor),
        recording_(recording),
        node_(reactor, sockets, InitiatorConfig(nat_port), recording.random(), &observer) {}

  // Run makes the attempts in order, as far as MayTryAgain lets it.
  ExitCode Run(Attempts attempts) {
    attempts_ = std::move(attempts);
    node_.transport.OnSendTrouble([this](const net::NetError& error) {
      if (options_.output.verbosity > 0) Warn(error.Text());
    });
    reactor_.OnTermination([this](int) { Leave(); });
    node_.loop.Start([this](const Event& event) { OnEvent(event); });
    Attempt();
    reactor_.Run();
    return ExitCodeOf(outcome_);
  }

 private:
  void Attempt() {
    auto session = node_.loop.Connect(attempts_[attempt_]);
    if (session) {
      session_ = *session;
    } else {
      outcome_.failure = session.error();
      Conclude();
    }
  }

  bool HasAnotherTry(const NegotiationFailure& failure) const {
    return !interrupted_ && attempt_ + 1 < attempts_.size() && MayTryAgain(outcome_, failure);
  }

  void TryAgain() {
    ++attempt_;
    if (options_.output.verbosity > 0)
      PrintError("no answer to " + std::string(Name(attempts_[attempt_ - 1]->plan.exchanges[0])) +
                 " mode; trying " + std::string(Name(attempts_[attempt_]->plan.exchanges[0])) +
                 " mode, which the word allows too\n");
    outcome_ = Outcome{};
    reactor_.After(Duration(0), [this] { Attempt(); });
  }

  void OnEvent(const Event& event) {
    recording_.Note(event);
    NoteSession(event);
    if (concluded_) return Remark(event);
    outcome_.Absorb(event);
    const auto* failed = std::get_if<Failed>(&event);
    if (failed != nullptr && HasAnotherTry(failed->failure)) return TryAgain();
    if (std::holds_alternative<Diagnosed>(event) && options_.output.verbosity > 0)
      PrintError(EventText(event));
    if (const auto* silent = std::get_if<PeerUnresponsive>(&event)) return GiveUp(*silent);
    if (std::holds_alternative<Phase1Established>(event)) StartFurtherChildren();
    if (IsComplete(event) || failed != nullptr) Conclude();
  }

  bool IsComplete(const Event& event) const {
    if (options_.child.phase1_only) return std::holds_alternative<Phase1Established>(event);
    return std::holds_alternative<ChildEstablished>(event) &&
           outcome_.children.size() >= ports_.size();
  }

  // StartFurtherChildren: the first begins by itself.
  void StartFurtherChildren() {
    const PeerConfig& peer = *attempts_[attempt_];
    for (std::size_t i = 1; i < ports_.size(); ++i) {
      const ChildOffer offer{FromPort(peer.local.address, ports_[i]), peer.child.remote};
      if (const auto child = node_.loop.Negotiate(*session_, offer); !child) {
        outcome_.failure = child.error();
        return Conclude();
      }
    }
  }

  // NoteSession: a renewal, by either end, puts another session in the place of the first.
  void NoteSession(const Event& event) {
    if (const auto* established = std::get_if<Phase1Established>(&event))
      established_.insert(established->session);
    const auto* failed = std::get_if<Failed>(&event);
    if (std::holds_alternative<SessionClosed>(event) || (failed != nullptr && !failed->child))
      established_.erase(SessionOf(event));
  }

  // GiveUp: the peer is dead before there was an outcome.
  void GiveUp(const PeerUnresponsive& silent) {
    outcome_.failure = Silence(silent);
    Conclude();
  }
  static NegotiationFailure Silence(const PeerUnresponsive& silent) {
    NegotiationFailure failure;
    failure.code = FailureCode::kTimeout;
    failure.text = "dead peer detection: the peer answered none of " +
                   std::to_string(silent.asked) + " questions and has been silent for " +
                   std::to_string(silent.silent_for.count() / 1000) + " s";
    return failure;
  }

  // Remark tells what happens after the outcome was printed.
  void Remark(const Event& event) {
    if (leaving_) return;
    const auto tell = options_.output.json ? PrintError : Print;
    tell(EventText(event));
    const auto* silent = std::get_if<PeerUnresponsive>(&event);
    if (silent == nullptr || outcome_.failure) return;
    // Who held on learns by the exit code that the peer is gone.
    outcome_.failure = Silence(*silent);
    tell(FailureText(*outcome_.failure));
    Leave();
  }

  void Conclude() {
    concluded_ = true;
    if (outcome_.failure) AddFingerprint(*attempts_[attempt_], *outcome_.failure);
    Print(options_.output.json ? OutcomeLine(outcome_) : OutcomeReport(outcome_));
    // After a failure the rest only waits until the engine's call is over.
    const Duration stay =
        outcome_.Established() ? std::max(Duration(hold_), kParting) : Duration(0);
    reactor_.After(stay, [this] { Leave(); });
  }

  // Interruption keeps what was suspected last: it is likely why somebody lost patience.
  NegotiationFailure Interruption() const {
    NegotiationFailure failure;
    failure.code = FailureCode::kClosed;
    failure.text = "interrupted by a signal before there was an outcome";
    if (outcome_.suspicions.empty()) return failure;
    const NegotiationFailure& last = outcome_.suspicions.back();
    failure.details.push_back("suspected last: " + std::string(Name(last.code)) + ": " +
                              (last.text.empty() ? std::string(Summary(last.code)) : last.text));
    failure.details.insert(failure.details.end(), last.details.begin(), last.details.end());
    return failure;
  }

  // Leave deletes the SAs, unless they are to be kept, and ends the reactor. Before the outcome it
  // ends the negotiation first.
  void Leave() {
    if (!concluded_) {
      interrupted_ = true;
      outcome_.failure = Interruption();
      if (session_) node_.loop.Close(*session_);
      if (!concluded_) Conclude();
      return;
    }
    leaving_ = true;
    const bool keep = options_.keep && outcome_.Established();
    const auto sessions = established_;
    for (const SessionId session : sessions)
      if (!keep) node_.loop.Close(session);
    node_.loop.Stop();
    reactor_.Stop();
  }

  const Options& options_;
  std::chrono::seconds hold_;
  std::vector<std::uint16_t> ports_;
  net::Reactor& reactor_;
  RunRecording& recording_;
  Node node_;
  Attempts attempts_;
  std::size_t attempt_ = 0;
  std::optional<SessionId> session_;  // of the last attempt
  std::set<SessionId> established_;   // to be deleted in the end
  Outcome outcome_;
  bool interrupted_ = false;
  bool concluded_ = false;
  bool leaving_ = false;
};

Checked<std::chrono::seconds> HoldTime(const Options& options) {
  if (options.hold.empty()) return std::chrono::seconds(0);
  if (options.keep && !options.hold.empty())
    return Usage("--hold", "deletes the SAs in the end, which --keep forbids");
  const auto seconds = ParseNumber(options.hold, "--hold", 1, 31536000);
  if (!seconds) return Failure(seconds.error());
  return std::chrono::seconds(*seconds);
}

// CheckOne refuses what is about several portals.
Status<ToolError> CheckOne(const Options& options) {
  if (!options.peer_ike_port.empty())
    return Usage("--peer-ike-port", "is for --all; --portal has its port behind the address");
  const std::pair<const char*, bool> several[] = {
      {"--concurrency", !options.concurrency.empty()},
      {"--negative-cache", !options.negative_cache.empty()},
      {"--quiet", options.output.quiet}};
  for (const auto& [option, given] : several)
    if (given) return Usage(option, "is for several portals: --all, or --isns without --portal");
  return Done{};
}

// TryConnect returns an error only for what is known before anything is sent.
Checked<ExitCode> TryConnect(const Options& options) {
  if (auto alone = CheckOne(options); !alone) return Failure(alone.error());
  const auto hold = HoldTime(options);
  if (!hold) return Failure(hold.error());
  const auto ports = ParseSourcePorts(options.child);
  if (!ports) return Failure(ports.error());
  auto sources = ReadForPortal(options);
  if (!sources) return Failure(sources.error());
  const auto remote = RemoteEnd(options.network, *sources);
  if (!remote) return Failure(remote.error());
  const auto local = LocalEnd(options.network, *remote);
  if (!local) return Failure(local.error());
  const auto nat = ParseNatPort(options.session, {&*local, 1});
  if (!nat) return Failure(nat.error());
  Ends ends{*local, *remote};
  const Settings settings = TranslateFor(Role::kInitiator, *sources, ends, options.policy);
  WarnOf(settings.plan);
  if (settings.plan.outcome != policy::Outcome::kPlan)
    return Refuse(settings.plan, options.output.json);
  if (auto key = DemandKey(settings); !key) return Failure(key.error());

  Watch watch;
  watch.AddVerbosity(options.output);
  net::Reactor reactor;
  net::UdpTransport sockets(reactor);
  const auto bound = BindIke(sockets, *local);
  if (!bound) return Failure(bound.error());
  ends.local = *bound;
  const auto nat_port = BindNat(sockets, {&*bound, 1}, *nat);
  if (!nat_port) return Failure(nat_port.error());
  auto attempts =
      MakeAttempts(options, ChildOf(options.child, *sources), settings, ends, *nat_port);
  if (!attempts) return Failure(attempts.error());
  RunRecording recording;
  if (auto opened = recording.Open(options, {*bound}, *nat_port); !opened)
    return Failure(opened.error());
  if (auto opened = watch.Open(options.output, *nat_port); !opened) return Failure(opened.error());
  recording.AddTo(watch);
  ConnectRun run(options, *hold, *ports, reactor, sockets, *nat_port, recording, watch.observer());
  const ExitCode code = run.Run(std::move(*attempts));
  if (auto closed = recording.Close(); !closed) return Failure(closed.error());
  if (auto closed = watch.Close(); !closed) return Failure(closed.error());
  return code;
}

}  // namespace

ExitCode RunConnect(const Options& options) {
  const bool by_directory = options.policy.inputs.isns.Any() && options.network.portal.empty();
  if (options.all || by_directory) return RunConnectAll(options);
  const auto code = TryConnect(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
