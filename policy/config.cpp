#include "policy/config.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

bool SameKey(const crypto::Secret& a, const crypto::Secret& b) {
  return crypto::ConstantTimeEqual(a.Expose(), b.Expose());
}

// TextOf is the same for what is the same entry, and for nothing else.
std::string TextOf(const PresharedKey& record) {
  const auto text = [](const auto& value) { return value ? value->ToString() : std::string(); };
  const std::array<std::string, 5> parts = {ToString(record.initiator), text(record.identity),
                                            text(record.peer), text(record.peer_identity),
                                            record.target};
  return Join(parts, "\n");
}
std::string TextOf(const TargetPortal& portal) {
  return (portal.address ? portal.address->ToString() : Lower(portal.host)) + "\n" +
         std::to_string(portal.socket);
}
std::string TextOf(const TunnelAddress& tunnel) {
  return ToString(tunnel.initiator) + "\n" + tunnel.destination.ToString();
}

std::string NounOf(const PresharedKey& record) {
  const std::string initiator = ToString(record.initiator);
  std::string noun = "the record of ";
  noun += record.identity ? record.identity->ToString() : "the local address";
  if (record.peer) noun += " for " + record.peer->ToString();
  return initiator.empty() ? noun : noun + " (" + Quote(initiator) + ")";
}
std::string NounOf(const TargetPortal& portal) {
  return "the portal " + (portal.address ? portal.address->ToString() : portal.host) + " port " +
         std::to_string(portal.socket);
}
std::string NounOf(const TunnelAddress& tunnel) {
  return "the outer address for " + tunnel.destination.ToString();
}

// Two is one entry in two places, and what it is called.
struct Two {
  const std::string& place;    // of the later
  const std::string& earlier;  // of the earlier
  std::string noun;

  [[nodiscard]] Failure<Error> Differ(const std::string& what) const {
    return Reject(place, noun + " has another " + what + " than in " + earlier);
  }
  [[nodiscard]] Failure<Error> Differ(const std::string& what, const std::string& here,
                                      const std::string& there) const {
    return Reject(place,
                  noun + " has the " + what + " " + here + ", and in " + earlier + " " + there);
  }

  // TakeKey fills in a key that is missing.
  [[nodiscard]] Status<Error> TakeKey(crypto::Secret& into, crypto::Secret& from) const {
    if (from.empty()) return Done{};
    if (!into.empty()) return SameKey(into, from) ? Status<Error>(Done{}) : Differ("key");
    into = std::move(from);
    return Done{};
  }

  // TakeWord fills in a word that says nothing.
  [[nodiscard]] Status<Error> TakeWord(SecurityFlags& into, SecurityFlags from,
                                       const std::string& what) const {
    if (!from.IsValid() || from == into) return Done{};
    if (into.IsValid()) return Differ(what, from.ToHex(), into.ToHex());
    into = from;
    return Done{};
  }
};

Status<Error> Unite(const Two& two, PresharedKey& into, PresharedKey& from) {
  if (auto word = two.TakeWord(into.flags, from.flags, "word"); !word) return word;
  if (into.name.empty()) into.name = std::move(from.name);
  return two.TakeKey(into.key, from.key);
}

Status<Error> Unite(const Two& two, TargetPortal& into, TargetPortal& from) {
  if (auto word = two.TakeWord(into.bitmap, from.bitmap, "bitmap"); !word) return word;
  if (auto word = two.TakeWord(into.passed.word, from.passed.word, "passed word"); !word)
    return word;
  if (into.group_tag && from.group_tag && into.group_tag != from.group_tag)
    return two.Differ("group tag", std::to_string(*from.group_tag),
                      std::to_string(*into.group_tag));
  if (from.group_tag) into.group_tag = from.group_tag;
  if (into.symbolic_name.empty()) into.symbolic_name = std::move(from.symbolic_name);
  into.passed.require_ipsec |= from.passed.require_ipsec;
  into.in_isns |= from.in_isns;
  if (!from.targets.empty()) into.targets = std::move(from.targets);
  if (from.isns_bitmap) into.isns_bitmap = from.isns_bitmap;
  if (from.published) into.published = std::move(from.published);
  return two.TakeKey(into.key, from.key);
}

Status<Error> Unite(const Two& two, TunnelAddress& into, const TunnelAddress& from) {
  if (into.outer == from.outer) return Done{};
  return two.Differ("address", from.outer.ToString(), into.outer.ToString());
}

// PlacedList is what there is so far of one kind of entry, and where each is from.
template <class Entry>
class PlacedList {
 public:
  Status<Error> Add(const std::string& place, std::vector<Entry>& from) {
    const std::size_t before = entries_.size();
    for (Entry& entry : from) {
      const auto [known, is_new] = known_.emplace(TextOf(entry), entries_.size());
      const std::size_t at = known->second;
      if (is_new || at >= before) {
        entries_.push_back(std::move(entry));
        places_.push_back(&place);
        continue;
      }
      const Two two{place, *places_[at], NounOf(entry)};
      if (auto united = Unite(two, entries_[at], entry); !united) return united;
    }
    return Done{};
  }
  std::vector<Entry>& entries() { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::vector<const std::string*> places_;
  std::map<std::string, std::size_t> known_;  // TextOf the first of its kind
};

// PlacedDefaults likewise.
class PlacedDefaults {
 public:
  Status<Error> Add(const std::string& place, ConfigDefaults& from) {
    if (auto s = AddBitmap(place, from); !s) return s;
    if (auto s = AddSuites(place, from); !s) return s;
    if (from.group_key.empty()) return Done{};
    if (defaults_.group_key.empty()) group_key_ = &place;
    const Two two{place, *group_key_, "the group key"};
    if (!defaults_.group_key.empty() && !SameKey(defaults_.group_key, from.group_key))
      return Reject(two.place, two.noun + " is another than in " + two.earlier);
    return two.TakeKey(defaults_.group_key, from.group_key);
  }
  ConfigDefaults& defaults() { return defaults_; }

 private:
  Status<Error> AddBitmap(const std::string& place, const ConfigDefaults& from) {
    if (!from.security_bitmap) return Done{};
    if (!defaults_.security_bitmap) {
      defaults_.security_bitmap = from.security_bitmap;
      bitmap_ = &place;
    } else if (defaults_.security_bitmap != from.security_bitmap) {
      return Reject(place, "the default bitmap is " + from.security_bitmap->ToHex() + ", and in " +
                               *bitmap_ + " " + defaults_.security_bitmap->ToHex());
    }
    return Done{};
  }

  Status<Error> AddSuites(const std::string& place, ConfigDefaults& from) {
    if (!from.suites) return Done{};
    if (!defaults_.suites) {
      defaults_.suites = std::move(from.suites);
      suites_ = &place;
    } else if (*defaults_.suites != *from.suites) {
      return Reject(place, "the suites are others than in " + *suites_);
    }
    return Done{};
  }

  ConfigDefaults defaults_;
  const std::string* bitmap_ = nullptr;
  const std::string* suites_ = nullptr;
  const std::string* group_key_ = nullptr;
};

}  // namespace

bool IsEmpty(const Config& config) {
  const ConfigDefaults& defaults = config.defaults;
  return config.records.empty() && config.portals.empty() && config.logins.empty() &&
         config.tunnels.empty() && !defaults.security_bitmap && !defaults.suites &&
         defaults.group_key.empty();
}

Parsed<Config> MergeConfigs(std::vector<PlacedConfig> sources) {
  PlacedList<PresharedKey> records;
  PlacedList<TargetPortal> portals;
  PlacedList<TunnelAddress> tunnels;
  PlacedDefaults defaults;
  Config merged;
  for (PlacedConfig& source : sources) {
    const std::string& place = source.place;
    Config& config = source.config;
    auto added = records.Add(place, config.records);
    if (added) added = portals.Add(place, config.portals);
    if (added) added = tunnels.Add(place, config.tunnels);
    if (added) added = defaults.Add(place, config.defaults);
    if (!added) return Failure(added.error());
    std::move(config.logins.begin(), config.logins.end(), std::back_inserter(merged.logins));
  }
  merged.records = std::move(records.entries());
  merged.portals = std::move(portals.entries());
  merged.tunnels = std::move(tunnels.entries());
  merged.defaults = std::move(defaults.defaults());
  return merged;
}

}  // namespace iscsi_ike::policy
