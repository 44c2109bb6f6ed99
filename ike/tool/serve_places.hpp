// Where serve listens.
#pragma once

#include <optional>
#include <vector>

#include "ike/tool/settings.hpp"
#include "ike/tool/sockets.hpp"

namespace iscsi_ike::ike::tool {

// Places: `required` false: one family may be missing on this machine.
struct Places {
  std::vector<Endpoint> endpoints;
  bool required = true;
  NatPort nat;
};

[[nodiscard]] Checked<Places> PlacesOf(const NetworkOptions& network,
                                       const SessionOptions& session);

// BindAll gives the port for NAT traversal, 0 for none.
[[nodiscard]] Checked<std::uint16_t> BindAll(const SocketsOf& sockets, const Places& places);

// EndsOf: the one peer to serve, and the one address served if there is only one.
[[nodiscard]] Checked<Ends> EndsOf(const NetworkOptions& network, const Places& places);

}  // namespace iscsi_ike::ike::tool
