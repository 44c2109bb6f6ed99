#include "policy/isns/negative_cache.hpp"

#include <algorithm>
#include <limits>

namespace iscsi_ike::policy::isns {
namespace {

std::uint64_t After(std::uint64_t now, std::uint64_t lifetime) {
  constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  return lifetime > kNever - now ? kNever : now + lifetime;
}

}  // namespace

void NegativeCache::Remember(const PortalKey& endpoint, std::string why, std::uint64_t now) {
  Restore(endpoint, {std::move(why), After(now, lifetime_)}, now);
}

void NegativeCache::Restore(const PortalKey& endpoint, Entry entry, std::uint64_t now) {
  Expire(now);
  Forget(endpoint);
  if (most_ == 0 || entry.until <= now) return;
  if (entries_.size() == most_) Forget(PortalKey(by_expiry_.begin()->second));
  entry.until = std::min(entry.until, After(now, lifetime_));
  by_expiry_.emplace(entry.until, endpoint);
  entries_.emplace(endpoint, std::move(entry));
}

const NegativeCache::Entry* NegativeCache::Find(const PortalKey& endpoint,
                                                std::uint64_t now) const {
  const auto found = entries_.find(endpoint);
  return found != entries_.end() && now < found->second.until ? &found->second : nullptr;
}

void NegativeCache::Forget(const PortalKey& endpoint) {
  const auto found = entries_.find(endpoint);
  if (found == entries_.end()) return;
  by_expiry_.erase({found->second.until, endpoint});
  entries_.erase(found);
}

void NegativeCache::Expire(std::uint64_t now) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    entries_.erase(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
  }
}

}  // namespace iscsi_ike::policy::isns
