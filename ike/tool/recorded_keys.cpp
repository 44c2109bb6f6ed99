#include "ike/tool/recorded_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ike/tool/config_source.hpp"
#include "ike/tool/config_text.hpp"
#include "ike/tool/key_source.hpp"
#include "policy/config_json.hpp"
#include "policy/key_strength.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::string_view kPlaceholder = "key ";

// KeyList numbers keys from 0, the same key only once.
class KeyList {
 public:
  std::size_t NumberOf(const crypto::Secret& key) {
    for (std::size_t i = 0; i < keys_.size(); ++i)
      if (crypto::ConstantTimeEqual(keys_[i].Expose(), key.Expose())) return i;
    keys_.push_back(key.Clone());
    return keys_.size() - 1;
  }
  // AddAll: in the order of the config's text.
  void AddAll(const policy::Config& config) {
    static_cast<void>(ConfigText(config, [this](const crypto::Secret& key) { return Name(key); }));
  }
  std::string Name(const crypto::Secret& key) {
    return std::string(kPlaceholder) + std::to_string(NumberOf(key) + 1);
  }
  std::vector<crypto::Secret>& keys() { return keys_; }

 private:
  std::vector<crypto::Secret> keys_;
};

std::string FingerprintOf(const crypto::Secret& key) {
  constexpr std::array kModes = {policy::ExchangeMode::kMain, policy::ExchangeMode::kAggressive};
  return policy::ShownFingerprint(key.Expose(), policy::KeyReasons(key.Expose(), kModes));
}

Failure<ToolError> WrongKeys(const std::string& rule) { return Usage("--key-file", rule); }

// Match looks for the key of a number: by its fingerprint, else, where there are as many keys, by
// its place.
Checked<crypto::Secret> Match(const std::vector<std::string>& recorded, std::size_t number,
                              const std::vector<crypto::Secret>& given,
                              const std::vector<std::string>& fingerprints) {
  const std::string& wanted = recorded[number];
  if (wanted.empty() && given.size() == recorded.size()) return given[number].Clone();
  const auto found = std::find(fingerprints.begin(), fingerprints.end(), wanted);
  if (!wanted.empty() && found != fingerprints.end())
    return given[static_cast<std::size_t>(found - fingerprints.begin())].Clone();
  const std::string which =
      wanted.empty() ? "key " + std::to_string(number + 1) + " of the recording, a weak one"
                     : "the key with the fingerprint " + wanted;
  if (given.size() == 1 && recorded.size() == 1)
    return WrongKeys("is another key than the recorded one: " + which + " is wanted, and " +
                     (fingerprints.front().empty() ? "a weak key" : fingerprints.front()) +
                     " is given");
  return WrongKeys(which + " is missing among those given, " + std::to_string(given.size()) +
                   " of them; give what the recorded command was given");
}

// Resolve puts the key of a number in the place of its number.
Status<ToolError> Resolve(crypto::Secret& key, const std::vector<crypto::Secret>& keys) {
  if (key.empty()) return Done{};
  const crypto::Octets octets = key.Expose();
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  const auto number = text.starts_with(kPlaceholder)
                          ? policy::ParseUnsigned(text.substr(kPlaceholder.size()))
                          : std::nullopt;
  if (!number || *number == 0 || *number > keys.size())
    return Usage("FILE", "line 2: a key is none of the recording's numbers");
  key = keys[*number - 1].Clone();
  return Done{};
}

Checked<std::shared_ptr<const policy::Config>> ConfigOf(const RecordingHead& head,
                                                        const std::vector<crypto::Secret>& keys) {
  const auto* const text = reinterpret_cast<const std::uint8_t*>(head.config.data());
  auto config = policy::ParseConfig(crypto::Secret::CopyOf({text, head.config.size()}),
                                    "FILE: line 2", {.key_elsewhere = true});
  if (!config) return Usage(config.error());
  auto resolved = Resolve(config->defaults.group_key, keys);
  for (auto& record : config->records)
    if (resolved) resolved = Resolve(record.key, keys);
  for (auto& portal : config->portals)
    if (resolved) resolved = Resolve(portal.key, keys);
  for (auto& login : config->logins)
    if (resolved) resolved = Resolve(login.key, keys);
  if (!resolved) return Failure(resolved.error());
  return std::make_shared<const policy::Config>(std::move(config).value());
}

// IsOption: the argument is one of this option, "--flags=0x27" of "--flags".
bool IsOption(const std::string& argument, const std::string& option) {
  return argument.starts_with(option) && argument.size() > option.size() &&
         argument[option.size()] == '=';
}

// NamesOf are the names of options in arguments, in an order of their own.
std::vector<std::string> NamesOf(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const std::string& one : arguments) names.push_back(one.substr(0, one.find('=')));
  std::sort(names.begin(), names.end());
  return names;
}

// Changed lets each of `set` replace what was recorded under its name. A name that comes twice
// adds.
Checked<std::vector<std::string>> Changed(std::vector<std::string> arguments,
                                          const std::vector<std::string>& set) {
  std::vector<std::string> added;
  for (const std::string& one : set) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      return Usage("--set", policy::Quote(one) + " is not NAME=VALUE");
    const std::string option = "--" + one.substr(0, equals);
    std::erase_if(arguments, [&](const std::string& a) { return IsOption(a, option); });
    if (equals + 1 < one.size()) added.push_back("--" + one);
  }
  arguments.insert(arguments.end(), added.begin(), added.end());
  return arguments;
}

}  // namespace

Status<ToolError> LoadSources(Options& options) {
  auto key = ReadKey(options.key);
  if (!key) return Failure(key.error());
  if (*key) options.key.loaded = std::move(**key);
  if (!options.policy.HasConfig()) return Done{};
  auto config = LoadConfig(options.policy);
  if (!config) return Failure(config.error());
  options.policy.loaded = std::move(*config);
  return Done{};
}

void RecordSources(const Options& options, RecordingHead& head) {
  KeyList list;
  head.arguments = options.given;
  head.key_given = options.key.loaded.has_value();
  if (options.key.loaded) static_cast<void>(list.NumberOf(*options.key.loaded));
  if (options.policy.loaded)
    head.config = ConfigText(*options.policy.loaded,
                             [&](const crypto::Secret& key) { return list.Name(key); });
  for (const crypto::Secret& key : list.keys()) head.fingerprints.push_back(FingerprintOf(key));
  if (options.output.recording_keys) head.keys = std::move(list.keys());
}

Checked<std::vector<crypto::Secret>> KeysFor(const RecordingHead& head, const Options& options) {
  std::vector<crypto::Secret> keys;
  for (const crypto::Secret& key : head.keys) keys.push_back(key.Clone());
  if (!keys.empty() || head.fingerprints.empty()) return keys;

  KeyList list;
  auto key = ReadKey(options.key);
  if (!key) return Failure(key.error());
  if (*key) static_cast<void>(list.NumberOf(**key));
  if (options.policy.HasConfig()) {
    const auto config = LoadConfig(options.policy);
    if (!config) return Failure(config.error());
    list.AddAll(**config);
  }
  if (list.keys().empty())
    return WrongKeys(
        "is missing: the recording holds no key; give the key options and the "
        "--config of the recorded command");
  std::vector<std::string> fingerprints;
  for (const crypto::Secret& given : list.keys()) fingerprints.push_back(FingerprintOf(given));
  for (std::size_t i = 0; i < head.fingerprints.size(); ++i) {
    auto match = Match(head.fingerprints, i, list.keys(), fingerprints);
    if (!match) return Failure(match.error());
    keys.push_back(std::move(*match));
  }
  return keys;
}

Checked<Options> OptionsOf(const RecordingHead& head, const std::vector<crypto::Secret>& keys,
                           const std::vector<std::string>& set) {
  if (head.command != "connect" && head.command != "serve")
    return Usage("FILE", "line 1: is of " + policy::Quote(head.command) +
                             "; only connect and serve can be replayed");
  auto arguments = Changed(head.arguments, set);
  if (!arguments) return Failure(arguments.error());
  auto all = *arguments;
  all.insert(all.begin(), head.command);
  auto line = ParseCommandLine(std::move(all));
  if (!line) return Failure(line.error());
  // Only settings: no file to read, none to write.
  if (line->print_and_leave || NamesOf(line->options.given) != NamesOf(*arguments))
    return set.empty() ? Usage("FILE", "line 1: has an argument that is no setting")
                       : Usage("--set", "has a name that is no setting of " + head.command);
  Options options = std::move(line->options);
  if (head.key_given && keys.empty()) return Usage("FILE", "line 1: lacks the key that was given");
  if (head.key_given) options.key.loaded = keys.front().Clone();
  if (head.config.empty()) return options;
  auto config = ConfigOf(head, keys);
  if (!config) return Failure(config.error());
  options.policy.config = "the recorded settings";
  options.policy.loaded = std::move(*config);
  return options;
}

}  // namespace iscsi_ike::ike::tool
