#include "ike/tool/check_end.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "ike/tool/config_source.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/serve_places.hpp"
#include "ike/tool/served.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// CheckSetting is one name with its option in either role; empty: that role has none.
struct CheckSetting {
  std::string_view name;
  std::string_view connect;
  std::string_view serve;
};
constexpr auto kCheckSettings = std::to_array<CheckSetting>({
    {"entry", "--entry", "--entry"},
    {"flags", "--flags", "--flags"},
    {"id", "--id", "--id"},
    {"peer-id", "--peer-id", "--peer-id"},
    {"key-file", "--key-file", "--key-file"},
    {"key-fd", "--key-fd", "--key-fd"},
    {"suite", "--suite", "--suite"},
    {"ike", "--ike", "--ike"},
    {"esp", "--esp", "--esp"},
    {"mode", "--mode", "--mode"},
    {"strict", "--strict", "--strict"},
    {"strict-microsoft", "--strict-microsoft", "--strict-microsoft"},
    {"assume-main", "--assume-main", "--assume-main"},
    {"refuse-pfs", "", "--refuse-pfs"},
    {"local", "--local", "--local"},
    {"peer", "--portal", "--peer"},
    {"local-ts", "--local-ts", "--local-ts"},
    {"remote-ts", "--remote-ts", "--remote-ts"},
    {"target-port", "--target-port", "--target-port"},
    {"phase1-only", "--phase1-only", ""},
    {"nat", "--nat", "--nat"},
    {"ike-lifetime", "--ike-lifetime", "--ike-lifetime"},
    {"esp-lifetime", "--esp-lifetime", "--esp-lifetime"},
});

Checked<std::vector<std::string>> ArgumentsOf(const CheckFile& file, Role role) {
  const bool connects = role == Role::kInitiator;
  std::vector<std::string> arguments{connects ? "connect" : "serve", "--config=" + file.name};
  for (const std::string& one : file.set) {
    const std::size_t end = std::min(one.find('='), one.size());
    const std::string_view name = std::string_view(one).substr(0, end);
    const auto* const found = std::ranges::find(kCheckSettings, name, &CheckSetting::name);
    if (found == kCheckSettings.end())
      return Usage(policy::Quote(name), "is no setting; known are " + CheckSettings());
    const std::string_view option = connects ? found->connect : found->serve;
    if (!option.empty()) arguments.push_back(std::string(option) + one.substr(end));
  }
  return arguments;
}

Checked<Options> OptionsFor(CheckFile& file, Role role) {
  auto arguments = ArgumentsOf(file, role);
  if (!arguments) return Failure(arguments.error());
  auto line = ParseCommandLine(std::move(*arguments));
  if (!line) return Failure(line.error());
  Options options = std::move(line->options);
  options.policy.loaded = file.loaded;
  auto config = LoadConfig(options.policy);
  if (!config) return Failure(config.error());
  options.policy.loaded = file.loaded = std::move(*config);
  return options;
}

CheckEntry MakeEntry(Sources sources, const Options& options, const Ends& ends) {
  return {std::move(sources), options.policy, options.child, ends};
}

Checked<std::vector<CheckEntry>> ReadInitiator(const Options& options,
                                               const std::optional<policy::IpAddress>& peer) {
  if (options.network.local.size() > 1) return Usage("--local", "is one address for an initiator");
  auto sources = options.network.portal.empty() && options.policy.entry.empty()
                     ? ReadSources(options, "", peer)
                     : ReadForPortal(options);
  if (!sources) return Failure(sources.error());
  std::vector<CheckEntry> entries;
  entries.push_back(MakeEntry(std::move(*sources), options, {}));
  return entries;
}

Checked<std::vector<CheckEntry>> ReadResponder(const Options& options) {
  const auto places = PlacesOf(options.network, options.session);
  if (!places) return Failure(places.error());
  const auto ends = EndsOf(options.network, *places);
  if (!ends) return Failure(ends.error());
  std::vector<Sources> made_of;
  const auto served = ReadServed(options, *ends, &made_of);
  if (!served) return Failure(served.error());
  std::vector<CheckEntry> entries;
  for (std::size_t i = 0; i < served->size(); ++i)
    entries.push_back(MakeEntry(std::move(made_of[i]), options, (*served)[i].ends));
  return entries;
}

}  // namespace

CheckEntry CheckEntry::Clone() const {
  CheckEntry copy{{}, policy, child, ends};
  static_cast<policy::Sources&>(copy.sources) = sources.Clone();
  copy.sources.key_place = sources.key_place;
  return copy;
}

std::string CheckSettings() {
  std::vector<std::string> names;
  for (const CheckSetting& setting : kCheckSettings) names.emplace_back(setting.name);
  return policy::Join(names, ", ");
}

// Where one option begins like another ("--local-ts"), so do their names here.
ToolError AtEnd(char letter, Role role, ToolError error) {
  const std::string set = letter == 'A' ? "--a " : "--b ";
  for (const CheckSetting& setting : kCheckSettings) {
    const auto option = role == Role::kInitiator ? setting.connect : setting.serve;
    const std::size_t at = option.empty() ? std::string::npos : error.line.find(option);
    if (at != std::string::npos)
      error.line.replace(at, option.size(), set + std::string(setting.name));
  }
  error.line = std::string(1, letter) + ": " + error.line;
  return error;
}

Checked<CheckEnd> ReadCheckEnd(CheckFile& file, Role role,
                               const std::optional<policy::IpAddress>& peer) {
  auto options = OptionsFor(file, role);
  if (!options) return Failure(AtEnd(file.letter, role, options.error()));
  auto entries = role == Role::kInitiator ? ReadInitiator(*options, peer) : ReadResponder(*options);
  if (!entries) return Failure(AtEnd(file.letter, role, entries.error()));
  return CheckEnd{file.letter, role, std::move(*options), std::move(*entries)};
}

Checked<Attempts> AttemptsOf(const CheckEnd& end, const CheckEntry& entry) {
  const ChildOptions child = ChildOf(entry.child, entry.sources);
  Settings settings = TranslateFor(Role::kInitiator, entry.sources, entry.ends, entry.policy);
  if (!settings.plan.exchanges.empty()) {
    auto attempts = MakeAttempts(end.options, child, settings, entry.ends, kIkeNattPort);
    if (!attempts) return Failure(AtEnd(end.letter, end.role, attempts.error()));
    return attempts;
  }
  auto peer =
      MakePeer(end.options, child, std::move(settings), Role::kInitiator, entry.ends, kIkeNattPort);
  if (!peer) return Failure(AtEnd(end.letter, end.role, peer.error()));
  return Attempts{std::move(*peer)};
}

Checked<std::shared_ptr<const PeerConfig>> ResponderOf(const CheckEnd& end,
                                                       const CheckEntry& entry) {
  const Served served = ServedOf(entry.policy, entry.sources, entry.ends);
  auto peer = MakeResponder(end.options, entry.child, served, kIkeNattPort);
  if (!peer) return Failure(AtEnd(end.letter, end.role, peer.error()));
  if (!entry.sources.name.empty()) (*peer)->name = entry.sources.name;
  return std::shared_ptr<const PeerConfig>(std::move(*peer));
}

}  // namespace iscsi_ike::ike::tool
