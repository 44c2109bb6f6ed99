// NegativeCache remembers endpoints that failed authentication, of IPsec or of the iSCSI login. Who
// discovers portals without security must keep one, so that a false answer of a directory cannot
// make it try the same endpoint again and again (RFC 3723 section 2.6, RFC 4171 section 7.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "policy/isns/directory.hpp"

namespace iscsi_ike::policy::isns {

// NegativeCache holds at most `most` endpoints, each for `lifetime` seconds from its last failure;
// when it is full, the one that would expire first gives way. Time is the caller's, in seconds on
// any scale that does not go back.
class NegativeCache {
 public:
  struct Entry {
    std::string why;  // "the peer's HASH is wrong"; never a key
    std::uint64_t until = 0;
  };

  static constexpr std::size_t kMost = 4096;
  static constexpr std::uint64_t kLifetime = 600;
  explicit NegativeCache(std::size_t most = kMost, std::uint64_t lifetime = kLifetime)
      : most_(most), lifetime_(lifetime) {}

  void Remember(const PortalKey& endpoint, std::string why, std::uint64_t now);
  // Restore takes back an entry of an earlier time. One that has run out is left out, and none
  // stays for longer than if it were remembered now.
  void Restore(const PortalKey& endpoint, Entry entry, std::uint64_t now);
  // Find: nullptr when the endpoint may be tried. Valid until the next call that is not const.
  [[nodiscard]] const Entry* Find(const PortalKey& endpoint, std::uint64_t now) const;
  // Forget is for an endpoint that has authenticated itself.
  void Forget(const PortalKey& endpoint);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const std::map<PortalKey, Entry>& entries() const { return entries_; }

 private:
  void Expire(std::uint64_t now);

  std::size_t most_;
  std::uint64_t lifetime_;
  std::map<PortalKey, Entry> entries_;
  std::set<std::pair<std::uint64_t, PortalKey>> by_expiry_;
};

}  // namespace iscsi_ike::policy::isns
