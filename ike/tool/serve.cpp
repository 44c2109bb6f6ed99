#include "ike/tool/serve.hpp"

#include "ike/tool/console.hpp"
#include "ike/tool/isns_plan.hpp"
#include "ike/tool/isns_registrar.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/report.hpp"
#include "ike/tool/run_recording.hpp"
#include "ike/tool/serve_crew.hpp"
#include "ike/tool/serve_places.hpp"
#include "ike/tool/served_checks.hpp"
#include "ike/tool/stations.hpp"
#include "ike/tool/watch.hpp"

namespace iscsi_ike::ike::tool {

namespace {

std::vector<RecordSummary> RecordsOf(const std::vector<Served>& served) {
  std::vector<RecordSummary> records;
  for (const Served& one : served) {
    if (served.size() == 1 || !IsUsable(one)) continue;
    RecordSummary record{one.name, {}, PolicyLine(one.settings)};
    if (one.portal) record.local = one.portal->ToString();
    records.push_back(std::move(record));
  }
  return records;
}

// PrintFingerprints: what the other end's administrator is told over the telephone. Of many keys
// only the first few have one: serve is to be ready soon.
void PrintFingerprints(const std::vector<Served>& served, const EngineConfig& config) {
  FewFingerprints few;
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < served.size(); ++i) {
    if (!IsUsable(served[i])) continue;
    const auto fingerprint = few.Of(*config.responders[i]);
    if (!fingerprint) ++left_out;
    const std::string line = "key fingerprint " + fingerprint.value_or("left out");
    PrintError(served.size() == 1 ? line + "\n"
                                  : Label(served[i]) + ": " + line + ", policy " +
                                        PolicyLine(served[i].settings) + "\n");
  }
  if (left_out != 0)
    PrintError("fingerprints take time: those of the first " +
               std::to_string(FewFingerprints::kMostKeys) + " keys are shown, and " +
               std::to_string(left_out) + " left out; why-key --entry shows that of one record\n");
}

void PrintReady(const std::vector<Endpoint>& bound, const std::vector<Served>& served, bool json) {
  const std::string line = ServedLine(served);
  if (json) return Print(ReadyLine(bound, line, RecordsOf(served)));
  std::string where;
  for (const Endpoint& endpoint : bound) where += (where.empty() ? "" : ", ") + endpoint.ToString();
  Print("ready: listening on " + where + (served.size() > 1 ? ", " : ", policy ") + line + "\n");
}

Checked<unsigned> DhThreads(const NetworkOptions& network) {
  if (network.dh_threads.empty()) return 0U;
  const auto threads = ParseNumber(network.dh_threads, "--dh-threads", 0, 256);
  if (!threads) return Failure(threads.error());
  return static_cast<unsigned>(*threads);
}

// TellIsns: a failure is for standard error; scripts have it on standard output as well.
void TellIsns(const OutputOptions& output, const IsnsNews& news) {
  const bool failed = news.state == IsnsNews::State::kFailed;
  if (failed) Warn(news.Text());
  if (output.quiet || (failed && !output.json)) return;
  Print(output.json ? IsnsEventLine(news) : news.Text() + "\n");
}

// Serve: all that could be wrong before there are sockets has been looked at.
Checked<ExitCode> Serve(const Options& options, const Places& places, const Ends& ends,
                        const std::vector<Served>& served, const std::optional<IsnsPlan>& isns) {
  const auto dh_threads = DhThreads(options.network);
  if (!dh_threads) return Failure(dh_threads.error());
  auto stations = MakeStations(options);
  if (!stations) return Failure(stations.error());
  Watch watch;
  watch.AddVerbosity(options.output);
  const SocketsOf sockets = SocketsAt(**stations, true);
  const auto nat_port = BindAll(sockets, places);
  if (!nat_port) return Failure(nat_port.error());
  SegmentIfAsked(options, **stations);
  if (auto kept = KeepUnread(options, **stations); !kept) return Failure(kept.error());
  const auto config = ServingConfig(options, served, *nat_port);
  if (!config) return Failure(config.error());
  if (auto rivals = CheckRivals(*config, ends.remote.has_value()); !rivals)
    return Failure(rivals.error());
  RunRecording recording;
  if (auto opened = recording.Open(options, sockets.bound(), *nat_port); !opened)
    return Failure(opened.error());
  if (auto opened = watch.Open(options.output, *nat_port); !opened) return Failure(opened.error());
  recording.AddTo(watch);
  PrintFingerprints(served, *config);
  Observer* const observer = IsWatched(options.output) ? &watch.observer() : nullptr;
  ServeCrew crew(options, **stations, *config, *dh_threads, observer, recording, served.size() > 1);
  std::optional<IsnsRegistrar> registrar;
  if (isns)
    registrar.emplace((*stations)->front().reactor, isns->server, isns->publication,
                      [&options](const IsnsNews& news) { TellIsns(options.output, news); });
  crew.Start(registrar ? &*registrar : nullptr);
  PrintReady(sockets.bound(), served, options.output.json);
  const ServeSummary summary = crew.Serve();
  if (options.output.quiet) Print(options.output.json ? summary.Line() : summary.Text());
  if (auto closed = recording.Close(); !closed) return Failure(closed.error());
  if (auto closed = watch.Close(); !closed) return Failure(closed.error());
  return ExitCode::kOk;
}

Checked<ExitCode> TryServe(const Options& options) {
  const auto places = PlacesOf(options.network, options.session);
  if (!places) return Failure(places.error());
  const auto ends = EndsOf(options.network, *places);
  if (!ends) return Failure(ends.error());
  const auto served = ReadServed(options, *ends);
  if (!served) return Failure(served.error());
  if (const auto no = JudgePlans(*served, options.output.json)) return *no;
  if (auto keys = DemandKeys(*served); !keys) return Failure(keys.error());
  const auto isns = ReadIsnsPlan(options, *places, *served);
  if (!isns) return Failure(isns.error());
  if (*isns) Warn(kIsnsInClear);

  return Serve(options, *places, *ends, *served, *isns);
}

}  // namespace

ExitCode RunServe(const Options& options) {
  const auto code = TryServe(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
