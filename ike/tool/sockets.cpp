#include "ike/tool/sockets.hpp"

#include "ike/tool/console.hpp"

namespace iscsi_ike::ike::tool {

namespace {

ToolError Refused(const net::NetError& error) { return {ExitCode::kUsage, error.Text()}; }

}  // namespace

Checked<Endpoint> BindIke(const SocketsOf& sockets, const Endpoint& local, bool marked) {
  const auto bound = sockets.Bind(local, marked);
  if (!bound) return Failure(Refused(bound.error()));
  return *bound;
}

Checked<std::uint16_t> BindNat(const SocketsOf& sockets, std::span<const Endpoint> places,
                               const NatPort& nat) {
  if (!nat.wanted || nat.only) return nat.port;
  std::uint16_t port = nat.port;
  std::vector<Endpoint> had;
  for (const Endpoint& place : places) {
    const auto bound = sockets.Bind({place.address, port}, true);
    if (!bound) {
      if (nat.demanded) return Failure(Refused(bound.error()));
      Warn("no NAT traversal: " + bound.error().Text());
      for (const Endpoint& one : had) sockets.Unbind(one);
      return std::uint16_t{0};
    }
    port = bound->port;  // any free one is the same everywhere
    had.push_back(*bound);
  }
  return port;
}

}  // namespace iscsi_ike::ike::tool
