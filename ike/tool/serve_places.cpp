#include "ike/tool/serve_places.hpp"

#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/number_text.hpp"

namespace iscsi_ike::ike::tool {

Checked<Places> PlacesOf(const NetworkOptions& network, const SessionOptions& session) {
  std::uint16_t port = kIkePort;
  if (!network.ike_port.empty()) {
    const auto given = ParseNumber(network.ike_port, "--ike-port", 0, 65535);
    if (!given) return Failure(given.error());
    port = static_cast<std::uint16_t>(*given);
  }
  Places places;
  for (const std::string& text : network.local) {
    const auto endpoint = ParseEndpoint(text, "--local", port, true);
    if (!endpoint) return Failure(endpoint.error());
    places.endpoints.push_back(*endpoint);
  }
  if (places.endpoints.empty()) {
    places.required = false;
    places.endpoints = {{policy::IpAddress::V4({}), port}, {policy::IpAddress::V6({}), port}};
  }
  const auto nat = ParseNatPort(session, places.endpoints);
  if (!nat) return Failure(nat.error());
  places.nat = *nat;
  return places;
}

Checked<std::uint16_t> BindAll(const SocketsOf& sockets, const Places& places) {
  std::optional<net::NetError> missing;
  for (const Endpoint& place : places.endpoints) {
    const auto bound = sockets.Bind(place, places.nat.only);
    if (bound) continue;
    if (places.required || !bound.error().IsFamilyMissing())
      return Failure(ToolError{ExitCode::kUsage, bound.error().Text()});
    missing = bound.error();
  }
  const auto had = sockets.bound();
  if (missing && had.empty()) return Failure(ToolError{ExitCode::kUsage, missing->Text()});
  return BindNat(sockets, had, places.nat);
}

Checked<Ends> EndsOf(const NetworkOptions& network, const Places& places) {
  Ends ends;
  if (!network.peer.empty()) {
    const auto peer = ParseEndpoint(network.peer, "--peer", kIkePort, false);
    if (!peer) return Failure(peer.error());
    ends.remote = *peer;
  }
  if (places.endpoints.size() == 1 && !places.endpoints.front().address.IsUnspecified())
    ends.local = places.endpoints.front();
  return ends;
}

}  // namespace iscsi_ike::ike::tool
