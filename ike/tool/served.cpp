#include "ike/tool/served.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "ike/tool/config_inputs.hpp"
#include "ike/tool/config_source.hpp"
#include "ike/tool/console.hpp"
#include "ike/tool/key_source.hpp"
#include "ike/tool/limits.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/served_ports.hpp"
#include "policy/reason.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kGroupName = "group key";
constexpr const char* kNoRecord = "any";    // of a file without records
constexpr std::size_t kMostServed = 65536;  // records, each counted at every portal of its own

using Address = std::optional<policy::IpAddress>;
using Record = policy::PresharedKey;

// Place is where records are served: the portal that speaks for what they leave out, and its
// address when it speaks for that one alone.
struct Place {
  const policy::TargetPortal* portal = nullptr;
  Address local;
};

bool Speaks(const policy::TargetPortal& portal) {
  return portal.bitmap.IsValid() || portal.passed.word.IsValid() || !portal.key.empty();
}

bool Counts(const policy::TargetPortal& portal) {
  if (portal.address) return true;
  Warn("--config: the portal " + portal.host + " does not count: serve knows portals by address");
  return false;
}

// AddPortTellers: portals that say nothing but their TCP port, or are asked at one that was given.
void AddPortTellers(const policy::Config& config, const Address& only, bool port_given,
                    std::set<std::string>& known, std::vector<Place>& places) {
  for (const policy::TargetPortal& portal : config.portals) {
    const bool other = port_given || portal.socket != policy::kIscsiPort;
    if (Speaks(portal) || !other || !Counts(portal)) continue;
    if (only && portal.address != only) continue;
    if (known.insert(portal.address->ToString()).second)
      places.push_back({&portal, portal.address});
  }
}

std::vector<Place> PlacesOf(const policy::Config& config, const Address& only, bool port_given) {
  if (config.portals.size() == 1) return {{&config.portals.front(), std::nullopt}};
  std::vector<Place> places;
  std::set<std::string> known;  // addresses
  for (const policy::TargetPortal& portal : config.portals) {
    if (!Speaks(portal)) continue;
    if (!Counts(portal)) continue;
    if (only && portal.address != only) continue;
    if (!known.insert(portal.address->ToString()).second) {
      Warn("--config: a second portal at " + portal.address->ToString() +
           " does not count: only the address tells portals apart here");
      continue;
    }
    places.push_back({&portal, portal.address});
  }
  AddPortTellers(config, only, port_given, known, places);
  if (places.empty() || !(only || port_given)) places.push_back({});
  return places;
}

// IsOneRecord: there is no record to choose.
bool IsOneRecord(const policy::Config& config, const PolicyOptions& options) {
  return config.records.size() == 1 || !options.entry.empty();
}

// IsOne: there is nothing to choose from.
bool IsOne(const policy::Config& config, const Options& options, const Ends& ends) {
  if (!ends.local && NeedPlaces(config, options.child)) return false;
  return IsOneRecord(config, options.policy) ||
         (config.records.empty() && config.portals.size() <= 1);
}

void Keep(const Sources& sources, std::vector<Sources>* made_of) {
  if (made_of == nullptr) return;
  Sources& kept = made_of->emplace_back();
  static_cast<policy::Sources&>(kept) = sources.Clone();
  kept.key_place = sources.key_place;
}

Checked<std::vector<Served>> Only(const Options& options, const Ends& ends,
                                  Checked<Sources> sources, std::vector<Sources>* made_of) {
  if (!sources) return Failure(sources.error());
  Keep(*sources, made_of);
  std::vector<Served> served;
  served.push_back(ServedOf(options.policy, *sources, ends));
  return served;
}

Checked<Sources> SourcesOfOne(const Options& options, const Ends& ends,
                              const policy::Config& config) {
  const Address peer = ends.remote ? Address(ends.remote->address) : std::nullopt;
  Sources sources;
  if (auto s = TakeOne(config, options.policy, peer, sources); !s) return Failure(s.error());
  PortalPorts(config).Aim(ends.local ? Address(ends.local->address) : std::nullopt, sources);
  if (auto s = ApplyOptions(options, "", sources); !s) return Failure(s.error());
  if (auto s = ApplyKey(options.key, sources); !s) return Failure(s.error());
  return sources;
}

// Gathering makes the list of several.
class Gathering {
 public:
  Gathering(const Options& options, const Ends& ends, const policy::Config& config,
            std::vector<Sources>* made_of)
      : options_(options), ends_(ends), config_(config), choice_(config), made_of_(made_of) {}

  Checked<std::vector<Served>> Run() {
    if (!one_record_ && !options_.policy.peer_id.empty())
      return Usage("--peer-id",
                   "is said by peerIdentity where several records are served; or choose one with "
                   "--entry: " +
                       policy::NamesOf(config_));
    auto key = ReadKey(options_.key);
    if (!key) return Failure(key.error());
    key_ = std::move(*key);
    if (auto s = CheckKey(); !s) return Failure(s.error());
    const auto records = Records();
    if (!records) return Failure(records.error());
    const std::vector<Place> places =
        PlacesOf(config_, LocalAddress(), !options_.child.target_port.empty());
    if (auto s = CheckCount(records->size(), places.size()); !s) return Failure(s.error());
    for (const Place& place : places)
      if (auto s = AddAll(place, *records); !s) return Failure(s.error());
    if (!served_.empty()) return std::move(served_);
    return Usage(PlacesOf(options_.policy), "no record is for the peer " +
                                                ends_.remote->address.ToString() + "; there are " +
                                                policy::NamesOf(config_));
  }

 private:
  Address LocalAddress() const {
    return ends_.local ? Address(ends_.local->address) : std::nullopt;
  }

  Status<ToolError> CheckCount(std::size_t records, std::size_t places) const {
    if (records * places <= kMostServed) return Done{};
    return Usage(PlacesOf(options_.policy),
                 std::to_string(records) + " records at " + std::to_string(places) +
                     " portals are more than " + std::to_string(kMostServed) +
                     " answers; choose a portal with --local or a record with --entry");
  }

  Status<ToolError> CheckKey() const {
    for (std::size_t i = 0; key_ && !one_record_ && i < config_.records.size(); ++i) {
      if (!config_.records[i].key.empty())
        return Usage("--key-file", "a key is given beside that of '" +
                                       choice_.NameOf(config_.records[i]) +
                                       "' in the config; choose one record with --entry, or "
                                       "leave one of the keys out");
    }
    return Done{};
  }

  Checked<std::vector<std::size_t>> Records() const {
    const std::string& entry = options_.policy.entry;
    if (entry.empty()) return RecordsInOrder();
    const Address peer = ends_.remote ? Address(ends_.remote->address) : std::nullopt;
    const auto chosen = choice_.Choose(entry, {peer}, {"--entry", PlacesOf(options_.policy)});
    if (!chosen) return Usage(chosen.error());
    if (*chosen == nullptr) return std::vector<std::size_t>();
    if (peer && (*chosen)->peer && (*chosen)->peer != peer)
      return Usage("--entry", "is bound to the peer " + (*chosen)->peer->ToString());
    return std::vector{static_cast<std::size_t>(*chosen - config_.records.data())};
  }

  // RecordsInOrder: where one peer is served, records bound to it come before those bound to
  // nobody, which the engine would not see any more.
  std::vector<std::size_t> RecordsInOrder() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < config_.records.size(); ++i) {
      const Address& peer = config_.records[i].peer;
      if (!ends_.remote || !peer || *peer == ends_.remote->address) order.push_back(i);
    }
    if (ends_.remote)
      std::stable_partition(order.begin(), order.end(),
                            [&](std::size_t i) { return config_.records[i].peer.has_value(); });
    return order;
  }

  Status<ToolError> AddAll(const Place& place, const std::vector<std::size_t>& records) {
    for (const std::size_t i : records)
      if (auto s = Add(place, &config_.records[i], choice_.NameOf(config_.records[i])); !s)
        return s;
    if (config_.records.empty()) return Add(place, nullptr, kNoRecord);
    if (one_record_ || config_.defaults.group_key.empty()) return Done{};
    return Add(place, nullptr, kGroupName);
  }

  Status<ToolError> Add(const Place& place, const Record* record, std::string name) {
    Sources sources;
    static_cast<policy::Sources&>(sources) = policy::SourcesOf(config_, record, place.portal);
    if (record == nullptr && !config_.records.empty()) {
      sources.key = config_.defaults.group_key.Clone();
      sources.group_key = true;
      sources.key_reasons = {MakeReason(policy::ReasonCode::kKeyFromGroup)};
    } else if (key_) {
      sources.GiveKey(key_->Clone(), false);
    }
    ports_.Aim(place.local ? place.local : LocalAddress(), sources);
    sources.key_place = {};
    sources.name = std::move(name);
    if (auto s = ApplyOptions(options_, "", sources); !s) return s;
    Ends ends = ends_;
    if (place.local) ends.local = Endpoint{*place.local, kIkePort};
    Keep(sources, made_of_);
    served_.push_back(ServedOf(options_.policy, sources, ends));
    served_.back().portal = place.local;
    return Done{};
  }

  const Options& options_;
  const Ends& ends_;
  const policy::Config& config_;
  const policy::RecordChoice choice_;
  const PortalPorts ports_{config_};
  std::vector<Sources>* made_of_;
  const bool one_record_ = IsOneRecord(config_, options_.policy);
  std::optional<crypto::Secret> key_;  // of the command line
  std::vector<Served> served_;
};

}  // namespace

Served ServedOf(const PolicyOptions& options, const Sources& sources, Ends ends) {
  if (sources.peer) ends.remote = Endpoint{*sources.peer, kIkePort};
  if (!ends.local) ends.target = sources.portal;
  Settings settings = TranslateFor(Role::kResponder, sources, ends, options);
  return {sources.name, ends, std::nullopt, sources.target_port, std::move(settings)};
}

Checked<std::vector<Served>> ReadServed(const Options& options, const Ends& ends,
                                        std::vector<Sources>* made_of) {
  const Address peer = ends.remote ? Address(ends.remote->address) : std::nullopt;
  if (!options.policy.HasConfig())
    return Only(options, ends, ReadSources(options, "", peer), made_of);
  const auto config = LoadConfig(options.policy);
  if (!config) return Failure(config.error());
  auto served = IsOne(**config, options, ends)
                    ? Only(options, ends, SourcesOfOne(options, ends, **config), made_of)
                    : Gathering(options, ends, **config, made_of).Run();
  if (served) WarnOfNoPortal(**config, ends, *served);
  return served;
}

Checked<std::shared_ptr<PeerConfig>> MakeResponder(const Options& options,
                                                   const ChildOptions& child, const Served& served,
                                                   std::uint16_t nat_port) {
  return MakePeer(options, ServingChild(child, served), served.settings.Clone(), Role::kResponder,
                  served.ends, nat_port);
}

Checked<EngineConfig> ServingConfig(const Options& options, const std::vector<Served>& served,
                                    std::uint16_t nat_port) {
  EngineConfig config;
  config.nat_port = nat_port;
  if (auto limited = ApplyLimits(options.limits, config); !limited) return Failure(limited.error());
  for (const Served& one : served) {
    const auto peer = MakeResponder(options, options.child, one, nat_port);
    if (!peer) return Failure(peer.error());
    if (served.size() > 1) (*peer)->name = one.name;
    config.half_open_timeout = (*peer)->negotiation_timeout;
    config.responders.push_back(*peer);
  }
  return config;
}

bool IsUsable(const Served& served) {
  return served.settings.plan.outcome == policy::Outcome::kPlan && !served.settings.key.empty();
}

std::string Label(const Served& served) {
  std::string label = "'" + served.name + "'";
  if (served.portal) label += " at " + served.portal->ToString();
  return label;
}

std::string ServedLine(const std::vector<Served>& served) {
  if (served.size() == 1) return PolicyLine(served.front().settings);
  std::string list;
  std::size_t count = 0;
  for (const Served& one : served) {
    if (!IsUsable(one)) continue;
    list += (list.empty() ? "" : ", ") + Label(one) + " " + one.settings.word.ToHex();
    ++count;
  }
  return std::to_string(count) + (count == 1 ? " record: " : " records: ") + list;
}

}  // namespace iscsi_ike::ike::tool
