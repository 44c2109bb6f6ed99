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
#include "ike/trace/event_text.hpp"
#include "policy/explain.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::string_view kDefaultWord = "0x37";  // main mode, transport mode, PFS
constexpr std::size_t kKeySize = 32;
constexpr std::array<Role, 2> kRoles = {Role::kInitiator, Role::kResponder};

// DemoRandom is one source for each end and one for the key: the system's, or streams of a seed.
struct DemoRandom {
  crypto::SystemRandom system;
  std::vector<crypto::SeededRandom> streams;

  crypto::RandomSource& Of(std::size_t user) {
    if (streams.empty()) return system;
    return streams[user];
  }
};

Checked<DemoRandom> MakeRandom(const std::string& seed) {
  DemoRandom random;
  if (seed.empty()) return random;
  const auto number = ParseNumber(seed, "--seed", 0, UINT32_MAX);
  if (!number) return Failure(number.error());
  for (std::uint64_t user = 0; user < 3; ++user) random.streams.emplace_back(*number * 3 + user);
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
  if (!sources || !sources->key.empty()) return sources;
  sources->key = crypto::Secret(kKeySize);
  if (!random.Fill(sources->key.ExposeMutable()))
    return Usage("random", "the machine gives no randomness");
  return sources;
}

// TranslateBoth: the options speak for the initiator; the responder is the identity that --peer-id
// demands, else its address.
Checked<std::array<Settings, 2>> TranslateBoth(const Options& options, const Sources& sources,
                                               const std::array<DemoEnd, 2>& ends) {
  Sources theirs;
  theirs.request = sources.request;
  theirs.key = sources.key.Clone();
  theirs.group_key = sources.group_key;
  theirs.request.identity.reset();
  if (!options.policy.peer_id.empty()) {
    auto identity = policy::Identity::Parse(options.policy.peer_id, "--peer-id");
    if (!identity) return Usage(identity.error());
    theirs.request.identity = std::move(identity).value();
  }
  const Endpoint& i = ends[0].place;
  const Endpoint& r = ends[1].place;
  return std::array<Settings, 2>{TranslateFor(Role::kInitiator, sources, {i, r}, options.policy),
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
                         const std::array<DemoEnd, 2>& ends) {
  auto ours = MakePeer(options, options.child, options.policy.peer_id, std::move(settings[0]),
                       Role::kInitiator, {ends[0].place, ends[1].place}, 0);
  if (!ours) return Failure(ours.error());
  auto theirs = MakePeer(options, Mirrored(options.child), "", std::move(settings[1]),
                         Role::kResponder, {ends[1].place, std::nullopt}, 0);
  if (!theirs) return Failure(theirs.error());
  return Peers{std::move(*ours), std::move(*theirs)};
}

// RunEnds binds, connects and prints.
Checked<ExitCode> RunEnds(const Options& options, const Peers& peers, DemoRandom& random,
                          std::array<DemoEnd, 2>& ends) {
  net::Reactor reactor;
  EngineConfig serving;
  serving.responders = {peers.of_responder};
  Node responder(reactor, std::move(serving), random.Of(1), &ends[1].watch.observer());
  Node initiator(reactor, EngineConfig{}, random.Of(0), &ends[0].watch.observer());
  const auto at_responder = responder.Bind(ends[1].place);
  if (!at_responder) return Failure(at_responder.error());
  const auto at_initiator = initiator.Bind(ends[0].place);
  if (!at_initiator) return Failure(at_initiator.error());
  peers.of_initiator->local = *at_initiator;
  peers.of_initiator->remote = *at_responder;

  DemoRun(reactor, ends, options.child.phase1_only).Run(initiator, responder, peers.of_initiator);
  PrintOutcomes(options.output, ends);
  const ExitCode code = ExitCodeOf(ends[0].outcome);
  return code == ExitCode::kOk ? ExitCodeOf(ends[1].outcome) : code;
}

Checked<ExitCode> TryDemo(const Options& options) {
  auto random = MakeRandom(options.seed);
  if (!random) return Failure(random.error());
  auto sources = SourcesOf(options, random->Of(2));
  if (!sources) return Failure(sources.error());
  auto ends = MakeEnds();
  auto settings = TranslateBoth(options, *sources, ends);
  if (!settings) return Failure(settings.error());
  for (const Settings& one : *settings) {
    if (one.plan.outcome == policy::Outcome::kPlan) continue;
    WarnOf(one.plan);
    return Refuse(one.plan, options.output.json);
  }
  const std::string plan = policy::ExplainText((*settings)[0].word, (*settings)[0].plan);
  auto peers = MakePeers(options, std::move(*settings), ends);
  if (!peers) return Failure(peers.error());
  if (auto opened = ends[0].watch.Open(options.output); !opened) return Failure(opened.error());
  if (!options.output.json) Print(plan + "\n");
  Show(options.output, ends);
  auto code = RunEnds(options, *peers, *random, ends);
  if (auto closed = ends[0].watch.Close(); !closed) return Failure(closed.error());
  return code;
}

}  // namespace

ExitCode RunDemo(const Options& options) {
  const auto code = TryDemo(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
