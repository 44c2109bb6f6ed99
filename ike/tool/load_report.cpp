#include "ike/tool/load_report.hpp"

#include <array>
#include <cstdio>

#include "ike/tool/json_text.hpp"
#include "ike/tool/load_bars.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kIndent = "                ";

std::string Rounded(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);  // NOLINT(*-vararg,cert-err33-c)
  return text.data();
}

std::string MillisecondsText(Microseconds time) {
  return Rounded(static_cast<double>(time.count()) / 1000, 2) + " ms";
}

std::string LatencyText(const char* name, const LatencyHistogram& latency) {
  std::string line = name;
  if (latency.count() == 0) return line + "none\n";
  for (const auto& [label, percent] :
       {std::pair{"p50 ", 50.0}, {", p90 ", 90.0}, {", p99 ", 99.0}, {", p99.9 ", 99.9}})
    line += label + MillisecondsText(latency.Percentile(percent));
  return line + ", max " + MillisecondsText(latency.max()) + "\n";
}

double PerLogin(CpuTime time, const LoadResult& result) {
  return result.established == 0 ? 0 : time.count() * 1e6 / static_cast<double>(result.established);
}

std::string LoopText(const LoadPlan& plan) {
  return plan.rate ? "open loop, " + Rounded(*plan.rate, 0) + " a second wanted"
                   : "closed loop, " + std::to_string(plan.concurrency) + " at a time";
}

// ConditionsText: what a reader needs to compare two reports, beside the loop.
std::string ConditionsText(const LoadOutcome& outcome) {
  const auto plural = [](std::size_t n, const std::string& one, const char* more) {
    return std::to_string(n) + " " + one + (n == 1 ? "" : more);
  };
  const PolicyOptions& policy = outcome.options.policy;
  std::string text = plural(outcome.plan.hbas, "HBA", "s") + " at " +
                     plural(outcome.plan.addresses, "address", "es") + ", " +
                     plural(outcome.threads, "thread", "s") +
                     (outcome.options.network.segment ? ", segments" : "") + ", word " +
                     outcome.words;
  if (!policy.suite.empty()) text += ", suite " + policy.suite;
  for (const std::string& suite : policy.ike) text += ", IKE " + suite;
  for (const std::string& suite : policy.esp) text += ", ESP " + suite;
  return text;
}

std::string NumbersText(const LoadOutcome& outcome) {
  const LoadResult& result = outcome.result;
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  std::string text = "logins          " + number(result.established) + " established, " +
                     number(result.failed) + " failed, " + number(result.unfinished()) +
                     " unfinished" + (result.interrupted ? "; interrupted by a signal" : "") + "\n";
  text += "rate            " + Rounded(result.Rate(), 0) + " a second for " +
          Rounded(result.time.count(), 2) + " s (" + LoopText(outcome.plan) + ")\n";
  text += "conditions      " + ConditionsText(outcome) + "\n";
  if (outcome.plan.rate && result.late > 0)
    text += "late            " + number(result.late) + " began a millisecond or more too late\n";
  return text;
}

std::string FailuresText(const LoadOutcome& outcome) {
  std::string text;
  for (const auto& [code, failure] : outcome.result.failures) {
    text += "failed          " + std::to_string(failure.count) + " " + code + ": " + failure.text;
    text += "\n";
    for (const std::string& detail : failure.details) text += kIndent + detail + "\n";
  }
  for (const Threshold& threshold : outcome.breached)
    text += "breached        " + threshold.text +
            (HasNoData(threshold, outcome.result) ? ": no data" : "") + "\n";
  return text;
}

void WriteLatency(JsonText& json, const char* name, const LatencyHistogram& latency) {
  const auto write = [&](const char* key, double microseconds) {
    json.Key(key);
    latency.count() == 0 ? json.Null() : json.Number(static_cast<std::uint64_t>(microseconds));
  };
  const auto at = [&](double percent) {
    return static_cast<double>(latency.Percentile(percent).count());
  };
  json.Key(name).Begin().Key("count").Number(latency.count());
  write("mean", latency.Mean());
  write("p50", at(50));
  write("p90", at(90));
  write("p99", at(99));
  write("p99_9", at(99.9));
  write("max", static_cast<double>(latency.max().count()));
  json.End();
}

void WriteConditions(JsonText& json, const LoadOutcome& outcome) {
  const LoadPlan& plan = outcome.plan;
  const PolicyOptions& policy = outcome.options.policy;
  const auto text = [](JsonText& j, const std::string& one) { j.Text(one); };
  json.Key("conditions").Begin();
  json.Key("hbas").Number(plan.hbas).Key("addresses").Number(plan.addresses);
  json.Key("concurrency");
  plan.rate ? json.Null() : json.Number(plan.concurrency);
  json.Key("rate");
  plan.rate ? json.Decimal(*plan.rate) : json.Null();
  json.Key("duration");
  plan.duration ? json.Number(static_cast<std::uint64_t>(plan.duration->count())) : json.Null();
  json.Key("threads").Number(outcome.threads);
  json.Key("segment").Bool(outcome.options.network.segment).Key("words").Text(outcome.words);
  json.Key("suite");
  policy.suite.empty() ? json.Null() : json.Text(policy.suite);
  json.Key("ike").List(policy.ike, text).Key("esp").List(policy.esp, text);
  json.End();
}

void WriteLogins(JsonText& json, const LoadPlan& plan, const LoadResult& result) {
  json.Key("logins").Begin().Key("wanted");
  plan.logins == UINT64_MAX ? json.Null() : json.Number(plan.logins);
  json.Key("started").Number(result.started).Key("established").Number(result.established);
  json.Key("failed").Number(result.failed).Key("unfinished").Number(result.unfinished());
  json.Key("late").Number(result.late).End();
}

void WriteLatencies(JsonText& json, const LoadResult& result) {
  json.Key("latency_us").Begin();
  WriteLatency(json, "first_answer", result.first_answer);
  WriteLatency(json, "phase1", result.phase1);
  WriteLatency(json, "child", result.child);
  WriteLatency(json, "from_intended", result.from_intended);
  json.End();
  const auto steps = result.from_intended.Steps();
  json.Key("histogram").List(steps, [](JsonText& j, const LatencyHistogram::Step& step) {
    j.BeginList().Number(static_cast<std::uint64_t>(step.upper.count()));
    j.Number(step.count).EndList();
  });
}

}  // namespace

std::string LoadReport(const LoadOutcome& outcome) {
  const LoadResult& result = outcome.result;
  std::string text = NumbersText(outcome);
  text += "CPU per login   " + Rounded(PerLogin(result.own_cpu, result), 0) + " us at this end";
  if (result.peer_cpu_known)
    text += ", " + Rounded(PerLogin(result.peer_cpu, result), 0) + " us at the peer";
  text += "\nraw latency     from when a login really began\n" +
          LatencyText("first answer    ", result.first_answer) +
          LatencyText("phase 1         ", result.phase1) +
          LatencyText("child           ", result.child) +
          "corrected       from when it was to begin\n" +
          LatencyText("from intended   ", result.from_intended) +
          Bars(result.from_intended, kIndent);
  return text + FailuresText(outcome);
}

std::string LoadLine(const LoadOutcome& outcome) {
  const LoadResult& result = outcome.result;
  JsonText json;
  json.Begin();
  WriteLogins(json, outcome.plan, result);
  json.Key("loop").Text(outcome.plan.rate ? "open" : "closed");
  json.Key("rate").Decimal(result.Rate()).Key("seconds").Decimal(result.time.count());
  json.Key("interrupted").Bool(result.interrupted);
  json.Key("cpu_us_per_login").Begin();
  json.Key("own").Decimal(PerLogin(result.own_cpu, result)).Key("peer");
  result.peer_cpu_known ? json.Decimal(PerLogin(result.peer_cpu, result)) : json.Null();
  json.End();
  WriteConditions(json, outcome);
  WriteLatencies(json, result);
  json.Key("failures").List(result.failures, [](JsonText& j, const auto& failure) {
    j.Begin().Key("code").Text(failure.first).Key("count").Number(failure.second.count);
    j.Key("text").Text(failure.second.text).Key("details");
    j.List(failure.second.details, [](JsonText& k, const std::string& d) { k.Text(d); }).End();
  });
  json.Key("breached").List(outcome.breached, [](JsonText& j, const Threshold& t) {
    j.Text(t.text);
  });
  return json.End().Line();
}

std::string ProgressLine(const LoadResult& result) {
  const LatencyHistogram& latency = result.from_intended;
  std::string line = Rounded(result.time.count(), 0) + " s: " + std::to_string(result.established) +
                     " established, " + std::to_string(result.failed) + " failed, " +
                     Rounded(result.Rate(), 0) + " a second";
  if (latency.count() == 0) return line;
  return line + ", p50 " + MillisecondsText(latency.Percentile(50)) + ", p99 " +
         MillisecondsText(latency.Percentile(99));
}

}  // namespace iscsi_ike::ike::tool
