#include "ike/core/responder_index.hpp"

#include "crypto/short_hash.hpp"

namespace iscsi_ike::ike {

std::size_t ResponderIndex::AddressHash::operator()(const policy::IpAddress& address) const {
  // Of the configuration: nobody's to choose.
  return static_cast<std::size_t>(crypto::ShortHash({}, address.octets()));
}

ResponderIndex::ResponderIndex(const Responders& responders) {
  for (std::uint32_t i = 0; i < responders.size(); ++i) {
    if (!responders[i]) continue;
    const PeerConfig& peer = *responders[i];
    if (!peer.local.address.IsUnspecified()) taken_.insert(peer.local.address);
    if (const auto address = ike::BoundTo(peer)) bound_[*address].push_back(i);
    if (peer.peer_identity) identified_[peer.peer_identity->ToString()].push_back(i);
    if (peer.remote) continue;
    for_any_.push_back(i);
    if (!peer.peer_identity) without_identity_.push_back(i);
  }
}

ResponderIndex::Numbers ResponderIndex::BoundTo(const policy::IpAddress& remote) const {
  const auto found = bound_.find(remote);
  return found == bound_.end() ? Numbers() : Numbers(found->second);
}

ResponderIndex::Numbers ResponderIndex::WithIdentity(const policy::Identity& identity) const {
  const auto found = identified_.find(identity.ToString());
  return found == identified_.end() ? Numbers() : Numbers(found->second);
}

std::optional<policy::IpAddress> BoundTo(const PeerConfig& peer) {
  if (peer.remote) return peer.remote->address;
  return peer.peer_identity ? peer.peer_identity->address() : std::nullopt;
}

}  // namespace iscsi_ike::ike
