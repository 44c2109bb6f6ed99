#include "policy/keyring.hpp"

#include <utility>

namespace iscsi_ike::policy {
namespace {

// BoundAddress: the binding, or an address identity, which is one by itself.
std::optional<IpAddress> BoundAddress(const PresharedKey& record) {
  if (record.peer || !record.identity) return record.peer;
  return record.identity->address();
}

bool IsBoundElsewhere(const PresharedKey& record, const KeyQuery& query) {
  return record.peer && query.address && *record.peer != *query.address;
}

bool MatchesIdentity(const PresharedKey& record, const KeyQuery& query) {
  return query.identity && record.identity == query.identity && !IsBoundElsewhere(record, query);
}

bool MatchesAddress(const PresharedKey& record, const KeyQuery& query) {
  return query.address && BoundAddress(record) == query.address;
}

}  // namespace

std::string_view Name(KeyMatchKind kind) {
  switch (kind) {
    case KeyMatchKind::kIdentity:
      return "identity";
    case KeyMatchKind::kAddress:
      return "address";
    case KeyMatchKind::kGroup:
      return "group key";
  }
  return "?";
}

Status<Error> Keyring::Add(PresharedKey record, std::string_view place) {
  if (record.key.empty()) return Reject(std::string(place), "has no key");
  for (const PresharedKey& known : records_) {
    if (known.identity == record.identity && known.peer == record.peer) {
      return Reject(std::string(place),
                    (record.identity ? record.identity->ToString() : "the local address") +
                        " has a key for the same peer address already");
    }
  }
  records_.push_back(std::move(record));
  return Done{};
}

std::vector<KeyMatch> Keyring::Candidates(const KeyQuery& query) const {
  std::vector<KeyMatch> matches;
  const auto add = [&](KeyMatchKind kind, auto test) {
    for (const PresharedKey& record : records_) {
      if (test(record)) matches.push_back({kind, &record, &record.key});
    }
  };
  // Among records of one identity, the one that is bound to the query's address is meant most.
  add(KeyMatchKind::kIdentity,
      [&](const auto& r) { return MatchesIdentity(r, query) && MatchesAddress(r, query); });
  add(KeyMatchKind::kIdentity,
      [&](const auto& r) { return MatchesIdentity(r, query) && !MatchesAddress(r, query); });
  add(KeyMatchKind::kAddress,
      [&](const auto& r) { return !MatchesIdentity(r, query) && MatchesAddress(r, query); });
  if (HasGroupKey()) matches.push_back({KeyMatchKind::kGroup, nullptr, &group_key_});
  return matches;
}

std::optional<KeyMatch> Keyring::Lookup(const KeyQuery& query) const {
  const std::vector<KeyMatch> matches = Candidates(query);
  return matches.empty() ? std::nullopt : std::optional(matches.front());
}

}  // namespace iscsi_ike::policy
