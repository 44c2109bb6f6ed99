// Node: one engine with all that it needs to run on a reactor. connect and serve have one, demo
// two.
#pragma once

#include <memory>

#include "ike/net/engine_loop.hpp"

namespace iscsi_ike::ike::tool {

struct Node {
  // All that is given by reference outlives the node; the transport is bound. No threads:
  // Diffie-Hellman is computed inline.
  Node(net::Reactor& reactor, net::UdpTransport& sockets, EngineConfig config,
       crypto::RandomSource& random, Observer* observer, unsigned dh_threads = 0);

  net::UdpTransport& transport;
  Engine engine;
  std::unique_ptr<net::DhRunner> dh;
  net::EngineLoop loop;
};

}  // namespace iscsi_ike::ike::tool
