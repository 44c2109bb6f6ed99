#include "ike/tool/serve.hpp"

#include <map>
#include <memory>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/endpoint_text.hpp"
#include "ike/tool/event_line.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/node.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/report.hpp"
#include "ike/tool/sockets.hpp"
#include "ike/tool/watch.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Places is where to listen. `required` false: one family may be missing on this machine.
struct Places {
  std::vector<Endpoint> endpoints;
  bool required = true;
  NatPort nat;
};

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

// BindAll gives the port for NAT traversal, 0 for none.
Checked<std::uint16_t> BindAll(net::UdpTransport& transport, const Places& places) {
  std::optional<net::NetError> missing;
  for (const Endpoint& place : places.endpoints) {
    const auto bound = transport.Bind(place);
    if (bound) continue;
    if (places.required || !bound.error().IsFamilyMissing())
      return Failure(ToolError{ExitCode::kUsage, bound.error().Text()});
    missing = bound.error();
  }
  const auto had = transport.bound();
  if (missing && had.empty()) return Failure(ToolError{ExitCode::kUsage, missing->Text()});
  return BindNat(transport, had, places.nat);
}

// ServeRun answers on bound sockets until a signal.
class ServeRun {
 public:
  ServeRun(const Options& options, net::Reactor& reactor, net::UdpTransport& sockets,
           EngineConfig config, unsigned dh_threads, Observer& observer)
      : options_(options),
        reactor_(reactor),
        node_(reactor, sockets, std::move(config), random_, &observer, dh_threads) {}

  // Run prints the ready line and serves.
  void Run(std::string_view policy_line) {
    node_.transport.OnSendTrouble([this](const net::NetError& error) {
      if (options_.output.verbosity > 0) Warn(error.Text());
    });
    reactor_.OnTermination([this](int) { Leave(); });
    node_.loop.Start([this](const Event& event) { OnEvent(event); });
    PrintReady(policy_line);
    reactor_.Run();
  }

 private:
  void PrintReady(std::string_view policy_line) const {
    const auto bound = node_.transport.bound();
    if (options_.output.json) return Print(ReadyLine(bound, policy_line));
    std::string where;
    for (const Endpoint& endpoint : bound)
      where += (where.empty() ? "" : ", ") + endpoint.ToString();
    Print("ready: listening on " + where + ", policy " + std::string(policy_line) + "\n");
  }

  void OnEvent(const Event& event) {
    if (const auto* established = std::get_if<Phase1Established>(&event))
      sessions_[established->session] = *established;
    const SessionId session = SessionOf(event);
    Print(options_.output.json ? EventLine(event, Known(session)) : EventOneLine(event));
    if (std::holds_alternative<PeerUnresponsive>(event)) node_.loop.Close(session);
    const auto* failed = std::get_if<Failed>(&event);
    if (std::holds_alternative<SessionClosed>(event) || (failed != nullptr && !failed->child))
      sessions_.erase(session);
  }

  const Phase1Established* Known(SessionId session) const {
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? nullptr : &found->second;
  }

  void Leave() {
    const auto sessions = sessions_;
    for (const auto& [session, phase1] : sessions) node_.loop.Close(session);
    node_.loop.Stop();
    reactor_.Stop();
  }

  const Options& options_;
  net::Reactor& reactor_;
  crypto::SystemRandom random_;
  Node node_;
  std::map<SessionId, Phase1Established> sessions_;  // with a phase 1 to close
};

Checked<unsigned> DhThreads(const NetworkOptions& network) {
  if (network.dh_threads.empty()) return 0U;
  const auto threads = ParseNumber(network.dh_threads, "--dh-threads", 0, 256);
  if (!threads) return Failure(threads.error());
  return static_cast<unsigned>(*threads);
}

// EndsOf: the one peer to serve, and the one address served if there is only one.
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

Checked<ExitCode> TryServe(const Options& options) {
  const auto places = PlacesOf(options.network, options.session);
  if (!places) return Failure(places.error());
  const auto threads = DhThreads(options.network);
  if (!threads) return Failure(threads.error());
  auto ends = EndsOf(options.network, *places);
  if (!ends) return Failure(ends.error());
  std::optional<policy::IpAddress> only_peer;
  if (ends->remote) only_peer = ends->remote->address;
  auto sources = ReadSources(options, "", only_peer);
  if (!sources) return Failure(sources.error());
  if (sources->peer) ends->remote = Endpoint{*sources->peer, kIkePort};
  Settings settings = TranslateFor(Role::kResponder, *sources, *ends, options.policy);
  WarnOf(settings.plan);
  if (settings.plan.outcome != policy::Outcome::kPlan)
    return Refuse(settings.plan, options.output.json);
  if (auto key = DemandKey(settings); !key) return Failure(key.error());

  Watch watch;
  watch.AddVerbosity(options.output);
  const std::string policy_line = PolicyLine(settings);
  net::Reactor reactor;
  net::UdpTransport sockets(reactor);
  const auto nat_port = BindAll(sockets, *places);
  if (!nat_port) return Failure(nat_port.error());
  const auto peer =
      MakePeer(options, options.child, std::move(settings), Role::kResponder, *ends, *nat_port);
  if (!peer) return Failure(peer.error());
  EngineConfig config;
  config.nat_port = *nat_port;
  config.responders = {*peer};
  config.half_open_timeout = (*peer)->negotiation_timeout;
  ServeRun run(options, reactor, sockets, std::move(config), *threads, watch.observer());
  if (auto opened = watch.Open(options.output, *nat_port); !opened) return Failure(opened.error());
  PrintError("key fingerprint " + KeyFingerprint(**peer) + "\n");
  run.Run(policy_line);
  if (auto closed = watch.Close(); !closed) return Failure(closed.error());
  return ExitCode::kOk;
}

}  // namespace

ExitCode RunServe(const Options& options) {
  const auto code = TryServe(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
