// Two engines in a named state, whatever row of whatever exchange is under way, and everything that
// can befall them: messages in the place of the one that is due, sealed and with a HASH that fits
// ("null crypto": encryption and HASH stop nothing), calls, losses, time, checkpoints.
//
// Input: octet 0 selects the state (engine_states.hpp). Octet 1: bit 1, the ends force NAT
// traversal and cut what is longer than 200 octets; bit 2, they ask after each other (RFC 3706);
// bits 3 and 4, both, every fifth call goes to an engine restored from a checkpoint; bit 5,
// messages of the fuzzer arrive at their writer. Then steps, see Fuzzed::Step. Afterwards the
// network is as good as it was, and all sessions are closed: nothing may remain.
#include "tests/fuzz/forger.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/support/engine_states.hpp"

namespace iscsi_ike::test {
namespace {

using fuzz::Input;
using fuzz::Require;

EndSettings SettingsFor(const EngineState& state, std::uint8_t how) {
  EndSettings end = QuickEnd(state.word);
  end.adjust_peer = [how](ike::PeerConfig& peer) {
    peer.renewal.mode = ike::Renewal::kRenew;
    if ((how & 0x02U) != 0) {
      peer.nat = ike::NatTraversal::kForce;
      peer.fragment_above = 200;
    }
    if ((how & 0x04U) != 0) peer.liveness = {std::chrono::seconds(30), std::chrono::seconds(2), 5};
  };
  return end;
}

class Fuzzed {
 public:
  Fuzzed(const EngineState& state, PairIn in, bool at_writer)
      : state_(state),
        pair_(*in.pair),
        in_(std::move(in)),
        victim_(at_writer ? *in_.writer : *in_.reader) {}

  void Step(Input& input) {
    switch (input.Octet() % 10) {
      case 0:
        return Arrive(input.Long());
      case 1:
        return ArriveEdited(input, {});
      case 2:
        return ArriveEdited(input, NextId());
      case 3:
        return ArriveInformational(input);
      case 4:
        return Call(input);
      case 5:
        return pair_.net.RunFor(ike::Duration{input.Number(2) * 4});
      case 6:
        return ArriveBehindHeader(input);
      case 7:
        return ArriveFromElsewhere(input);
      case 8:
        return ArriveOlder(input);
      default:
        return Lose(input.Octet());
    }
  }

  void End() {
    pair_.net.fate = nullptr;
    pair_.net.RunFor(std::chrono::minutes(3));
    for (Node* node : {pair_.initiator, pair_.responder}) {
      for (std::uint32_t id = 1; id <= 64; ++id)
        node->engine().Close(pair_.net.now(), ike::SessionId{id});
    }
    pair_.net.Drain();
    pair_.net.Run();
    Require(pair_.net.IsIdle());
    for (Node* node : {pair_.initiator, pair_.responder}) {
      Require(node->engine().session_count() == 0);
      for (const auto* failed : node->EventsOf<ike::Failed>())
        Require(!failed->failure.text.empty() || !failed->failure.details.empty());
    }
  }

 private:
  void ArriveFrom(const ike::Endpoint& from, Bytes octets, std::uint16_t port) {
    if (port == ike::kIkeNattPort) octets.insert(octets.begin(), ike::kNonEspMarkerSize, 0);
    pair_.net.Inject(victim_, from, std::move(octets), port);
    pair_.net.RunFor(ike::Duration{1});
  }
  // Arrive: from where the peer is, or was until port 4500 took over.
  void Arrive(Bytes octets) {
    const Node& other = Other();
    const bool natt =
        !pair_.net.log.empty() && pair_.net.log.back().datagram.local.port == ike::kIkeNattPort;
    const std::uint16_t port = natt ? ike::kIkeNattPort : ike::kIkePort;
    ArriveFrom({other.endpoint().address, port}, std::move(octets), port);
  }
  [[nodiscard]] const Node& Other() const {
    return &victim_ == pair_.initiator ? *pair_.responder : *pair_.initiator;
  }
  ike::MessageId NextId() { return ike::MessageId{0x00010000U + ++ids_}; }

  // The due message, or the first of quick mode, with edits.
  void ArriveEdited(Input& input, std::optional<ike::MessageId> id) {
    const Forger forger(pair_, *in_.writer);
    const Recorder::Shown* model =
        id || state_.row == nullptr ? nullptr : forger.Model(state_.row->name);
    if (model == nullptr) model = forger.Model("QM1");
    if (model == nullptr) return;
    Bytes chain = model->payloads;
    fuzz::Edit(input, chain);
    if (!model->header.encrypted() || forger.has_keys())
      Arrive(forger.InPlaceOf(*model, std::move(chain), id));
  }
  void ArriveInformational(Input& input) {
    const Forger forger(pair_, *in_.writer);
    const auto type = static_cast<ike::PayloadType>(input.Octet());
    const Bytes chain = input.Sized();
    if (forger.has_keys()) Arrive(forger.Informational(NextId(), type, chain));
  }
  void ArriveBehindHeader(Input& input) {
    const Forger forger(pair_, *in_.writer);
    const std::string_view name = state_.row == nullptr ? "QM1" : state_.row->name;
    const Recorder::Shown* model = forger.Model(name);
    if (model == nullptr) return;
    Recorder::Shown made = *model;
    made.header.next = static_cast<ike::PayloadType>(input.Octet());
    if (!made.header.encrypted() || forger.has_keys()) Arrive(forger.InPlaceOf(made, input.Long()));
  }
  // Somebody else's copy of an older datagram, with edits: first messages among them.
  void ArriveFromElsewhere(Input& input) {
    if (pair_.net.log.empty()) return;
    const ike::Datagram& old = pair_.net.log[input.Octet() % pair_.net.log.size()].datagram;
    Bytes octets(MessageOf(old).begin(), MessageOf(old).end());
    ike::Endpoint from{policy::IpAddress::Parse("198.51.100.7").value(), ike::kIkePort};
    from.port = static_cast<std::uint16_t>(from.port + input.Octet());
    fuzz::Edit(input, octets);
    ArriveFrom(from, std::move(octets), ike::kIkePort);
  }
  void ArriveOlder(Input& input) {
    if (pair_.net.log.empty()) return;
    const ike::Datagram& old = pair_.net.log[input.Octet() % pair_.net.log.size()].datagram;
    Bytes octets(MessageOf(old).begin(), MessageOf(old).end());
    fuzz::Edit(input, octets);
    Arrive(std::move(octets));
  }
  void Call(Input& input) {
    const std::uint8_t what = input.Octet();
    Node& node = (what & 0x80U) != 0 ? *in_.writer : *in_.reader;
    const std::uint8_t whose = input.Octet();
    const ike::SessionId session{static_cast<std::uint32_t>(whose & 7U)};
    const ike::ChildId child{static_cast<std::uint32_t>(whose >> 4U)};
    const ike::Time now = pair_.net.now();
    switch (what % 8) {
      case 0:
        node.engine().Renew(now, session);
        break;
      case 1:
        node.engine().RenewChild(now, session, child);
        break;
      case 2:
        node.engine().Close(now, session);
        break;
      case 3:
        node.engine().CloseChild(now, session, child);
        break;
      case 4:
        (void)node.engine().Negotiate(now, session, {});
        break;
      case 5:
        node.engine().ReportUse(now, session, child, input.Number(4));
        break;
      case 6:
        node.engine().HandleTimeout(now);
        break;
      default:
        (void)pair_.initiator->engine().Connect(now, pair_.initiator_peer);
        break;
    }
    pair_.net.Drain();
  }
  // Lose: of the next eight datagrams those whose bit is set.
  void Lose(std::uint8_t which) {
    const std::size_t first = pair_.net.log.size();
    pair_.net.fate = [this, which, first](const Sent& sent) -> std::vector<ike::Duration> {
      const std::size_t place = sent.number - first;
      if (place < 8 && (which >> place & 1U) != 0) return {};
      return {pair_.net.latency};
    };
  }

  const EngineState& state_;
  Pair& pair_;
  PairIn in_;
  Node& victim_;
  std::uint32_t ids_ = 0;
};

void Run(Input input) {
  const EngineState& state = EngineStates()[input.Octet() % EngineStates().size()];
  const std::uint8_t how = input.Octet();
  PairIn in = Reach(state, SettingsFor(state, how));
  Pair& pair = *in.pair;
  if ((how & 0x18U) == 0x18U)
    pair.initiator->checkpoint_every = pair.responder->checkpoint_every = 5;
  Fuzzed fuzzed(state, std::move(in), (how & 0x20U) != 0);
  for (int steps = 0; steps < 12 && !input.empty(); ++steps) fuzzed.Step(input);
  fuzzed.End();
}

// Every state is one: its message really is under way.
bool AllReached() {
  for (const EngineState& state : EngineStates()) {
    for (const std::uint8_t how : {std::uint8_t{0}, std::uint8_t{6}}) {
      if (Reach(state, SettingsFor(state, how)).reached) continue;
      std::fprintf(stderr, "never reached: %s\n", state.name.c_str());
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace iscsi_ike::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = iscsi_ike::crypto::InitializeCrypto() && iscsi_ike::test::AllReached();
  iscsi_ike::fuzz::Require(ready);
  iscsi_ike::test::Run(iscsi_ike::fuzz::Input({data, size}));
  return 0;
}
