#include "ike/tool/sockets.hpp"

#include <vector>

#include "ike/tool/console.hpp"

namespace iscsi_ike::ike::tool {

namespace {

ToolError Refused(const net::NetError& error) { return {ExitCode::kUsage, error.Text()}; }

}  // namespace

Checked<Endpoint> BindIke(net::UdpTransport& transport, const Endpoint& local) {
  const auto bound = transport.Bind(local);
  if (!bound) return Failure(Refused(bound.error()));
  return *bound;
}

Checked<std::uint16_t> BindNat(net::UdpTransport& transport, std::span<const Endpoint> places,
                               const NatPort& nat) {
  if (!nat.wanted || nat.only) return nat.port;
  std::uint16_t port = nat.port;
  std::vector<Endpoint> had;
  for (const Endpoint& place : places) {
    const auto bound = transport.Bind({place.address, port});
    if (!bound) {
      if (nat.demanded) return Failure(Refused(bound.error()));
      Warn("no NAT traversal: " + bound.error().Text());
      for (const Endpoint& one : had) transport.Unbind(one);
      return std::uint16_t{0};
    }
    port = bound->port;  // any free one is the same everywhere
    had.push_back(*bound);
  }
  return port;
}

}  // namespace iscsi_ike::ike::tool
