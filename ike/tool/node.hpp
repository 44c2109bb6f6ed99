// Node: one engine with all that it needs to run on a reactor. connect and serve have one, demo
// two.
#pragma once

#include <memory>
#include <vector>

#include "ike/net/engine_loop.hpp"
#include "ike/tool/exit_codes.hpp"
#include "ike/tool/session_options.hpp"

namespace iscsi_ike::ike::tool {

struct Node {
  // `random` and `observer` outlive the node. No threads: Diffie-Hellman is computed inline.
  Node(net::Reactor& reactor, EngineConfig config, crypto::RandomSource& random, Observer* observer,
       unsigned dh_threads = 0);

  // Bind turns the system's refusal into the tool's line.
  Checked<Endpoint> Bind(const Endpoint& local);
  // BindNat adds the NAT traversal port at an address and returns it, or 0 when there is to be
  // none. A port that was not asked for by name may be taken by another: that is warned of.
  Checked<std::uint16_t> BindNat(const policy::IpAddress& address, const NatPort& nat);

  net::UdpTransport transport;
  Engine engine;
  std::unique_ptr<net::DhRunner> dh;
  net::EngineLoop loop;
};

}  // namespace iscsi_ike::ike::tool
