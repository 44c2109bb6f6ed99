// What a config says for one way to a target, and what stands before what.
#include <algorithm>
#include <utility>
#include <vector>

#include "policy/address_text.hpp"
#include "policy/reason.hpp"
#include "policy/record_choice.hpp"
#include "policy/settings.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

using Peer = std::optional<IpAddress>;

using Portals = std::vector<const TargetPortal*>;

// PortalsAt an address; of those only the ones that an iSNS server has named, where it has.
Portals PortalsAt(const Config& config, const Peer& peer) {
  Portals portals;
  for (const TargetPortal& portal : config.portals)
    if (peer ? portal.address == peer : config.portals.size() == 1) portals.push_back(&portal);
  const auto is_listed = [](const TargetPortal* portal) { return portal->in_isns; };
  if (std::any_of(portals.begin(), portals.end(), is_listed))
    std::erase_if(portals, [](const TargetPortal* portal) { return !portal->in_isns; });
  return portals;
}

std::vector<std::string> TargetsOf(const Portals& portals) {
  std::vector<std::string> targets;
  for (const TargetPortal* portal : portals)
    targets.insert(targets.end(), portal->targets.begin(), portal->targets.end());
  return targets;
}

// LoginTarget: the target of all logins to an address that name one; empty when they differ.
std::string_view LoginTarget(const Config& config, const Peer& peer) {
  std::string_view target;
  for (const Login& login : config.logins) {
    if (login.target.empty() || (login.address && login.address != peer)) continue;
    if (!target.empty() && !SameName(login.target, target)) return {};
    target = login.target;
  }
  return target;
}

// ChoosePortal takes the one that leads to the target, which may be empty. Without it portals of
// the same targets are one as good as the other, and of others none can be chosen.
const TargetPortal* ChoosePortal(const Portals& portals, std::string_view target) {
  if (portals.empty()) return nullptr;
  if (!target.empty()) {
    for (const TargetPortal* portal : portals)
      if (portal->LeadsTo(target)) return portal;
  }
  const auto is_like_first = [&](const TargetPortal* portal) {
    return portal->targets == portals.front()->targets;
  };
  return std::all_of(portals.begin(), portals.end(), is_like_first) ? portals.front() : nullptr;
}

// LoginPlace: where all logins go that say it; neither address nor name when they differ.
HostAddress LoginPlace(const Config& config) {
  const Login* first = nullptr;
  for (const Login& login : config.logins) {
    if (!login.address && login.host.empty()) continue;
    if (first == nullptr) first = &login;
    if (login.address != first->address || !SameName(login.host, first->host)) return {};
  }
  return first == nullptr ? HostAddress() : HostAddress{first->address, first->host};
}

// Way is what speaks for one way to a target.
struct Way {
  const Config& config;
  const PresharedKey* record;
  const TargetPortal* portal;
  Peer destination;
  std::vector<const Login*> logins;  // to there, in the order of the calls

  [[nodiscard]] Initiator initiator() const {
    if (record != nullptr) return record->initiator;
    return logins.empty() ? Initiator() : logins.front()->initiator;
  }
};

bool IsTo(const Login& login, const TargetPortal* portal) {
  return login.target.empty() || portal == nullptr || portal->LeadsTo(login.target);
}

bool IsFor(const Login& login, const PresharedKey* record) {
  if (record == nullptr) return true;
  const bool target =
      record->target.empty() || login.target.empty() || SameName(record->target, login.target);
  return target && Closeness(login.initiator, record->initiator);
}

// FindLogins takes those to the portal, or to where the target is; those that name no place go
// anywhere, and those that name no TCP port to any.
void FindLogins(const HostAddress& place, Way& way) {
  for (const Login& login : way.config.logins) {
    const bool there = login.address        ? login.address == place.address
                       : login.host.empty() ? true
                                            : SameName(login.host, place.host);
    const bool socket =
        way.portal == nullptr || !login.socket || login.socket == way.portal->socket;
    if (there && socket && IsTo(login, way.portal) && IsFor(login, way.record))
      way.logins.push_back(&login);
  }
}

Way FindWay(const Config& config, const PresharedKey* record, const TargetPortal* portal,
            const Peer& peer) {
  Way way{config, record, portal, peer, {}};
  HostAddress place{peer, {}};
  if (portal != nullptr) {
    place = {portal->address, portal->host};
  } else if (!peer && config.portals.empty()) {
    place = LoginPlace(config);
  }
  if (place.address) way.destination = place.address;
  if (record != nullptr && record->peer) way.destination = record->peer;
  FindLogins(place, way);
  return way;
}

// CallsOf lists what was passed, each word once: the portal was added before anybody logged in.
std::vector<SecurityFlags> CallsOf(const Way& way) {
  std::vector<SecurityFlags> calls;
  const auto add = [&](SecurityFlags word) {
    if (word.word() != 0 && std::find(calls.begin(), calls.end(), word) == calls.end())
      calls.push_back(word);
  };
  if (way.portal != nullptr) add(way.portal->passed.word);
  for (const Login* login : way.logins) add(login->passed.word);
  return calls;
}

void TakeWord(const Way& way, Sources& sources) {
  TranslateRequest& request = sources.request;
  WordSources& words = sources.words;
  if (way.record != nullptr) words.entry = way.record->flags;
  words.later_calls = CallsOf(way);
  if (way.portal != nullptr && way.portal->bitmap.word() != 0) words.portal = way.portal->bitmap;
  if (way.portal != nullptr) words.isns = way.portal->isns_bitmap;
  words.default_bitmap = way.config.defaults.security_bitmap;
  WordInForce in_force = ResolveWord(words);
  request.word = in_force.word;
  request.prior = std::move(in_force.reasons);
  request.require_ipsec = (way.portal != nullptr && way.portal->passed.require_ipsec) ||
                          std::any_of(way.logins.begin(), way.logins.end(),
                                      [](const Login* l) { return l->passed.require_ipsec; });
}

// KeyCandidate is a key and the reason that tells of its use.
struct KeyCandidate {
  ReasonCode reason;
  const crypto::Secret& key;
};

std::string_view OwnerOf(ReasonCode reason) {
  switch (reason) {
    case ReasonCode::kKeyFromCall:
      return "that of a call";
    case ReasonCode::kKeyFromPortal:
      return "that of the portal";
    default:
      return "the group key";
  }
}

std::vector<KeyCandidate> KeysOf(const Way& way) {
  std::vector<KeyCandidate> keys;
  if (way.record != nullptr) keys.push_back({ReasonCode::kKeyFromEntry, way.record->key});
  for (const Login* login : way.logins) keys.push_back({ReasonCode::kKeyFromCall, login->key});
  if (way.portal != nullptr) keys.push_back({ReasonCode::kKeyFromPortal, way.portal->key});
  keys.push_back({ReasonCode::kKeyFromGroup, way.config.defaults.group_key});
  return keys;
}

// TellOther tells of a key that is not used, of each kind once, unless it is the same.
void TellOther(const KeyCandidate& other, Sources& sources) {
  const bool passed = other.reason == ReasonCode::kKeyFromCall;
  Reason reason = passed ? MakeReason(ReasonCode::kPassedKeyIgnored)
                         : MakeReason(ReasonCode::kKeyOverridden, OwnerOf(other.reason));
  const bool told = std::any_of(sources.key_reasons.begin(), sources.key_reasons.end(),
                                [&](const Reason& r) { return r.text == reason.text; });
  if (!told && !crypto::ConstantTimeEqual(other.key.Expose(), sources.key.Expose()))
    sources.key_reasons.push_back(std::move(reason));
}

void TakeKey(const Way& way, Sources& sources) {
  for (const KeyCandidate& candidate : KeysOf(way)) {
    if (candidate.key.empty()) continue;
    if (!sources.key.empty()) {
      TellOther(candidate, sources);
      continue;
    }
    sources.key = candidate.key.Clone();
    sources.group_key = candidate.reason == ReasonCode::kKeyFromGroup;
    sources.key_reasons.push_back(MakeReason(candidate.reason));
  }
}

void TakeTunnel(const Way& way, TranslateRequest& request) {
  const Initiator initiator = way.initiator();
  std::optional<unsigned> best;
  for (const TunnelAddress& tunnel : way.config.tunnels) {
    if (tunnel.destination != way.destination) continue;
    const auto closeness = Closeness(tunnel.initiator, initiator);
    if (!closeness || (best && *closeness <= *best)) continue;
    best = closeness;
    request.tunnel_outer = tunnel.outer;
  }
}

void TakePortal(const Way& way, Sources& sources) {
  const Login* const login = way.logins.empty() ? nullptr : way.logins.front();
  if (way.portal != nullptr) {
    sources.portal = way.portal->address;
    sources.target_port = way.portal->socket;
    sources.published = way.portal->published;
  } else if (login != nullptr && login->address) {
    sources.portal = login->address;
    sources.target_port = login->socket.value_or(kIscsiPort);
  }
  if (sources.peer) sources.portal.reset();
}

// Undecided tells that there are portals to choose from, and nothing chooses.
void Undecided(const Config& config, const Portals& portals, const Peer& bound,
               TranslateRequest& request) {
  const bool logins = std::any_of(config.logins.begin(), config.logins.end(),
                                  [](const Login& login) { return login.address.has_value(); });
  if (portals.size() > 1) {
    request.prior.push_back(MakeReason(ReasonCode::kNoPortalChosen,
                                       "they lead to different targets, and none is named"));
  } else if (!bound && (config.portals.size() > 1 || logins)) {
    request.prior.push_back(MakeReason(ReasonCode::kNoPortalChosen));
  }
}

// CheckTarget: a record for another target than there is.
Status<Error> CheckTarget(const PresharedKey* record, const Portals& portals,
                          const std::string& place) {
  if (record == nullptr || record->target.empty() || portals.empty()) return Done{};
  const auto leads = [record](const TargetPortal* portal) {
    return portal->LeadsTo(record->target);
  };
  if (std::any_of(portals.begin(), portals.end(), leads)) return Done{};
  return Reject(place, "is for the target " + Quote(record->target) +
                           ", and no portal that leads there is meant");
}

}  // namespace

Sources SourcesOf(const Config& config, const PresharedKey* record, const TargetPortal* portal,
                  const Peer& peer) {
  Sources sources;
  if (record != nullptr) {
    sources.request.identity = record->identity;
    sources.peer_identity = record->peer_identity;
    sources.peer = record->peer;
  }
  const Way way = FindWay(config, record, portal, peer);
  TakeWord(way, sources);
  TakeKey(way, sources);
  TakeTunnel(way, sources.request);
  TakePortal(way, sources);
  if (config.defaults.suites) sources.GiveSuites(*config.defaults.suites);
  return sources;
}

Parsed<Sources> ChooseSources(const Config& config, const std::string& record, const Peer& peer,
                              const ChoicePlaces& places) {
  const RecordChoice records(config);
  const std::vector<std::string> targets = TargetsOf(PortalsAt(config, peer));
  const auto choice = records.Choose(record, {peer, targets}, places);
  if (!choice) return Failure(choice.error());
  const PresharedKey* const chosen = *choice;
  if (chosen != nullptr && chosen->peer && peer && chosen->peer != peer)
    return Reject(places.record, "is bound to the peer " + chosen->peer->ToString());
  Peer bound = chosen != nullptr && chosen->peer ? chosen->peer : peer;
  if (!bound) bound = LoginPlace(config).address;
  const Portals portals = PortalsAt(config, bound);
  if (auto s = CheckTarget(chosen, portals, places.record); !s) return Failure(s.error());
  const bool for_one = chosen != nullptr && !chosen->target.empty();
  const TargetPortal* const portal = ChoosePortal(
      portals, for_one ? std::string_view(chosen->target) : LoginTarget(config, bound));
  Sources sources = SourcesOf(config, chosen, portal, bound);
  if (portal == nullptr) Undecided(config, portals, bound, sources.request);
  if (chosen != nullptr) sources.name = records.NameOf(*chosen);
  return sources;
}

}  // namespace iscsi_ike::policy
