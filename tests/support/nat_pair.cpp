#include "tests/support/nat_pair.hpp"

#include <utility>

namespace iscsi_ike::test {
namespace {

// Knowing: an end whose peer is known by the address of its translator.
EndSettings Knowing(EndSettings settings, bool translated, const SimNat& nat) {
  if (!translated) return settings;
  settings.adjust_peer = [address = nat.outside(),
                          adjust = std::move(settings.adjust_peer)](ike::PeerConfig& peer) {
    peer.remote = ike::Endpoint{address, ike::kIkePort};
    if (adjust) adjust(peer);
  };
  return settings;
}

}  // namespace

NatPair::NatPair(Behind behind, EndSettings i, EndSettings r, std::uint64_t seed)
    : pair(Knowing(std::move(i), behind == Behind::kPortal || behind == Behind::kBoth, portal_nat),
           Knowing(std::move(r), behind == Behind::kHba || behind == Behind::kBoth, hba_nat), seed),
      net(pair.net),
      hba(*pair.initiator),
      portal(*pair.responder),
      behind_(behind) {
  for (const std::uint16_t port : {ike::kIkePort, ike::kIkeNattPort})
    portal_nat.Forward(port, port);
  net.fate = [this](Sent& sent) -> std::vector<ike::Duration> {
    if (!Pass(sent)) return {};
    return {net.latency};
  };
}

bool NatPair::Pass(Sent& sent) {
  return (!hba_is_behind() || hba_nat.Pass(sent)) && (!portal_is_behind() || portal_nat.Pass(sent));
}

}  // namespace iscsi_ike::test
