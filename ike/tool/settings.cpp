#include "ike/tool/settings.hpp"

#include <utility>

#include "ike/tool/config_source.hpp"
#include "ike/tool/key_source.hpp"
#include "ike/tool/reason_hints.hpp"
#include "ike/tool/session_options.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// ReadWord reads the word of the command line, as an argument or an option.
Checked<std::optional<policy::SecurityFlags>> ReadWord(const PolicyOptions& options) {
  if (!options.word.empty() && !options.flags.empty())
    return Usage("--flags", "is given beside WORD; one word is enough");
  const bool positional = !options.word.empty();
  const std::string& text = positional ? options.word : options.flags;
  if (text.empty()) return std::optional<policy::SecurityFlags>();
  auto word = policy::SecurityFlags::Parse(text, positional ? "WORD" : "--flags");
  if (!word) return Usage(word.error());
  return std::optional(*word);
}

Status<ToolError> SetWord(Sources& sources, const PolicyOptions& options,
                          std::string_view default_word, bool from_config) {
  const auto word = ReadWord(options);
  if (!word) return Failure(word.error());
  if (*word) {
    sources.GiveWord(**word);
  } else if (!from_config) {
    if (default_word.empty())
      return Usage("--flags", "is missing: a security word, e.g. 0x37, or a record of --config");
    auto standard = policy::SecurityFlags::Parse(default_word, "default");
    if (!standard) return Usage(standard.error());
    sources.request.word = *standard;
  }
  return Done{};
}

// SetIdentity leaves `identity` alone when the option was not given.
Status<ToolError> SetIdentity(const std::string& text, const char* option,
                              std::optional<policy::Identity>& identity) {
  if (text.empty()) return Done{};
  auto parsed = policy::Identity::Parse(text, option);
  if (!parsed) return Usage(parsed.error());
  identity = std::move(parsed).value();
  return Done{};
}

Status<ToolError> SetSuites(Sources& sources, const PolicyOptions& options) {
  if (options.suite.empty() && options.ike.empty() && options.esp.empty()) return Done{};
  const std::string ike = policy::Join(options.ike, ",");
  const std::string esp = policy::Join(options.esp, ",");
  auto suites = policy::ChooseSuites({options.suite, ike, esp});
  if (!suites) return Usage(suites.error());
  sources.GiveSuites(std::move(suites).value());
  return Done{};
}

// CheckMode checks --mode; TranslateFor applies it.
Status<ToolError> CheckMode(const PolicyOptions& options) {
  if (options.mode.empty() || options.mode == "main" || options.mode == "aggressive") return Done{};
  return Usage("--mode", policy::Quote(options.mode) + " is not main or aggressive");
}

}  // namespace

Status<ToolError> ApplyOptions(const Options& options, std::string_view default_word,
                               Sources& sources) {
  const PolicyOptions& policy = options.policy;
  if (auto s = SetWord(sources, policy, default_word, policy.HasConfig()); !s) return s;
  if (auto s = SetIdentity(policy.id, "--id", sources.request.identity); !s) return s;
  if (auto s = SetIdentity(policy.peer_id, "--peer-id", sources.peer_identity); !s) return s;
  if (auto s = SetSuites(sources, policy); !s) return s;
  if (auto s = CheckMode(policy); !s) return s;
  return ApplyLifetimes(options.session, sources.request);
}

Status<ToolError> ApplyKey(const KeySource& source, Sources& sources) {
  auto key = ReadKey(source);
  if (!key) return Failure(key.error());
  if (!*key) return Done{};
  sources.key_place = "this command line";
  sources.GiveKey(std::move(**key), false);
  return Done{};
}

Checked<Sources> ReadSources(const Options& options, std::string_view default_word,
                             const std::optional<policy::IpAddress>& peer) {
  Sources sources;
  if (auto s = ReadConfig(options.policy, peer, sources); !s) return Failure(s.error());
  if (auto s = ApplyOptions(options, default_word, sources); !s) return Failure(s.error());
  if (auto s = ApplyKey(options.key, sources); !s) return Failure(s.error());
  return sources;
}

Settings TranslateFor(Role role, const Sources& sources, const Ends& ends,
                      const PolicyOptions& options) {
  policy::Sources narrowed = sources.Clone();
  policy::TranslateRequest& request = narrowed.request;
  request.strict |= options.strict;
  request.strict_microsoft |= options.strict_microsoft;
  request.assume_main |= options.assume_main;
  request.require_ipsec |= options.require_ipsec;
  request.refuse_pfs |= options.refuse_pfs;
  if (!options.mode.empty())
    narrowed.only_mode =
        options.mode == "main" ? policy::ExchangeMode::kMain : policy::ExchangeMode::kAggressive;
  const auto own = ends.local ? std::optional(ends.local->address) : std::nullopt;
  Settings settings = policy::TranslateFor(
      role == Role::kInitiator ? policy::Role::kInitiator : policy::Role::kResponder, narrowed, own,
      ends.remote.has_value());
  AddHints(settings.plan.reasons, sources.key_place);
  return settings;
}

Status<ToolError> DemandKey(const Settings& settings) {
  if (!settings.key.empty()) return Done{};
  return Usage("--key-file", "is missing: no key is given, and none is in the config");
}

namespace {

std::string_view PfsText(const policy::Plan& plan, Role role) {
  if (role == Role::kInitiator) return plan.pfs ? "PFS" : "no PFS";
  if (plan.pfs) return "PFS demanded";
  return plan.refuse_pfs ? "PFS refused" : "PFS as offered";
}

}  // namespace

std::string PlanLine(const policy::Plan& plan, Role role) {
  const auto list = [](const auto& modes) {
    std::string text;
    for (const auto mode : modes) text += (text.empty() ? "" : " or ") + std::string(Name(mode));
    return text;
  };
  return list(plan.exchanges) + " mode, " + list(plan.encapsulations) + ", " +
         std::string(PfsText(plan, role)) + "; phase 1 " +
         policy::ToString(std::span(plan.phase1)) + "; phase 2 " +
         policy::ToString(std::span(plan.phase2));
}

std::string PolicyLine(const Settings& settings, Role role) {
  return settings.word.ToHex() + ": " + PlanLine(settings.plan, role);
}

}  // namespace iscsi_ike::ike::tool
