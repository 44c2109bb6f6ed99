// ResponderIndex: which of the configured responders a first message can concern at all, so that a
// portal with a key for each of ten thousand HBAs does not look at all of them for each message.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ike/config.hpp"

namespace iscsi_ike::ike {

class ResponderIndex {
 public:
  using Responders = std::vector<std::shared_ptr<const PeerConfig>>;
  // Numbers are places in the configuration, rising.
  using Numbers = std::span<const std::uint32_t>;

  explicit ResponderIndex(const Responders& responders);

  // IsTaken: a responder has this local address for its own.
  [[nodiscard]] bool IsTaken(const policy::IpAddress& local) const {
    return taken_.contains(local);
  }
  // BoundTo: those for this peer address, by `remote` or by an identity that is the address.
  [[nodiscard]] Numbers BoundTo(const policy::IpAddress& remote) const;
  // ForAny: those without `remote`.
  [[nodiscard]] Numbers ForAny() const { return for_any_; }
  // WithIdentity: those whose peer must have this identity. WithoutIdentity: those of ForAny whose
  // peer may have any.
  [[nodiscard]] Numbers WithIdentity(const policy::Identity& identity) const;
  [[nodiscard]] Numbers WithoutIdentity() const { return without_identity_; }

 private:
  struct AddressHash {
    std::size_t operator()(const policy::IpAddress& address) const;
  };

  std::unordered_set<policy::IpAddress, AddressHash> taken_;
  std::unordered_map<policy::IpAddress, std::vector<std::uint32_t>, AddressHash> bound_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> identified_;
  std::vector<std::uint32_t> for_any_, without_identity_;
};

// BoundTo: the address of the peer, or nullopt for one that serves any. Only `remote` keeps others
// out: a peer behind a translator has an address that is not its identity.
[[nodiscard]] std::optional<policy::IpAddress> BoundTo(const PeerConfig& peer);

}  // namespace iscsi_ike::ike
