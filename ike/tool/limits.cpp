#include "ike/tool/limits.hpp"

#include <array>

#include "ike/tool/number_text.hpp"
#include "ike/tool/text_argument.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Limit: one option, and where its number belongs.
struct Limit {
  const char* option;
  const char* about;
  std::string LimitOptions::*text;
  std::uint64_t most;
  void (*set)(EngineConfig& config, std::uint64_t number);
};

constexpr std::array<Limit, 6> kLimits{{
    {"--half-open-memory",
     "KiB for main modes whose initiator has not come back yet, default 24576; the oldest give way",
     &LimitOptions::half_open_kib, 1U << 22U,
     [](EngineConfig& c, std::uint64_t n) {
       c.half_open_octets = static_cast<std::size_t>(n) * 1024;
     }},
    {"--aggressive-at-once",
     "Answers to aggressive mode for which nobody has come back, default 1024",
     &LimitOptions::aggressive_at_once, 1U << 20U,
     [](EngineConfig& c, std::uint64_t n) { c.aggressive_at_once = static_cast<unsigned>(n); }},
    {"--aggressive-rate", "So many more a second, default 100", &LimitOptions::aggressive_rate,
     1U << 20U,
     [](EngineConfig& c, std::uint64_t n) { c.aggressive_per_second = static_cast<unsigned>(n); }},
    {"--max-half-open", "Sessions before phase 1 is done, default 4096; the oldest gives way",
     &LimitOptions::half_open, 1U << 24U,
     [](EngineConfig& c, std::uint64_t n) { c.max_half_open = static_cast<std::size_t>(n); }},
    {"--max-sessions", "Sessions in all, default 1048576; half-open ones give way first",
     &LimitOptions::sessions, 1U << 28U,
     [](EngineConfig& c, std::uint64_t n) { c.max_sessions = static_cast<std::size_t>(n); }},
    {"--max-refusals", "Refusals a second to peers that have proved nothing, default 100",
     &LimitOptions::refusals, 1U << 20U,
     [](EngineConfig& c, std::uint64_t n) {
       c.clear_notifies_per_second = static_cast<unsigned>(n);
     }},
}};

}  // namespace

void AddLimits(CLI::App& app, LimitOptions& limits) {
  for (const Limit& limit : kLimits)
    AddText(app, limit.option, limits.*limit.text, "N", limit.about)
        ->group("How sessions are kept");
}

Status<ToolError> ApplyLimits(const LimitOptions& limits, EngineConfig& config) {
  for (const Limit& limit : kLimits) {
    const std::string& text = limits.*limit.text;
    if (text.empty()) continue;
    const auto number = ParseNumber(text, limit.option, 1, limit.most);
    if (!number) return Failure(number.error());
    limit.set(config, *number);
  }
  return Done{};
}

}  // namespace iscsi_ike::ike::tool
