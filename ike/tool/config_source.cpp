#include "ike/tool/config_source.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/input_text.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kLongestConfig = 16U << 20U;

using Peer = std::optional<policy::IpAddress>;

using Record = policy::PresharedKey;

std::string NamesOf(const policy::Config& config, const std::vector<const Record*>& records) {
  std::string names;
  for (const Record* record : records) {
    names += (names.empty() ? "" : ", ") + std::to_string(record - config.records.data());
    if (!record->name.empty()) names += " " + policy::Quote(record->name);
  }
  return names;
}

std::vector<const Record*> AllOf(const policy::Config& config) {
  std::vector<const Record*> all;
  for (const Record& record : config.records) all.push_back(&record);
  return all;
}

// RecordNamed finds by name, then by index.
Checked<const Record*> RecordNamed(const policy::Config& config, const std::string& name) {
  for (const Record& record : config.records)
    if (record.name == name) return &record;
  const auto index = policy::ParseUnsigned(name);
  if (index && *index < config.records.size()) return &config.records[*index];
  const std::string names = NamesOf(config, AllOf(config));
  return Usage("--record", policy::Quote(name) + " is no record; " +
                               (names.empty() ? "there is none" : "there are " + names));
}

// ChooseRecord: nullptr when the file has none.
Checked<const Record*> ChooseRecord(const policy::Config& config, const std::string& name,
                                    const Peer& peer, const std::string& place) {
  if (!name.empty()) return RecordNamed(config, name);
  const std::vector<const Record*> all = AllOf(config);
  std::vector<const Record*> fitting = all;
  if (peer) std::erase_if(fitting, [&](const Record* r) { return r->peer && r->peer != peer; });
  if (fitting.empty() && !all.empty())
    return Usage("--config", place + ": no record is for the peer " + peer->ToString() +
                                 "; there are " + NamesOf(config, all));
  // A record bound to the peer comes before those that are bound to nobody.
  const auto unbound = [](const Record* record) { return !record->peer; };
  if (peer && !std::all_of(fitting.begin(), fitting.end(), unbound))
    std::erase_if(fitting, unbound);
  if (fitting.size() > 1)
    return Usage("--config", place + ": several records fit" +
                                 (peer ? " the peer " + peer->ToString() : std::string()) +
                                 "; choose with --record: " + NamesOf(config, fitting));
  return fitting.empty() ? nullptr : fitting.front();
}

const policy::TargetPortal* ChoosePortal(const policy::Config& config, const Peer& peer) {
  for (const policy::TargetPortal& portal : config.portals)
    if (peer && portal.address == peer) return &portal;
  return !peer && config.portals.size() == 1 ? &config.portals.front() : nullptr;
}

void TakeKey(const policy::Config& config, const Record* record, const policy::TargetPortal* portal,
             Sources& sources) {
  if (record != nullptr && !record->key.empty()) {
    sources.key = record->key.Clone();
  } else if (portal != nullptr && !portal->key.empty()) {
    sources.key = portal->key.Clone();
  } else {
    sources.key = config.defaults.group_key.Clone();
    sources.group_key = !sources.key.empty();
  }
  if (!sources.key.empty()) sources.key_place = "the config";
}

void TakeWord(const policy::Config& config, const Record* record,
              const policy::TargetPortal* portal, policy::TranslateRequest& request) {
  policy::WordSources words;
  if (record != nullptr) words.entry = record->flags;
  if (portal != nullptr) words.portal = portal->bitmap;
  words.default_bitmap = config.defaults.security_bitmap;
  policy::WordInForce in_force = policy::ResolveWord(words);
  request.word = in_force.word;
  request.prior = std::move(in_force.reasons);
}

// CheckNotEmpty: a file whose lists are empty was hardly meant.
Status<ToolError> CheckNotEmpty(const policy::Config& config, const std::string& place) {
  if (!config.records.empty() || !config.portals.empty()) return Done{};
  const policy::ConfigDefaults& defaults = config.defaults;
  if (defaults.security_bitmap || defaults.suites || !defaults.group_key.empty()) return Done{};
  return Usage("--config", place + ": has no record, no portal and no defaults");
}

}  // namespace

std::string NamesOf(const policy::Config& config) { return NamesOf(config, AllOf(config)); }

std::string RecordName(const policy::Config& config, std::size_t index) {
  const std::string& name = config.records[index].name;
  const auto has_it = [&](const Record& record) { return record.name == name; };
  const bool tells =
      !name.empty() && std::count_if(config.records.begin(), config.records.end(), has_it) == 1;
  return tells ? name : "record " + std::to_string(index);
}

std::string PlaceOf(const PolicyOptions& options) {
  return options.config == "-" ? "standard input" : options.config;
}

void Take(const policy::Config& config, const Record* record, const policy::TargetPortal* portal,
          Sources& sources) {
  if (record != nullptr) {
    sources.request.identity = record->identity;
    sources.peer_identity = record->peer_identity;
    sources.peer = record->peer;
  }
  if (config.defaults.suites) sources.request.suites = *config.defaults.suites;
  TakeWord(config, record, portal, sources.request);
  TakeKey(config, record, portal, sources);
  if (portal == nullptr) return;
  if (!sources.peer) sources.portal = portal->address;
  sources.target_port = portal->socket;
}

Status<ToolError> TakeOne(const policy::Config& config, const PolicyOptions& options,
                          const Peer& peer, Sources& sources) {
  const auto record = ChooseRecord(config, options.record, peer, PlaceOf(options));
  if (!record) return Failure(record.error());
  const Record* const chosen = *record;
  if (chosen != nullptr && chosen->peer && peer && chosen->peer != peer)
    return Usage("--record", "is bound to the peer " + chosen->peer->ToString());
  const Peer bound = chosen != nullptr && chosen->peer ? chosen->peer : peer;
  Take(config, chosen, ChoosePortal(config, bound), sources);
  if (chosen != nullptr)
    sources.name = RecordName(config, static_cast<std::size_t>(chosen - config.records.data()));
  return Done{};
}

Checked<std::shared_ptr<const policy::Config>> LoadConfig(const PolicyOptions& options) {
  if (options.loaded) return options.loaded;
  auto text = ReadInput(options.config, "--config", kLongestConfig);
  if (!text) return Failure(text.error());
  if (IsReadableByOthers(options.config))
    Warn("--config: " + options.config +
         " can be read by others; chmod 600 is due if it holds a key");
  const std::string place = PlaceOf(options);
  auto config = policy::ParseConfig(std::move(text).value(), place,
                                    policy::ConfigOptions{.key_elsewhere = true});
  if (!config) return Usage("--config", config.error().Text());
  if (auto filled = CheckNotEmpty(*config, place); !filled) return Failure(filled.error());
  return std::make_shared<const policy::Config>(std::move(config).value());
}

Status<ToolError> ReadConfig(const PolicyOptions& options, const Peer& peer, Sources& sources) {
  if (options.config.empty()) {
    if (!options.record.empty()) return Usage("--record", "chooses from a --config; none is given");
    return Done{};
  }
  const auto config = LoadConfig(options);
  return config ? TakeOne(**config, options, peer, sources) : Failure(config.error());
}

}  // namespace iscsi_ike::ike::tool
