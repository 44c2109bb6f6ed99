#include "ike/tool/load_report.hpp"

#include <array>
#include <cstdio>

#include "ike/tool/json_text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

std::string Rounded(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);  // NOLINT(*-vararg,cert-err33-c)
  return text.data();
}

std::string Milliseconds(Microseconds time) {
  return Rounded(static_cast<double>(time.count()) / 1000, 2) + " ms";
}

std::string LatencyText(const char* name, const LatencyHistogram& latency) {
  std::string line = name;
  if (latency.count() == 0) return line + "none\n";
  for (const auto& [label, percent] :
       {std::pair{"p50 ", 50.0}, {", p90 ", 90.0}, {", p99 ", 99.0}, {", p99.9 ", 99.9}})
    line += label + Milliseconds(latency.Percentile(percent));
  return line + ", max " + Milliseconds(latency.max()) + "\n";
}

double PerLogin(CpuTime time, const LoadResult& result) {
  return result.established == 0 ? 0 : time.count() * 1e6 / static_cast<double>(result.established);
}

std::string LoopText(const LoadPlan& plan) {
  return plan.rate ? "open loop, " + Rounded(*plan.rate, 0) + " a second wanted"
                   : "closed loop, " + std::to_string(plan.concurrency) + " at a time";
}

void WriteLatency(JsonText& json, const char* name, const LatencyHistogram& latency) {
  const auto at = [&](double percent) {
    return static_cast<std::uint64_t>(latency.Percentile(percent).count());
  };
  json.Key(name).Begin();
  json.Key("count").Number(latency.count());
  json.Key("mean").Number(static_cast<std::uint64_t>(latency.Mean()));
  json.Key("p50").Number(at(50)).Key("p90").Number(at(90)).Key("p99").Number(at(99));
  json.Key("p99_9").Number(at(99.9));
  json.Key("max").Number(static_cast<std::uint64_t>(latency.max().count()));
  json.End();
}

}  // namespace

std::string LoadReport(const LoadPlan& plan, const LoadResult& result,
                       const std::vector<Threshold>& breached) {
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  std::string text = "logins          " + number(result.established) + " established, " +
                     number(result.failed) + " failed, " + number(result.unfinished()) +
                     " unfinished" + (result.interrupted ? "; interrupted by a signal" : "") + "\n";
  text += "rate            " + Rounded(result.Rate(), 0) + " a second for " +
          Rounded(result.time.count(), 2) + " s (" + LoopText(plan) + ")\n";
  if (plan.rate && result.late > 0)
    text += "late            " + number(result.late) + " began a millisecond or more too late\n";
  text += "CPU per login   " + Rounded(PerLogin(result.own_cpu, result), 0) + " us at this end";
  if (result.peer_cpu_known)
    text += ", " + Rounded(PerLogin(result.peer_cpu, result), 0) + " us at the peer";
  text += "\n" + LatencyText("first answer    ", result.first_answer) +
          LatencyText("phase 1         ", result.phase1) +
          LatencyText("child           ", result.child) +
          LatencyText("from intended   ", result.from_intended);
  for (const auto& [code, failure] : result.failures)
    text += "failed          " + number(failure.count) + " " + code + ": " + failure.text + "\n";
  for (const Threshold& threshold : breached) text += "breached        " + threshold.text + "\n";
  return text;
}

std::string LoadLine(const LoadPlan& plan, const LoadResult& result,
                     const std::vector<Threshold>& breached) {
  JsonText json;
  json.Begin().Key("logins").Begin();
  json.Key("wanted");
  plan.logins == UINT64_MAX ? json.Null() : json.Number(plan.logins);
  json.Key("started").Number(result.started).Key("established").Number(result.established);
  json.Key("failed").Number(result.failed).Key("unfinished").Number(result.unfinished());
  json.Key("late").Number(result.late).End();
  json.Key("loop").Text(plan.rate ? "open" : "closed");
  json.Key("rate").Decimal(result.Rate()).Key("seconds").Decimal(result.time.count());
  json.Key("interrupted").Bool(result.interrupted);
  json.Key("cpu_us_per_login").Begin();
  json.Key("own").Decimal(PerLogin(result.own_cpu, result)).Key("peer");
  result.peer_cpu_known ? json.Decimal(PerLogin(result.peer_cpu, result)) : json.Null();
  json.End().Key("latency_us").Begin();
  WriteLatency(json, "first_answer", result.first_answer);
  WriteLatency(json, "phase1", result.phase1);
  WriteLatency(json, "child", result.child);
  WriteLatency(json, "from_intended", result.from_intended);
  json.End().Key("failures").List(result.failures, [](JsonText& j, const auto& failure) {
    j.Begin().Key("code").Text(failure.first).Key("count").Number(failure.second.count);
    j.Key("text").Text(failure.second.text).End();
  });
  json.Key("breached").List(breached, [](JsonText& j, const Threshold& t) { j.Text(t.text); });
  return json.End().Line();
}

std::string ProgressLine(const LoadResult& result) {
  return Rounded(result.time.count(), 0) + " s: " + std::to_string(result.established) +
         " established, " + std::to_string(result.failed) + " failed, " +
         Rounded(result.Rate(), 0) + " a second, p50 " +
         Milliseconds(result.from_intended.Percentile(50)) + ", p99 " +
         Milliseconds(result.from_intended.Percentile(99));
}

}  // namespace iscsi_ike::ike::tool
