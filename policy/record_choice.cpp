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

std::vector<const PresharedKey*> AllOf(const Config& config) {
  std::vector<const PresharedKey*> all;
  all.reserve(config.records.size());
  for (const PresharedKey& record : config.records) all.push_back(&record);
  return all;
}

}  // namespace

std::string NamesOf(const Config& config) { return NameList(config, AllOf(config)); }

RecordChoice::RecordChoice(const Config& config) : config_(&config), all_(AllOf(config)) {
  for (const PresharedKey* record : all_) {
    (record->peer ? bound_[*record->peer] : unbound_).push_back(record);
    Named& named = names_[record->name];
    if (named.count++ == 0) named.first = record;
  }
}

std::string RecordChoice::NameOf(const PresharedKey& record) const {
  if (!record.name.empty() && names_.find(record.name)->second.count == 1) return record.name;
  return "record " + std::to_string(&record - config_->records.data());
}

// Fitting: those that may be used with the peer; one bound to it keeps out those bound to nobody.
const RecordChoice::Records& RecordChoice::Fitting(const std::optional<IpAddress>& peer) const {
  if (!peer) return all_;
  const auto bound = bound_.find(*peer);
  return bound == bound_.end() ? unbound_ : bound->second;
}

Parsed<const PresharedKey*> RecordChoice::WithName(const std::string& name,
                                                   const std::string& place) const {
  if (const auto named = names_.find(name); named != names_.end()) return named->second.first;
  const auto index = ParseUnsigned(name);
  if (index && *index < all_.size()) return all_[static_cast<std::size_t>(*index)];
  return Reject(place,
                Quote(name) + " is no record; " +
                    (all_.empty() ? "there is none" : "there are " + NameList(*config_, all_)));
}

Parsed<const PresharedKey*> RecordChoice::Choose(const std::string& name,
                                                 const std::optional<IpAddress>& peer,
                                                 const ChoicePlaces& places) const {
  if (!name.empty()) return WithName(name, places.record);
  const Records& fitting = Fitting(peer);
  if (fitting.empty() && !all_.empty())
    return Reject(places.config, "no record is for the peer " + peer->ToString() + "; there are " +
                                     NameList(*config_, all_));
  if (fitting.size() > 1)
    return Reject(places.config,
                  "several records fit" + (peer ? " the peer " + peer->ToString() : std::string()) +
                      "; choose with " + places.record + ": " + NameList(*config_, fitting));
  return fitting.empty() ? nullptr : fitting.front();
}

}  // namespace iscsi_ike::policy
