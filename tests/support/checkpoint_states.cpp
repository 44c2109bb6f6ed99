#include "tests/support/checkpoint_states.hpp"

#include <cstdlib>
#include <span>

#include "crypto/sealed_box.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {
namespace {

constexpr crypto::SealKind kKind{"ISIKECKP", 3};

EndSettings StateEnd(std::uint64_t word) {
  EndSettings end = QuickEnd(word);
  end.adjust_peer = [](ike::PeerConfig& peer) {
    peer.liveness = {std::chrono::seconds(30), std::chrono::seconds(2), 5};
    peer.renewal.mode = ike::Renewal::kRenew;
    peer.parallel_quick_modes = 1;
    peer.fragment_above = 200;
  };
  return end;
}

// Until plays an exchange up to the n-th datagram; with `slow` no key agreement ends after the
// m-th.
void AddStates(std::uint64_t word, std::size_t datagrams, bool slow,
               std::vector<SavedState>& states) {
  Pair clean(StateEnd(word), StateEnd(word));
  clean.Login();
  Pair pair(StateEnd(word), StateEnd(word));
  pair.net.dh_latency = [&] { return ike::Duration{slow ? 3'000'000 : 0}; };
  pair.Connect();
  if (slow) {
    pair.net.RunUntil([&] { return pair.net.log.size() >= datagrams; }, std::chrono::seconds(2));
    pair.net.dh_latency = nullptr;
  } else {
    pair.net.RunUntil([&] { return pair.net.log.size() >= datagrams; });
  }
  if (datagrams > 8)
    for (int i = 0; i < 3; ++i)
      (void)pair.initiator->engine().Negotiate(pair.net.now(), ike::SessionId{1}, {});
  for (Node* node : {pair.initiator, pair.responder}) {
    SavedState state;
    state.name = std::to_string(word) + (slow ? " slow " : " ") + std::to_string(datagrams) + " " +
                 node->endpoint().ToString();
    state.box = node->engine().Checkpoint(SealKey()).value();
    state.now = pair.net.now();
    for (const Sent& sent : clean.net.log)
      if (sent.datagram.remote.address == node->endpoint().address)
        state.next.push_back(sent.datagram);
    states.push_back(std::move(state));
  }
}

// Drain takes everything; cheap jobs are done, the others fail.
void Drain(ike::Engine& engine, ike::Time now) {
  crypto::InlineDhExecutor executor;
  for (int i = 0; i < 64 && engine.PollDatagram(); ++i) {
  }
  for (int i = 0; i < 64 && engine.PollEvent(); ++i) {
  }
  for (int i = 0; i < 8; ++i) {
    auto job = engine.PollDh();
    if (!job) return;
    if (crypto::Info(job->group).kind == crypto::DhKind::kX25519) {
      executor.Run(std::span(&*job, 1));
    } else {
      job->outcome = crypto::DhOutcome::kFailed;
    }
    engine.HandleDh(now, *std::move(job));
  }
}

}  // namespace

const Bytes& SealKey() {
  static const Bytes kKey(crypto::kSealKeySize, 0x5a);
  return kKey;
}

std::vector<SavedState> SavedStates() {
  std::vector<SavedState> states;
  for (const std::uint64_t word : {kMainPfsWord, kAggressivePfsWord}) {
    for (std::size_t datagrams = 0; datagrams < 11; ++datagrams)
      AddStates(word, datagrams, false, states);
    AddStates(word, 4, true, states);
  }
  return states;
}

Bytes Contents(const Bytes& box) {
  const auto contents = crypto::Unseal(kKind, SealKey(), box);
  const crypto::Octets octets = contents.value().Expose();
  return {octets.begin(), octets.end()};
}

Bytes Boxed(const Bytes& contents) { return crypto::Seal(kKind, SealKey(), contents).value(); }

std::string TryOut(const SavedState& state, const Bytes& contents) {
  crypto::SeededRandom random(77);
  Recorder recorder;
  auto restored = ike::Engine::Restore(SealKey(), Boxed(contents), random, &recorder);
  if (!restored) return restored.error().text;
  ike::Engine engine = *std::move(restored);
  // What can be read can be written, and is the same.
  if (Contents(engine.Checkpoint(SealKey()).value()) != contents) std::abort();
  ike::Time now = state.now;
  Drain(engine, now);
  for (const ike::Datagram& datagram : state.next) {
    engine.HandleDatagram(now, datagram.remote, datagram.local, datagram.octets);
    Drain(engine, now);
  }
  engine.RenewChild(now, ike::SessionId{1}, ike::ChildId{1});
  (void)engine.Negotiate(now, ike::SessionId{1}, {});
  engine.Renew(now, ike::SessionId{1});
  Drain(engine, now);
  for (int i = 0; i < 12; ++i) {
    if (const auto due = engine.NextTimeout()) now = std::max(now, *due);
    engine.HandleTimeout(now);
    Drain(engine, now);
  }
  engine.CloseChild(now, ike::SessionId{1}, ike::ChildId{1});
  engine.Close(now, ike::SessionId{1});
  Drain(engine, now);
  if (!engine.Checkpoint(SealKey()).ok()) std::abort();
  return {};
}

}  // namespace iscsi_ike::test
