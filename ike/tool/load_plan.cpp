#include "ike/tool/load_plan.hpp"

#include "ike/tool/cpu_time.hpp"
#include "ike/tool/number_text.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Set leaves `value` alone when the option was not given.
template <class T>
Status<ToolError> Set(const std::string& text, const char* option, std::uint64_t most, T& value) {
  if (text.empty()) return Done{};
  const auto number = ParseNumber(text, option, 1, most);
  if (!number) return Failure(number.error());
  value = static_cast<T>(*number);
  return Done{};
}

Status<ToolError> SetPeerProcess(const LoadOptions& options, LoadPlan& plan) {
  if (options.peer_process.empty()) return Done{};
  const auto process = ParseNumber(options.peer_process, "--peer-pid", 1, INT32_MAX);
  if (!process) return Failure(process.error());
  plan.peer_process = static_cast<int>(*process);
  if (CpuTimeOf(*plan.peer_process)) return Done{};
  return Usage("--peer-pid", options.peer_process + " is no process of this machine");
}

Status<ToolError> AddThresholds(const LoadOptions& options, LoadPlan& plan) {
  for (const std::string& text : options.fail_if) {
    auto threshold = ParseThreshold(text);
    if (!threshold) return Failure(threshold.error());
    plan.fail_if.push_back(std::move(*threshold));
  }
  return Done{};
}

constexpr std::uint64_t kMostHbas = 1'000'000;

}  // namespace

Checked<LoadPlan> ParseLoadPlan(const LoadOptions& options) {
  LoadPlan plan;
  if (!options.rate.empty() && !options.concurrency.empty())
    return Usage("--rate", "begins logins by the clock, --concurrency by those that end: give one");
  if (auto s = Set(options.hbas, "--hbas", kMostHbas, plan.hbas); !s) return Failure(s.error());
  if (auto s = Set(options.addresses, "--addresses", kMostHbas, plan.addresses); !s)
    return Failure(s.error());
  std::uint64_t seconds = 0;
  if (auto s = Set(options.duration, "--duration", 86400, seconds); !s) return Failure(s.error());
  if (seconds != 0) plan.duration = std::chrono::seconds(seconds);
  plan.logins = seconds != 0 ? UINT64_MAX : plan.hbas;
  if (auto s = Set(options.logins, "--logins", UINT64_MAX, plan.logins); !s)
    return Failure(s.error());
  if (auto s = Set(options.concurrency, "--concurrency", kMostHbas, plan.concurrency); !s)
    return Failure(s.error());
  std::uint64_t rate = 0;
  if (auto s = Set(options.rate, "--rate", kMostHbas, rate); !s) return Failure(s.error());
  if (rate != 0) plan.rate = static_cast<double>(rate);
  if (auto s = SetPeerProcess(options, plan); !s) return Failure(s.error());
  if (auto s = AddThresholds(options, plan); !s) return Failure(s.error());
  return plan;
}

LoadPlan ShareOf(const LoadPlan& plan, std::size_t index, std::size_t count) {
  const auto part = [&](auto whole) {
    return static_cast<decltype(whole)>(whole / count + (index < whole % count ? 1 : 0));
  };
  LoadPlan share = plan;
  share.hbas = part(plan.hbas);
  if (plan.logins != UINT64_MAX) share.logins = part(plan.logins);
  share.concurrency = part(plan.concurrency);
  if (plan.rate) {
    share.rate = *plan.rate / static_cast<double>(count);
    share.delay = std::chrono::duration<double>(static_cast<double>(index) / *plan.rate);
  }
  return share;
}

Checked<std::vector<MixedWord>> ParseMix(const std::string& text) {
  std::vector<MixedWord> mix;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(';', from), text.size());
    const std::string part = text.substr(from, end - from);
    from = end + 1;
    const std::size_t equals = part.rfind('=');
    MixedWord one{part.substr(0, equals), 1};
    if (one.word.empty()) return Usage("--mix", "has no word in " + policy::Quote(part));
    if (equals != std::string::npos) {
      const auto weight = ParseNumber(part.substr(equals + 1), "--mix", 1, 1000);
      if (!weight) return Failure(weight.error());
      one.weight = *weight;
    }
    mix.push_back(std::move(one));
  }
  return mix;
}

}  // namespace iscsi_ike::ike::tool
