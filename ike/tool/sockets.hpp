// The UDP sockets of one engine: those of IKE, and beside each that of NAT traversal.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "ike/net/udp_transport.hpp"
#include "ike/tool/session_options.hpp"

namespace iscsi_ike::ike::tool {

// SocketsOf: the transports of the engines that share their ports; often one alone.
class SocketsOf {
 public:
  SocketsOf(net::UdpTransport& only) : transports_{&only} {}  // NOLINT(*-explicit-*): one is a few
  // `apart` as in UdpTransport::BindShared.
  explicit SocketsOf(std::vector<net::UdpTransport*> transports, bool apart)
      : transports_(std::move(transports)), apart_(apart) {}

  // Bind: `marked`: messages bear the non-ESP marker there.
  Result<Endpoint, net::NetError> Bind(const Endpoint& local, bool marked) const {
    return net::UdpTransport::BindShared(transports_, local, marked, apart_);
  }
  void Unbind(const Endpoint& bound) const {
    for (net::UdpTransport* const transport : transports_) transport->Unbind(bound);
  }
  [[nodiscard]] std::vector<Endpoint> bound() const { return transports_.front()->bound(); }

 private:
  std::vector<net::UdpTransport*> transports_;
  bool apart_ = false;
};

// BindIke turns the system's refusal into the tool's line.
[[nodiscard]] Checked<Endpoint> BindIke(const SocketsOf& sockets, const Endpoint& local,
                                        bool marked = false);

// BindNat binds the port for NAT traversal, the same at the address of each of `places`, and
// returns it; 0: there is to be none. A port that was not asked for by name may be taken by another
// program: that is warned of, and there is none.
[[nodiscard]] Checked<std::uint16_t> BindNat(const SocketsOf& sockets,
                                             std::span<const Endpoint> places, const NatPort& nat);

}  // namespace iscsi_ike::ike::tool
