#include "ike/tool/node.hpp"

#include <utility>

#include "ike/tool/console.hpp"

namespace iscsi_ike::ike::tool {

namespace {

std::unique_ptr<net::DhRunner> MakeRunner(net::Reactor& reactor, unsigned threads) {
  if (threads == 0) return std::make_unique<net::InlineDhRunner>();
  return std::make_unique<net::ThreadedDhRunner>(reactor, threads);
}

}  // namespace

Node::Node(net::Reactor& reactor, EngineConfig config, crypto::RandomSource& random,
           Observer* observer, unsigned dh_threads)
    : transport(reactor),
      engine(std::move(config), random, observer),
      dh(MakeRunner(reactor, dh_threads)),
      loop(reactor, engine, transport, *dh) {}

Checked<Endpoint> Node::Bind(const Endpoint& local) {
  auto bound = transport.Bind(local);
  if (!bound) return Failure(ToolError{ExitCode::kUsage, bound.error().Text()});
  return *bound;
}

Checked<std::uint16_t> Node::BindNat(const policy::IpAddress& address, const NatPort& nat) {
  if (nat.port == 0 || nat.only) return nat.port;
  const auto bound = transport.Bind({address, nat.port});
  if (bound) return nat.port;
  if (nat.demanded) return Failure(ToolError{ExitCode::kUsage, bound.error().Text()});
  Warn("no NAT traversal: " + bound.error().Text());
  return std::uint16_t{0};
}

}  // namespace iscsi_ike::ike::tool
