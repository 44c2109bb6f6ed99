#include "ike/tool/demo.hpp"

#include <array>
#include <memory>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/demo_run.hpp"
#include "ike/tool/json_text.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/report.hpp"
#include "ike/tool/sockets.hpp"
#include "ike/trace/event_text.hpp"
#include "policy/explain.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::string_view kDefaultWord = "0x37";  // main mode, transport mode, PFS
constexpr std::size_t kKeySize = 32;
constexpr std::array<Role, 2> kRoles = {Role::kInitiator, Role::kResponder};

// DemoRandom is one source for each end and one for the key: the system's, or streams of a seed.
using DemoRandom = std::array<std::unique_ptr<crypto::RandomSource>, 3>;

Checked<DemoRandom> MakeRandom(const std::string& seed) {
  DemoRandom random;
  if (seed.empty()) {
    for (auto& source : random) source = std::make_unique<crypto::SystemRandom>();
    return random;
  }
  const auto number = ParseNumber(seed, "--seed", 0, UINT32_MAX);
  if (!number) return Failure(number.error());
  for (std::size_t user = 0; user < random.size(); ++user)
    random[user] = std::make_unique<crypto::SeededRandom>(*number * random.size() + user);
  return random;
}

// The demo has two addresses of the loopback network, so that it is plain which end is which.
std::array<DemoEnd, 2> MakeEnds() {
  std::array<DemoEnd, 2> ends;
  ends[0].place = {policy::IpAddress::V4({127, 0, 0, 1}), 0};
  ends[1].place = {policy::IpAddress::V4({127, 0, 0, 2}), 0};
  return ends;
}

// SourcesOf: the settings as read, and a key drawn when none was given.
Checked<Sources> SourcesOf(const Options& options, crypto::RandomSource& random) {
  auto sources = ReadSources(options, kDefaultWord, std::nullopt);
  if (sources) sources->request.tunnel_outer.reset();  // nothing is between the two ends here
  if (!sources || !sources->key.empty()) return sources;
  sources->key = crypto::Secret(kKeySize);
  if (!random.Fill(sources->key.ExposeMutable()))
    return Usage("random", "the machine gives no randomness");
  return sources;
}

// TranslateBoth: the settings speak for the initiator; the responder is the identity that they
// demand of the peer, else its address.
std::array<Settings, 2> TranslateBoth(const Options& options, const Sources& sources,
                                      const std::array<DemoEnd, 2>& ends) {
  Sources theirs;
  theirs.request = sources.request;
  theirs.key = sources.key.Clone();
  theirs.group_key = sources.group_key;
  theirs.request.identity = sources.peer_identity;
  const Endpoint& i = ends[0].place;
  const Endpoint& r = ends[1].place;
  return {TranslateFor(Role::kInitiator, sources, {i, r}, options.policy),
          TranslateFor(Role::kResponder, theirs, {r, i}, options.policy)};
}

ChildOptions Mirrored(ChildOptions child) {
  std::swap(child.local_ts, child.remote_ts);
  return child;
}

// Show attaches the ladder of what each end sends; in JSON it is drawn on stderr if asked for.
void Show(const OutputOptions& output, std::array<DemoEnd, 2>& ends) {
  if (output.json && output.verbosity == 0) return;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    LadderOptions ladder;
    ladder.show = LadderOptions::Show::kSentOnly;
    ladder.end = Name(kRoles[i]);
    ladder.payloads = !output.json || output.verbosity > 1;
    ends[i].watch.AddLadder(std::move(ladder), output.json ? PrintError : Print);
  }
}

void PrintOutcomes(const OutputOptions& output, const std::array<DemoEnd, 2>& ends) {
  if (output.json) {
    JsonText json;
    json.Begin();
    for (std::size_t i = 0; i < ends.size(); ++i)
      WriteOutcome(json.Key(Name(kRoles[i])), ends[i].outcome);
    return Print(json.End().Line());
  }
  for (std::size_t i = 0; i < ends.size(); ++i)
    Print("\n" + std::string(Name(kRoles[i])) + ":\n" + OutcomeText(ends[i].outcome));
}

// Peers is what each end is told of the other.
struct Peers {
  std::shared_ptr<PeerConfig> of_initiator;
  std::shared_ptr<PeerConfig> of_responder;
};

Checked<Peers> MakePeers(const Options& options, std::array<Settings, 2> settings,
                         const std::array<DemoEnd, 2>& ends,
                         const std::array<std::uint16_t, 2>& nat_ports) {
  auto ours = MakePeer(options, options.child, std::move(settings[0]), Role::kInitiator,
                       {ends[0].place, ends[1].place}, nat_ports[0]);
  if (!ours) return Failure(ours.error());
  (*ours)->remote_nat_port = nat_ports[1];
  auto theirs = MakePeer(options, Mirrored(options.child), std::move(settings[1]), Role::kResponder,
                         {ends[1].place, std::nullopt}, nat_ports[1]);
  if (!theirs) return Failure(theirs.error());
  return Peers{std::move(*ours), std::move(*theirs)};
}

// DemoSockets are the sockets of both ends.
struct DemoSockets {
  net::Reactor reactor;
  std::array<net::UdpTransport, 2> ends{net::UdpTransport(reactor), net::UdpTransport(reactor)};
  std::array<std::uint16_t, 2> nat_ports{};

  // Bind puts the ports that were had into `places`.
  Status<ToolError> Bind(std::array<DemoEnd, 2>& places, const NatPort& nat) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const auto bound = BindIke(ends[i], places[i].place);
      if (!bound) return Failure(bound.error());
      places[i].place = *bound;
      const auto port = BindNat(ends[i], {&*bound, 1}, nat);
      if (!port) return Failure(port.error());
      nat_ports[i] = *port;
    }
    return Done{};
  }
};

// NatPortOf: a demo has no NAT, so traversal must be asked for; any free port serves.
Checked<NatPort> NatPortOf(const SessionOptions& session) {
  if (session.nat.empty() && session.nat_port.empty()) return NatPort{};
  auto nat = ParseNatPort(session, {});
  if (nat && session.nat_port.empty() && session.nat != "off") nat = NatPort{true, true, false, 0};
  return nat;
}

// RunEnds connects and prints.
ExitCode RunEnds(const Options& options, const Peers& peers, const DemoRandom& random,
                 std::array<DemoEnd, 2>& ends, DemoSockets& sockets) {
  EngineConfig serving;
  serving.responders = {peers.of_responder};
  serving.nat_port = sockets.nat_ports[1];
  EngineConfig connecting;
  connecting.nat_port = sockets.nat_ports[0];
  Node responder(sockets.reactor, sockets.ends[1], std::move(serving), *random[1],
                 &ends[1].watch.observer());
  Node initiator(sockets.reactor, sockets.ends[0], std::move(connecting), *random[0],
                 &ends[0].watch.observer());
  DemoRun(sockets.reactor, ends, options.child.phase1_only)
      .Run(initiator, responder, peers.of_initiator);
  PrintOutcomes(options.output, ends);
  const ExitCode code = ExitCodeOf(ends[0].outcome);
  return code == ExitCode::kOk ? ExitCodeOf(ends[1].outcome) : code;
}

Checked<ExitCode> TryDemo(const Options& options) {
  auto random = MakeRandom(options.seed);
  if (!random) return Failure(random.error());
  auto sources = SourcesOf(options, *(*random)[2]);
  if (!sources) return Failure(sources.error());
  auto ends = MakeEnds();
  auto settings = TranslateBoth(options, *sources, ends);
  for (const Settings& one : settings) {
    if (one.plan.outcome == policy::Outcome::kPlan) continue;
    WarnOf(one.plan);
    return Refuse(one.plan, options.output.json);
  }
  const std::string plan = policy::ExplainText(settings[0].word, settings[0].plan);
  const auto nat = NatPortOf(options.session);
  if (!nat) return Failure(nat.error());
  DemoSockets sockets;
  if (auto bound = sockets.Bind(ends, *nat); !bound) return Failure(bound.error());
  auto peers = MakePeers(options, std::move(settings), ends, sockets.nat_ports);
  if (!peers) return Failure(peers.error());
  if (auto opened = ends[0].watch.Open(options.output, sockets.nat_ports[0]); !opened)
    return Failure(opened.error());
  if (!options.output.json) Print(plan + "\n");
  Show(options.output, ends);
  const ExitCode code = RunEnds(options, *peers, *random, ends, sockets);
  if (auto closed = ends[0].watch.Close(); !closed) return Failure(closed.error());
  return code;
}

}  // namespace

ExitCode RunDemo(const Options& options) {
  const auto code = TryDemo(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
