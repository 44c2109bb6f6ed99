#include "ike/tool/config_source.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/input_text.hpp"
#include "policy/config_json.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kLongestConfig = 16U << 20U;

using Peer = std::optional<policy::IpAddress>;

std::string RecordNames(const policy::Config& config) {
  std::string names;
  for (std::size_t i = 0; i < config.records.size(); ++i) {
    const std::string& name = config.records[i].name;
    names +=
        (i == 0 ? "" : ", ") + std::to_string(i) + (name.empty() ? "" : " " + policy::Quote(name));
  }
  return names.empty() ? "there is none" : "there are " + names;
}

// RecordNamed finds by name, then by index.
Checked<policy::PresharedKey*> RecordNamed(policy::Config& config, const std::string& name) {
  for (policy::PresharedKey& record : config.records)
    if (record.name == name) return &record;
  const auto index = policy::ParseUnsigned(name);
  if (index && *index < config.records.size()) return &config.records[*index];
  return Usage("--record", policy::Quote(name) + " is no record; " + RecordNames(config));
}

// ChooseRecord: nullptr when the file has none.
Checked<policy::PresharedKey*> ChooseRecord(policy::Config& config, const std::string& name,
                                            const Peer& peer) {
  if (!name.empty()) return RecordNamed(config, name);
  std::vector<policy::PresharedKey*> fitting;
  for (policy::PresharedKey& record : config.records)
    if (!peer || !record.peer || record.peer == peer) fitting.push_back(&record);
  // A record bound to the peer comes before those that are bound to nobody.
  if (fitting.size() > 1 && peer)
    std::erase_if(fitting, [](const policy::PresharedKey* record) { return !record->peer; });
  if (fitting.size() == 1) return fitting.front();
  if (config.records.empty()) return static_cast<policy::PresharedKey*>(nullptr);
  return Usage("--config",
               "none or several of its records fit; choose with --record: " + RecordNames(config));
}

policy::TargetPortal* ChoosePortal(policy::Config& config, const Peer& peer) {
  for (policy::TargetPortal& portal : config.portals)
    if (peer && portal.address == peer) return &portal;
  return !peer && config.portals.size() == 1 ? &config.portals.front() : nullptr;
}

void TakeKey(policy::Config& config, policy::PresharedKey* record, policy::TargetPortal* portal,
             Sources& sources) {
  if (record != nullptr) {
    sources.key = std::move(record->key);
  } else if (portal != nullptr && !portal->key.empty()) {
    sources.key = std::move(portal->key);
  } else {
    sources.key = std::move(config.defaults.group_key);
    sources.group_key = !sources.key.empty();
  }
}

void TakeWord(const policy::Config& config, const policy::PresharedKey* record,
              const policy::TargetPortal* portal, policy::TranslateRequest& request) {
  policy::WordSources words;
  if (record != nullptr) words.entry = record->flags;
  if (portal != nullptr) words.portal = portal->bitmap;
  words.default_bitmap = config.defaults.security_bitmap;
  policy::WordInForce in_force = policy::ResolveWord(words);
  request.word = in_force.word;
  request.prior = std::move(in_force.reasons);
}

Status<ToolError> Take(policy::Config& config, const std::string& record_name, const Peer& peer,
                       Sources& sources) {
  const auto record = ChooseRecord(config, record_name, peer);
  if (!record) return Failure(record.error());
  policy::PresharedKey* const chosen = *record;
  if (chosen != nullptr && chosen->peer && peer && chosen->peer != peer)
    return Usage("--record", "is bound to the peer " + chosen->peer->ToString());
  const Peer bound = chosen != nullptr && chosen->peer ? chosen->peer : peer;
  policy::TargetPortal* const portal = ChoosePortal(config, bound);
  if (chosen != nullptr) sources.request.identity = chosen->identity;
  if (config.defaults.suites) sources.request.suites = *config.defaults.suites;
  TakeWord(config, chosen, portal, sources.request);
  TakeKey(config, chosen, portal, sources);
  sources.peer = chosen != nullptr && chosen->peer ? chosen->peer : Peer();
  if (portal != nullptr) {
    if (!sources.peer) sources.portal = portal->address;
    sources.target_port = portal->socket;
  }
  return Done{};
}

}  // namespace

Status<ToolError> ReadConfig(const PolicyOptions& options, const Peer& peer, Sources& sources) {
  if (options.config.empty()) {
    if (!options.record.empty()) return Usage("--record", "chooses from a --config; none is given");
    return Done{};
  }
  auto text = ReadInput(options.config, "--config", kLongestConfig);
  if (!text) return Failure(text.error());
  if (IsReadableByOthers(options.config))
    Warn("--config: " + options.config +
         " can be read by others; chmod 600 is due if it holds a key");
  const std::string place = options.config == "-" ? "standard input" : options.config;
  auto config = policy::ParseConfig(std::move(text).value(), place);
  if (!config) return Usage("--config", config.error().Text());
  return Take(*config, options.record, peer, sources);
}

}  // namespace iscsi_ike::ike::tool
