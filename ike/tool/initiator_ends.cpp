#include "ike/tool/initiator_ends.hpp"

#include <utility>

#include "ike/net/source_address.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/number_text.hpp"

namespace iscsi_ike::ike::tool {

Checked<Sources> ReadForPortal(const Options& options, std::string_view default_word) {
  if (options.network.portal.empty()) {
    if (!options.policy.HasConfig())
      return Usage("--portal", "is missing: the address of the target portal");
    return ReadSources(options, default_word, std::nullopt);
  }
  const auto portal = ParseEndpoint(options.network.portal, "--portal", kIkePort, false);
  if (!portal) return Failure(portal.error());
  return ReadSources(options, default_word, portal->address);
}

Checked<Endpoint> RemoteEnd(const NetworkOptions& network, const Sources& sources) {
  if (!network.portal.empty()) return ParseEndpoint(network.portal, "--portal", kIkePort, false);
  const auto address = sources.peer ? sources.peer : sources.portal;
  if (!address)
    return Usage("--portal", "is missing, and the config names no single portal or peer");
  return Endpoint{*address, kIkePort};
}

Checked<Endpoint> LocalEnd(const NetworkOptions& network, const Endpoint& remote) {
  const auto port = network.ike_port.empty()
                        ? Checked<std::uint64_t>(std::uint64_t{kIkePort})
                        : ParseNumber(network.ike_port, "--ike-port", 0, 65535);
  if (!port) return Failure(port.error());
  if (network.local.size() > 1) return Usage("--local", "takes one address");
  Endpoint local{{}, static_cast<std::uint16_t>(*port)};
  if (!network.local.empty()) {
    auto given = ParseEndpoint(network.local.front(), "--local", local.port, true);
    if (!given) return given;
    local = *given;
    if (local.address.is_v6() != remote.address.is_v6())
      return Usage("--local", "is of another address family than the portal");
  }
  if (!local.address.IsUnspecified()) return local;
  auto source = net::SourceAddressFor(remote);
  if (!source) return Usage("--portal", source.error().Text());
  local.address = *source;
  return local;
}

ChildOptions ChildOf(ChildOptions child, const Sources& sources) {
  if (child.target_port.empty() && child.remote_ts.empty())
    child.target_port = std::to_string(sources.target_port);
  return child;
}

}  // namespace iscsi_ike::ike::tool
