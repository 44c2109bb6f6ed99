#include "ike/tool/connect_all.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "ike/tool/connect_all_run.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/negative_cache_file.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/report.hpp"
#include "ike/tool/sockets.hpp"
#include "ike/tool/watch.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kConcurrency = 64;

// CheckAlone refuses what is about one portal.
Status<ToolError> CheckAlone(const Options& options) {
  const std::pair<const char*, bool> alone[] = {
      {"--source-port", !options.child.source_ports.empty()},
      {"--remote-ts", !options.child.remote_ts.empty()},
      {"--target-port", !options.child.target_port.empty()},
      {"--phase1-only", options.child.phase1_only},
      {"--hold", !options.hold.empty()},
      {"--record", !options.output.recording.empty()}};
  for (const auto& [option, given] : alone)
    if (given)
      return Usage(option, "is for one portal, and there may be several: --portal names one");
  return Done{};
}

// BindAll binds what the plan begins at.
Checked<std::uint16_t> BindAll(const Options& options, const SocketsOf& sockets,
                               ConnectAllPlan& plan) {
  std::vector<Endpoint> bound;
  const auto nat = ParseNatPort(options.session, plan.locals());
  if (!nat) return Failure(nat.error());
  for (const Endpoint& local : plan.locals()) {
    const auto one = BindIke(sockets, local, nat->only);
    if (!one) return Failure(one.error());
    bound.push_back(*one);
  }
  const auto nat_port = BindNat(sockets, bound, *nat);
  if (!nat_port) return Failure(nat_port.error());
  plan.SetBound(std::move(bound), *nat_port);
  return *nat_port;
}

ExitCode ExitCodeFor(const ConnectAllResult& result) {
  if (result.enough) return ExitCode::kOk;
  const auto is_silence = [](const auto& one) {
    const std::string& code = one.first.first;
    return code == Name(FailureCode::kNoResponse) || code == Name(FailureCode::kTimeout);
  };
  if (result.interrupted) return ExitCode::kNegotiationFailed;
  if (result.failed > 0)
    return std::all_of(result.failures.begin(), result.failures.end(), is_silence)
               ? ExitCode::kTimeout
               : ExitCode::kNegotiationFailed;
  return result.refused > 0 ? ExitCode::kPolicy : ExitCode::kOk;
}

Checked<ConnectAllRun::Rules> RulesOf(const Options& options) {
  ConnectAllRun::Rules rules{options.all ? kConcurrency : 1, options.keep, !options.all};
  if (options.concurrency.empty()) return rules;
  if (!options.all) return Usage("--concurrency", "is for --all");
  const auto number = ParseNumber(options.concurrency, "--concurrency", 1, 65536);
  if (!number) return Failure(number.error());
  rules.concurrency = static_cast<std::size_t>(*number);
  return rules;
}

// Learn keeps in mind which portals authenticate themselves.
void Learn(const PortalOutcome& one, NegativeCacheFile& cache) {
  if (!one.endpoint || one.no) return;
  if (one.Established()) return cache.Forget(*one.endpoint);
  const auto& failure = one.outcome.failure;
  if (failure && (failure->blame() == Blame::kAuthentication || failure->peer_unproven))
    cache.Remember(*one.endpoint, std::string(Name(failure->code)));
}

// WarnAtFirst tells each warning with the first portal that it is about; the summary counts them.
void WarnAtFirst(const PortalOutcome& one, std::set<std::string_view>& warned) {
  for (const policy::Reason& warning : one.warnings)
    if (warned.insert(warning.code).second)
      Warn(one.portal + ": " + std::string(warning.code) + ": " + warning.text);
}

// Tell prints one portal's line; of the one that is looked for the whole outcome.
void Tell(const Options& options, const PortalOutcome& one) {
  if (options.output.json) return Print(PortalJson(one));
  Print(PortalLine(one));
  if (!options.all && one.Established()) Print(OutcomeReport(one.outcome));
}

// BoundLine tells how long it can take when nobody answers.
std::string BoundLine(const ConnectAllPlan& plan, std::size_t concurrency) {
  const auto seconds = [](Duration time) { return std::to_string(time.count() / 1000) + " s"; };
  const std::size_t peers = plan.visits().size();
  return std::to_string(peers) + (peers == 1 ? " peer, " : " peers, ") +
         std::to_string(concurrency) + " at a time, " + seconds(plan.timeout()) +
         " for each: if none answers it is over in about " +
         seconds(plan.LongestSilence(concurrency)) + "\n";
}

// CheckSettings: an option that no peer can do with is told once, and not for each portal.
Status<ToolError> CheckSettings(const Options& options, std::uint16_t nat_port) {
  const auto peer =
      MakePeer(options, options.child, Settings{}, Role::kInitiator, Ends{}, nat_port);
  return peer ? Status<ToolError>(Done{}) : Failure(peer.error());
}

Checked<ExitCode> TryConnectAll(const Options& options) {
  if (!options.network.portal.empty()) return Usage("--portal", "is for one portal, --all for all");
  if (auto alone = CheckAlone(options); !alone) return Failure(alone.error());
  const auto rules = RulesOf(options);
  if (!rules) return Failure(rules.error());
  auto cache = NegativeCacheFile::Open(options.negative_cache);
  if (!cache) return Failure(cache.error());
  const auto fabric = FabricSource::Load(options);
  if (!fabric) return Failure(fabric.error());
  auto plan = ConnectAllPlan::Make(options, *fabric, *cache);
  if (!plan) return Failure(plan.error());

  Watch watch;
  watch.AddVerbosity(options.output);
  net::Reactor reactor;
  net::UdpTransport sockets(reactor);
  const auto nat_port = BindAll(options, sockets, *plan);
  if (!nat_port) return Failure(nat_port.error());
  if (auto settings = CheckSettings(options, *nat_port); !settings)
    return Failure(settings.error());
  if (auto opened = watch.Open(options.output, *nat_port); !opened) return Failure(opened.error());
  crypto::SystemRandom random;
  Node node(reactor, sockets, InitiatorConfig(*nat_port), random, &watch.observer());
  std::set<std::string_view> warned;
  const auto told = [&](const PortalOutcome& one) {
    Learn(one, *cache);
    WarnAtFirst(one, warned);
    if (!options.output.quiet) Tell(options, one);
  };
  const auto news = [&](const ConnectAllResult& result) {
    if (!options.output.quiet) PrintError(ProgressLine(result));
  };
  if (!options.output.quiet) PrintError(BoundLine(*plan, rules->concurrency));
  ConnectAllRun run(*plan, *rules, reactor, told, news);
  reactor.OnTermination([&run](int) { run.Interrupt(); });
  const ConnectAllResult result = run.Run(node);
  Print(options.output.json ? SummaryJson(result) : SummaryText(result));
  if (auto saved = cache->Save(); !saved) return Failure(saved.error());
  if (auto closed = watch.Close(); !closed) return Failure(closed.error());
  return ExitCodeFor(result);
}

}  // namespace

ExitCode RunConnectAll(const Options& options) {
  const auto code = TryConnectAll(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
