#include "ike/tool/peer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/session_options.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr Duration kDefaultTimeout{30000};

Status<ToolError> SetSelector(std::optional<policy::Selector>& selector, const std::string& text,
                              const char* option) {
  if (text.empty()) return Done{};
  auto parsed = ParseSelector(text, option);
  if (!parsed) return Failure(parsed.error());
  selector = *parsed;
  return Done{};
}

// SetTargetPort: the default selectors know port 3260 only, so another port is written out. That
// takes the target's address.
Status<ToolError> SetTargetPort(PeerConfig& peer, const std::string& text, const Ends& ends) {
  if (text.empty()) return Done{};
  const auto port = ParseNumber(text, "--target-port", 1, 65535);
  if (!port) return Failure(port.error());
  if (*port == policy::kIscsiPort) return Done{};
  auto& side = peer.target_side ? peer.child.local : peer.child.remote;
  const auto& end = peer.target_side ? ends.local : ends.remote;
  const auto target = end ? std::optional(end->address) : ends.target;
  if (side) return Usage("--target-port", "is said already by the selector of the target's side");
  if (!target)
    return Usage("--target-port",
                 "needs the target's address: give one --local, or a portal of --config");
  const auto bits = static_cast<std::uint8_t>(target->bits());
  side = policy::Selector{*target, bits, policy::kProtocolTcp, static_cast<std::uint16_t>(*port)};
  return Done{};
}

Status<ToolError> SetSourcePort(PeerConfig& peer, const ChildOptions& child) {
  const auto ports = ParseSourcePorts(child);
  if (!ports) return Failure(ports.error());
  if (!ports->empty()) peer.child.local = FromPort(peer.local.address, ports->front());
  return Done{};
}

Status<ToolError> SetChild(PeerConfig& peer, const ChildOptions& child, const Ends& ends) {
  peer.negotiate_child = !child.phase1_only;
  if (auto s = SetSelector(peer.child.local, child.local_ts, "--local-ts"); !s) return s;
  if (auto s = SetSelector(peer.child.remote, child.remote_ts, "--remote-ts"); !s) return s;
  if (auto s = SetSourcePort(peer, child); !s) return s;
  return SetTargetPort(peer, child.target_port, ends);
}

// GoThroughGateway: IKE is spoken with the gateway; what is protected is the way to the target.
void GoThroughGateway(PeerConfig& peer) {
  if (!peer.plan.tunnel_outer || peer.target_side || !peer.remote) return;
  const policy::IpAddress target = peer.remote->address;
  if (!peer.child.remote)
    peer.child.remote = policy::Selector{target, static_cast<std::uint8_t>(target.bits()),
                                         policy::kProtocolTcp, policy::kIscsiPort};
  peer.remote->address = *peer.plan.tunnel_outer;
}

// Retransmissions go on until the timeout, however long it is.
RetransmitPolicy RetransmitUntil(Duration timeout) {
  RetransmitPolicy policy;
  policy.tries += static_cast<unsigned>(timeout / policy.longest);
  return policy;
}

}  // namespace

Checked<std::vector<std::uint16_t>> ParseSourcePorts(const ChildOptions& child) {
  std::vector<std::uint16_t> ports;
  if (child.source_ports.empty()) return ports;
  if (child.phase1_only)
    return Usage("--source-port", "is for child SAs, and --phase1-only wants none");
  if (!child.local_ts.empty()) return Usage("--source-port", "is said already by --local-ts");
  for (const std::string& text : child.source_ports) {
    const auto port = ParseNumber(text, "--source-port", 1, 65535);
    if (!port) return Failure(port.error());
    const auto number = static_cast<std::uint16_t>(*port);
    if (std::ranges::find(ports, number) != ports.end())
      return Usage("--source-port", text + " is given twice");
    ports.push_back(number);
  }
  return ports;
}

policy::Selector FromPort(const policy::IpAddress& local, std::uint16_t port) {
  return {local, static_cast<std::uint8_t>(local.bits()), policy::kProtocolTcp, port};
}

Checked<Duration> ParseTimeout(const std::string& text) {
  if (text.empty()) return kDefaultTimeout;
  const auto seconds = ParseNumber(text, "--timeout", 1, 86400);
  if (!seconds) return Failure(seconds.error());
  return Duration(std::chrono::seconds(*seconds));
}

Checked<std::shared_ptr<PeerConfig>> MakePeer(const Options& options, const ChildOptions& child,
                                              Settings settings, Role role, const Ends& ends,
                                              std::uint16_t nat_port) {
  auto peer = std::make_shared<PeerConfig>();
  peer->name = ends.remote ? ends.remote->address.ToString() : "any";
  if (ends.local) peer->local = *ends.local;
  peer->remote = ends.remote;
  peer->plan = std::move(settings.plan);
  peer->key = std::move(settings.key);
  peer->group_key = settings.group_key;
  peer->peer_identity = std::move(settings.peer_identity);
  peer->target_side = role == Role::kResponder;
  peer->aggressive_hash_in_clear = options.aggressive_hash_in_clear;
  const auto timeout = ParseTimeout(options.network.timeout);
  if (!timeout) return Failure(timeout.error());
  peer->negotiation_timeout = *timeout;
  peer->retransmit = RetransmitUntil(*timeout);
  if (auto s = SetChild(*peer, child, ends); !s) return Failure(s.error());
  GoThroughGateway(*peer);
  if (auto s = ApplySessionOptions(options.session, nat_port, role, *peer); !s)
    return Failure(s.error());
  return peer;
}

}  // namespace iscsi_ike::ike::tool
