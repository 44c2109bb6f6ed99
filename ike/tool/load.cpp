#include "ike/tool/load.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "ike/tool/console.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/load_crew.hpp"
#include "ike/tool/load_hbas.hpp"
#include "ike/tool/load_hgrm.hpp"
#include "ike/tool/load_report.hpp"
#include "ike/tool/stations.hpp"
#include "ike/tool/watch.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// BindFor takes the wildcard for several addresses: each datagram then names its own.
Checked<Endpoint> BindFor(const SocketsOf& sockets, const LoadPlan& plan, Endpoint local,
                          const NatPort& nat) {
  if (plan.addresses > 1)
    local.address = local.address.is_v6() ? policy::IpAddress::V6({}) : policy::IpAddress::V4({});
  return BindIke(sockets, local, nat.only);
}

// CheckShares: each engine has an HBA of its own, and may log one in.
Status<ToolError> CheckShares(const LoadPlan& plan, std::size_t threads) {
  if (plan.hbas < threads) return Usage("--threads", "are more than --hbas");
  if (!plan.rate && plan.concurrency < threads)
    return Usage("--threads", "are more than --concurrency");
  return Done{};
}

ExitCode Report(LoadOutcome outcome) {
  const LoadResult& result = outcome.result;
  std::ranges::copy_if(outcome.plan.fail_if, std::back_inserter(outcome.breached),
                       [&](const Threshold& threshold) { return IsBreached(threshold, result); });
  Print(outcome.options.output.json ? LoadLine(outcome) : LoadReport(outcome));
  const bool good = result.failed == 0 && outcome.breached.empty() && result.established > 0 &&
                    !result.interrupted;
  return good ? ExitCode::kOk : ExitCode::kNegotiationFailed;
}

// WordsAsGiven: by --mix or --flags, else by the config.
std::string WordsAsGiven(const Options& options, const HbaMaker& maker) {
  if (!options.load.mix.empty()) return options.load.mix;
  return options.policy.flags.empty() ? maker.first_word().ToHex() : options.policy.flags;
}

// ConfigOf bounds the sessions above all that there can be at a time, renewals and all, so that the
// engine refuses no login.
EngineConfig ConfigOf(const LoadPlan& plan, std::uint16_t nat_port) {
  constexpr std::uint64_t kMost = 16U << 20U;  // some 23 GiB
  EngineConfig config;
  config.nat_port = nat_port;
  config.max_sessions =
      static_cast<std::size_t>(2 * plan.hbas + std::min(plan.logins, kMost) + 1000);
  return config;
}

// RunStorm: all that could be wrong before there are sockets has been looked at.
Checked<ExitCode> RunStorm(const Options& options, const LoadPlan& plan, const Endpoint& local,
                           const NatPort& nat, HbaMaker& maker) {
  auto stations = MakeStations(options);
  if (!stations) return Failure(stations.error());
  if (auto fits = CheckShares(plan, (*stations)->size()); !fits) return Failure(fits.error());
  Watch watch;
  watch.AddVerbosity(options.output);
  const SocketsOf sockets = SocketsAt(**stations, false);
  const auto bound = BindFor(sockets, plan, local, nat);
  if (!bound) return Failure(bound.error());
  const auto nat_port = BindNat(sockets, {&*bound, 1}, nat);
  if (!nat_port) return Failure(nat_port.error());
  SegmentIfAsked(options, **stations);
  auto hbas = maker.Make(bound->port, *nat_port);
  if (!hbas) return Failure(hbas.error());
  HistogramFile histogram;
  if (auto opened = histogram.Open(options.load.hgrm); !opened) return Failure(opened.error());
  if (auto opened = watch.Open(options.output, *nat_port); !opened) return Failure(opened.error());
  LoadCrew crew(plan, *hbas, options.keep, **stations);
  Observer* const observer = IsWatched(options.output) ? &watch.observer() : nullptr;
  const LoadResult result =
      crew.Run(ConfigOf(plan, *nat_port), observer, [&](const LoadResult& so_far) {
        if (!options.load.quiet) PrintError(ProgressLine(so_far) + "\n");
      });
  const ExitCode code =
      Report({options, plan, result, WordsAsGiven(options, maker), (*stations)->size(), {}});
  if (auto written = histogram.Write(result.from_intended); !written)
    return Failure(written.error());
  if (auto closed = watch.Close(); !closed) return Failure(closed.error());
  return code;
}

Checked<ExitCode> TryLoad(const Options& options) {
  const auto plan = ParseLoadPlan(options.load);
  if (!plan) return Failure(plan.error());
  auto mix = ReadMix(options.load);
  if (!mix) return Failure(mix.error());
  auto sources = ReadForPortal(options, mix->empty() ? std::string() : mix->front().ToHex());
  if (!sources) return Failure(sources.error());
  const auto remote = RemoteEnd(options.network, *sources);
  if (!remote) return Failure(remote.error());
  const auto local = LocalEnd(options.network, *remote);
  if (!local) return Failure(local.error());
  const auto nat = ParseNatPort(options.session, {&*local, 1});
  if (!nat) return Failure(nat.error());
  HbaMaker maker(options, *plan, *sources, {*local, *remote});
  auto settled = maker.Settle(std::move(*mix));
  if (!settled || *settled != ExitCode::kOk) return settled;
  return RunStorm(options, *plan, *local, *nat, maker);
}

}  // namespace

ExitCode RunLoad(const Options& options) {
  const auto code = TryLoad(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
