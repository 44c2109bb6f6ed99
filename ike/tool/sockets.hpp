// The UDP sockets of one engine: those of IKE, and beside each that of NAT traversal.
#pragma once

#include <span>

#include "ike/net/udp_transport.hpp"
#include "ike/tool/session_options.hpp"

namespace iscsi_ike::ike::tool {

// BindIke turns the system's refusal into the tool's line.
[[nodiscard]] Checked<Endpoint> BindIke(net::UdpTransport& transport, const Endpoint& local);

// BindNat binds the port for NAT traversal, the same at the address of each of `places`, and
// returns it; 0: there is to be none. A port that was not asked for by name may be taken by another
// program: that is warned of, and there is none.
[[nodiscard]] Checked<std::uint16_t> BindNat(net::UdpTransport& transport,
                                             std::span<const Endpoint> places, const NatPort& nat);

}  // namespace iscsi_ike::ike::tool
