// Ends whose SAs are renewed, and what they believe to have.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "tests/support/pair.hpp"

namespace iscsi_ike::test {

// RenewingEnd: phase 1 of an hour, children of ten minutes, and all that goes with it.
inline EndSettings RenewingEnd(std::uint64_t word, ike::Renewal mode = ike::Renewal::kRenew) {
  EndSettings end = QuickEnd(word);
  end.adjust_request = [](policy::TranslateRequest& request) {
    request.phase1_lifetime = {3600, 0};
    request.phase2_lifetime = {600, 0};
  };
  end.adjust_peer = [mode](ike::PeerConfig& peer) { peer.renewal.mode = mode; };
  return end;
}

// Living is what an end believes to have: children by inbound SPI, and the most there ever were.
struct Living {
  explicit Living(const Node& node) {
    for (const ike::Event& event : node.events) {
      if (const auto* made = std::get_if<ike::ChildEstablished>(&event)) {
        children[made->sa.child] = {made->sa.inbound.spi, made->sa.outbound.spi};
      } else if (const auto* closed = std::get_if<ike::ChildClosed>(&event)) {
        children.erase(closed->child);
      } else if (const auto* deleted = std::get_if<ike::ChildDeleted>(&event)) {
        children.erase(deleted->child);
      }
      most = std::max(most, children.size());
    }
  }
  [[nodiscard]] std::set<std::pair<ike::Spi, ike::Spi>> Pairs(bool crosswise) const {
    std::set<std::pair<ike::Spi, ike::Spi>> pairs;
    for (const auto& [id, spis] : children)
      pairs.insert(crosswise ? std::pair(spis.second, spis.first) : spis);
    return pairs;
  }
  std::map<ike::ChildId, std::pair<ike::Spi, ike::Spi>> children;
  std::size_t most = 0;
};

}  // namespace iscsi_ike::test
