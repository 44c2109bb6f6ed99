#include "policy/settings.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "policy/key_strength.hpp"
#include "policy/reason.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

using Records = std::vector<const PresharedKey*>;
using Peer = std::optional<IpAddress>;

std::string NamesOf(const Config& config, const Records& records) {
  std::string names;
  for (const PresharedKey* record : records) {
    names += (names.empty() ? "" : ", ") + std::to_string(record - config.records.data());
    if (!record->name.empty()) names += " " + Quote(record->name);
  }
  return names;
}

Records AllOf(const Config& config) {
  Records all;
  for (const PresharedKey& record : config.records) all.push_back(&record);
  return all;
}

Parsed<const PresharedKey*> RecordNamed(const Config& config, const std::string& name,
                                        const std::string& place) {
  for (const PresharedKey& record : config.records)
    if (record.name == name) return &record;
  const auto index = ParseUnsigned(name);
  if (index && *index < config.records.size())
    return &config.records[static_cast<std::size_t>(*index)];
  const std::string names = NamesOf(config);
  return Reject(place, Quote(name) + " is no record; " +
                           (names.empty() ? "there is none" : "there are " + names));
}

// Fitting: those that may be used with the peer; one bound to it keeps out those bound to nobody.
Records Fitting(const Config& config, const Peer& peer) {
  Records fitting = AllOf(config);
  if (!peer) return fitting;
  std::erase_if(fitting, [&](const PresharedKey* r) { return r->peer && r->peer != peer; });
  const auto unbound = [](const PresharedKey* record) { return !record->peer; };
  if (!std::all_of(fitting.begin(), fitting.end(), unbound)) std::erase_if(fitting, unbound);
  return fitting;
}

// ChooseRecord: nullptr when the config has none.
Parsed<const PresharedKey*> ChooseRecord(const Config& config, const std::string& name,
                                         const Peer& peer, const ChoicePlaces& places) {
  if (!name.empty()) return RecordNamed(config, name, places.record);
  const Records fitting = Fitting(config, peer);
  if (fitting.empty() && !config.records.empty())
    return Reject(places.config, "no record is for the peer " + peer->ToString() + "; there are " +
                                     NamesOf(config));
  if (fitting.size() > 1)
    return Reject(places.config,
                  "several records fit" + (peer ? " the peer " + peer->ToString() : std::string()) +
                      "; choose with " + places.record + ": " + NamesOf(config, fitting));
  return fitting.empty() ? nullptr : fitting.front();
}

const TargetPortal* ChoosePortal(const Config& config, const Peer& peer) {
  for (const TargetPortal& portal : config.portals)
    if (peer && portal.address == peer) return &portal;
  return !peer && config.portals.size() == 1 ? &config.portals.front() : nullptr;
}

void TakeKey(const Config& config, const PresharedKey* record, const TargetPortal* portal,
             Sources& sources) {
  if (record != nullptr && !record->key.empty()) {
    sources.key = record->key.Clone();
  } else if (portal != nullptr && !portal->key.empty()) {
    sources.key = portal->key.Clone();
  } else {
    sources.key = config.defaults.group_key.Clone();
    sources.group_key = !sources.key.empty();
  }
}

void TakeWord(const Config& config, const PresharedKey* record, const TargetPortal* portal,
              TranslateRequest& request) {
  WordSources words;
  if (record != nullptr) words.entry = record->flags;
  if (portal != nullptr) words.portal = portal->bitmap;
  words.default_bitmap = config.defaults.security_bitmap;
  WordInForce in_force = ResolveWord(words);
  request.word = in_force.word;
  request.prior = std::move(in_force.reasons);
}

KeyBinding BindingOf(Role role, const Sources& sources, bool peer_known) {
  if (sources.group_key) return KeyBinding::kGroupKey;
  if (peer_known || sources.peer) return KeyBinding::kPeerAddress;
  return role == Role::kResponder ? KeyBinding::kAnyPeer : KeyBinding::kNone;
}

bool PlansMainMode(const Plan& plan) {
  return std::find(plan.exchanges.begin(), plan.exchanges.end(), ExchangeMode::kMain) !=
         plan.exchanges.end();
}

// AddAnyPeerReason: the translator warns of one key for every address only where the identity is a
// name; but with an address, too, each that knows the key can pose as this end.
void AddAnyPeerReason(Plan& plan, KeyBinding binding) {
  if (binding == KeyBinding::kAnyPeer && PlansMainMode(plan) &&
      !Contains(plan.reasons, ReasonCode::kMainAnyPeer))
    plan.reasons.push_back(MakeReason(ReasonCode::kMainAnyPeer));
}

void AddKeyReasons(Plan& plan, const crypto::Secret& key, KeyBinding binding) {
  if (key.empty() || plan.outcome != Outcome::kPlan) return;
  AddAnyPeerReason(plan, binding);
  for (Reason& reason : KeyReasons(key.Expose(), plan.exchanges))
    plan.reasons.push_back(std::move(reason));
}

// Narrow keeps one exchange.
void Narrow(Plan& plan, ExchangeMode only) {
  if (plan.outcome != Outcome::kPlan) return;
  std::erase_if(plan.exchanges, [only](ExchangeMode mode) { return mode != only; });
  if (!plan.exchanges.empty()) return;
  Plan rejected;
  rejected.outcome = Outcome::kRejected;
  rejected.reasons = std::move(plan.reasons);
  rejected.reasons.push_back(
      MakeReason(ReasonCode::kModeNotAllowed, std::string(Name(only)) + " mode"));
  plan = std::move(rejected);
}

}  // namespace

Sources Sources::Clone() const {
  return {name, request,       key.Clone(), group_key,  only_mode,
          peer, peer_identity, portal,      target_port};
}

Settings Settings::Clone() const { return {word, plan, key.Clone(), group_key, peer_identity}; }

std::string NamesOf(const Config& config) { return NamesOf(config, AllOf(config)); }

std::string RecordName(const Config& config, std::size_t index) {
  const std::string& name = config.records[index].name;
  const auto has_it = [&](const PresharedKey& record) { return record.name == name; };
  const bool tells =
      !name.empty() && std::count_if(config.records.begin(), config.records.end(), has_it) == 1;
  return tells ? name : "record " + std::to_string(index);
}

Sources SourcesOf(const Config& config, const PresharedKey* record, const TargetPortal* portal) {
  Sources sources;
  if (record != nullptr) {
    sources.request.identity = record->identity;
    sources.peer_identity = record->peer_identity;
    sources.peer = record->peer;
  }
  if (config.defaults.suites) sources.request.suites = *config.defaults.suites;
  TakeWord(config, record, portal, sources.request);
  TakeKey(config, record, portal, sources);
  if (portal == nullptr) return sources;
  if (!sources.peer) sources.portal = portal->address;
  sources.target_port = portal->socket;
  return sources;
}

Parsed<Sources> ChooseSources(const Config& config, const std::string& record, const Peer& peer,
                              const ChoicePlaces& places) {
  const auto choice = ChooseRecord(config, record, peer, places);
  if (!choice) return Failure(choice.error());
  const PresharedKey* const chosen = *choice;
  if (chosen != nullptr && chosen->peer && peer && chosen->peer != peer)
    return Reject(places.record, "is bound to the peer " + chosen->peer->ToString());
  const Peer bound = chosen != nullptr && chosen->peer ? chosen->peer : peer;
  Sources sources = SourcesOf(config, chosen, ChoosePortal(config, bound));
  if (chosen != nullptr)
    sources.name = RecordName(config, static_cast<std::size_t>(chosen - config.records.data()));
  return sources;
}

Settings TranslateFor(Role role, const Sources& sources, const std::optional<IpAddress>& own,
                      bool peer_known) {
  TranslateRequest request = sources.request;
  request.role = role;
  request.key_binding = BindingOf(role, sources, peer_known);
  if (own && !own->IsUnspecified()) request.own_address = own;
  Settings settings{request.word, Translate(request), sources.key.Clone(), sources.group_key,
                    sources.peer_identity};
  if (sources.only_mode) Narrow(settings.plan, *sources.only_mode);
  AddKeyReasons(settings.plan, settings.key, request.key_binding);
  return settings;
}

}  // namespace iscsi_ike::policy
