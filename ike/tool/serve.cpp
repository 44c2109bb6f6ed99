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
#include "ike/tool/report.hpp"
#include "ike/tool/served_checks.hpp"
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

std::vector<RecordSummary> RecordsOf(const std::vector<Served>& served) {
  std::vector<RecordSummary> records;
  for (const Served& one : served) {
    if (served.size() == 1 || !IsUsable(one)) continue;
    RecordSummary record{one.name, {}, PolicyLine(one.settings)};
    if (one.portal) record.local = one.portal->ToString();
    records.push_back(std::move(record));
  }
  return records;
}

// PrintFingerprints: what the other end's administrator is told over the telephone.
void PrintFingerprints(const std::vector<Served>& served, const EngineConfig& config) {
  for (std::size_t i = 0; i < served.size(); ++i) {
    if (!IsUsable(served[i])) continue;
    const std::string line = "key fingerprint " + KeyFingerprint(*config.responders[i]);
    PrintError(served.size() == 1 ? line + "\n"
                                  : Label(served[i]) + ": " + line + ", policy " +
                                        PolicyLine(served[i].settings) + "\n");
  }
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
  void Run(const std::vector<Served>& served) {
    several_ = served.size() > 1;
    node_.transport.OnSendTrouble([this](const net::NetError& error) {
      if (options_.output.verbosity > 0) Warn(error.Text());
    });
    reactor_.OnTermination([this](int) { Leave(); });
    node_.loop.Start([this](const Event& event) { OnEvent(event); });
    PrintReady(served);
    reactor_.Run();
  }

 private:
  void PrintReady(const std::vector<Served>& served) const {
    const auto bound = node_.transport.bound();
    const std::string line = ServedLine(served);
    if (options_.output.json) return Print(ReadyLine(bound, line, RecordsOf(served)));
    std::string where;
    for (const Endpoint& endpoint : bound)
      where += (where.empty() ? "" : ", ") + endpoint.ToString();
    Print("ready: listening on " + where + (several_ ? ", " : ", policy ") + line + "\n");
  }

  void OnEvent(const Event& event) {
    if (const auto* established = std::get_if<Phase1Established>(&event))
      sessions_[established->session] = *established;
    const SessionId session = SessionOf(event);
    const std::string record = RecordOf(event, Known(session));
    Print(options_.output.json ? EventLine(event, Known(session), record)
                               : EventOneLine(event, record));
    if (std::holds_alternative<PeerUnresponsive>(event)) node_.loop.Close(session);
    const auto* failed = std::get_if<Failed>(&event);
    if (std::holds_alternative<SessionClosed>(event) || (failed != nullptr && !failed->child))
      sessions_.erase(session);
  }

  // RecordOf: the name of the record whose key an event is about, where there are several.
  std::string RecordOf(const Event& event, const Phase1Established* phase1) const {
    if (!several_) return {};
    if (const auto* failed = std::get_if<Failed>(&event)) return failed->peer_name;
    if (const auto* diagnosed = std::get_if<Diagnosed>(&event)) return diagnosed->peer_name;
    return phase1 != nullptr ? phase1->peer_name : std::string();
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
  bool several_ = false;
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
  const auto ends = EndsOf(options.network, *places);
  if (!ends) return Failure(ends.error());
  const auto served = ReadServed(options, *ends);
  if (!served) return Failure(served.error());
  if (const auto no = JudgePlans(*served, options.output.json)) return *no;
  if (auto keys = DemandKeys(*served); !keys) return Failure(keys.error());

  Watch watch;
  watch.AddVerbosity(options.output);
  net::Reactor reactor;
  net::UdpTransport sockets(reactor);
  const auto nat_port = BindAll(sockets, *places);
  if (!nat_port) return Failure(nat_port.error());
  auto config = ServingConfig(options, *served, *nat_port);
  if (!config) return Failure(config.error());
  if (auto rivals = CheckRivals(*config, ends->remote.has_value()); !rivals)
    return Failure(rivals.error());
  if (auto opened = watch.Open(options.output, *nat_port); !opened) return Failure(opened.error());
  PrintFingerprints(*served, *config);
  ServeRun run(options, reactor, sockets, std::move(*config), *threads, watch.observer());
  run.Run(*served);
  if (auto closed = watch.Close(); !closed) return Failure(closed.error());
  return ExitCode::kOk;
}

}  // namespace

ExitCode RunServe(const Options& options) {
  const auto code = TryServe(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
