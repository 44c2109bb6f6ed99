#include "policy/record_choice.hpp"

#include <algorithm>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

std::string NameList(const Config& config, const std::vector<const PresharedKey*>& records) {
  constexpr std::size_t kMostNames = 16;
  std::string names;
  for (std::size_t i = 0; i < std::min(records.size(), kMostNames); ++i) {
    names += (names.empty() ? "" : ", ") + std::to_string(records[i] - config.records.data());
    if (!records[i]->name.empty()) names += " " + Quote(records[i]->name);
  }
  if (records.size() > kMostNames)
    names += " and " + std::to_string(records.size() - kMostNames) + " more";
  return names;
}

// NounOf a peer of which something is known.
std::string NounOf(const ChoicePeer& peer) {
  std::string noun = "the peer";
  if (peer.address) noun += " " + peer.address->ToString();
  if (peer.targets.size() == 1) noun += " with the target " + Quote(peer.targets.front());
  if (peer.targets.size() > 1)
    noun += " with any of its " + std::to_string(peer.targets.size()) + " targets";
  return noun;
}

std::vector<const PresharedKey*> AllOf(const Config& config) {
  std::vector<const PresharedKey*> all;
  all.reserve(config.records.size());
  for (const PresharedKey& record : config.records) all.push_back(&record);
  return all;
}

}  // namespace

std::string NamesOf(const Config& config) { return NameList(config, AllOf(config)); }

void RecordChoice::Bound::Add(const PresharedKey& record) {
  all.push_back(&record);
  (record.target.empty() ? any_target : of_target[record.target]).push_back(&record);
}

const RecordChoice::Records& RecordChoice::Bound::For(std::span<const std::string> targets,
                                                      Records& room) const {
  if (targets.empty()) return all;
  room.clear();
  for (const std::string& target : targets) {
    const auto found = of_target.find(target);
    if (found != of_target.end())
      room.insert(room.end(), found->second.begin(), found->second.end());
  }
  std::sort(room.begin(), room.end());  // in the order of the config, each once
  room.erase(std::unique(room.begin(), room.end()), room.end());
  return room.empty() ? any_target : room;
}

RecordChoice::RecordChoice(const Config& config) : config_(&config) {
  for (const PresharedKey& record : config.records) {
    all_.Add(record);
    (record.peer ? bound_[*record.peer] : unbound_).Add(record);
    Named& named = names_[record.name];
    if (named.count++ == 0) named.first = &record;
  }
}

std::string RecordChoice::NameOf(const PresharedKey& record) const {
  if (!record.name.empty() && names_.find(record.name)->second.count == 1) return record.name;
  return "record " + std::to_string(&record - config_->records.data());
}

// Fitting: those that may be used with the peer; one bound to it keeps out those bound to nobody.
const RecordChoice::Records& RecordChoice::Fitting(const ChoicePeer& peer, Records& room) const {
  if (!peer.address) return all_.For(peer.targets, room);
  const auto bound = bound_.find(*peer.address);
  if (bound != bound_.end()) {
    const Records& fitting = bound->second.For(peer.targets, room);
    if (!fitting.empty()) return fitting;
  }
  return unbound_.For(peer.targets, room);
}

Parsed<const PresharedKey*> RecordChoice::WithName(const std::string& name,
                                                   const std::string& place) const {
  if (const auto named = names_.find(name); named != names_.end()) return named->second.first;
  const auto index = ParseUnsigned(name);
  const Records& all = all_.all;
  if (index && *index < all.size()) return all[static_cast<std::size_t>(*index)];
  return Reject(place,
                Quote(name) + " is no record; " +
                    (all.empty() ? "there is none" : "there are " + NameList(*config_, all)));
}

Parsed<const PresharedKey*> RecordChoice::Choose(const std::string& name, const ChoicePeer& peer,
                                                 const ChoicePlaces& places) const {
  if (!name.empty()) return WithName(name, places.record);
  Records room;
  const Records& fitting = Fitting(peer, room);
  if (fitting.empty() && !all_.all.empty())
    return Reject(places.config, "no record is for " + NounOf(peer) + "; there are " +
                                     NameList(*config_, all_.all));
  if (fitting.size() > 1)
    return Reject(places.config,
                  "several records fit" + (peer.address ? " " + NounOf(peer) : std::string()) +
                      "; choose with " + places.record + ": " + NameList(*config_, fitting));
  return fitting.empty() ? nullptr : fitting.front();
}

}  // namespace iscsi_ike::policy
