#include "ike/tool/node.hpp"

#include <utility>

namespace iscsi_ike::ike::tool {

namespace {

std::unique_ptr<net::DhRunner> MakeRunner(net::Reactor& reactor, unsigned threads) {
  if (threads == 0) return std::make_unique<net::InlineDhRunner>(reactor);
  return std::make_unique<net::ThreadedDhRunner>(reactor, threads);
}

}  // namespace

Node::Node(net::Reactor& reactor, net::UdpTransport& sockets, EngineConfig config,
           crypto::RandomSource& random, Observer* observer, unsigned dh_threads)
    : transport(sockets),
      engine(std::move(config), random, observer),
      dh(MakeRunner(reactor, dh_threads)),
      loop(reactor, engine, transport, *dh) {}

}  // namespace iscsi_ike::ike::tool
