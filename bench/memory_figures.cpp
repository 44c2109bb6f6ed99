#include "bench/memory_figures.hpp"

#include <array>
#include <stdexcept>

#include "bench/heap_count.hpp"

namespace iscsi_ike::bench {
namespace {

using Messages = std::vector<ike::Datagram>;

void Demand(bool done) {
  if (!done) throw std::runtime_error("a negotiation failed");
}

// Take carries messages to an end and computes what it asks for. Returns what it answers.
Messages Take(ike::Engine& end, ike::Time now, const Messages& messages) {
  static crypto::BatchDhExecutor executor;
  Messages answers;
  for (const ike::Datagram& one : messages)
    end.HandleDatagram(now, one.remote, one.local, one.octets);
  for (bool more = true; more;) {
    while (auto answer = end.PollDatagram()) answers.push_back(std::move(*answer));
    while (end.PollEvent()) {
    }
    std::vector<crypto::DhJob> jobs;
    while (auto job = end.PollDh()) jobs.push_back(std::move(*job));
    more = !jobs.empty();
    executor.Run(jobs);
    for (crypto::DhJob& job : jobs) end.HandleDh(now, std::move(job));
  }
  return answers;
}

Messages FirstMessages(MemoryPair& pair, std::size_t sessions) {
  for (std::size_t i = 0; i < sessions; ++i) Demand(pair.Begin());
  return Take(*pair.initiator(), pair.now(), {});
}

// Kept is what stays on the heap of what `work` does, in octets for each of `count`.
template <class Work>
double Kept(std::size_t count, Work work) {
  const HeapCount before = HeapNow();
  work();
  return static_cast<double>((HeapNow() - before).octets) / static_cast<double>(count);
}

double FreedBy(std::unique_ptr<ike::Engine>& engine) {
  return -Kept(1, [&] { engine.reset(); });
}

Ends FreedEnds(MemoryPair& pair) {
  const double initiator = FreedBy(pair.initiator());
  return {initiator, FreedBy(pair.responder())};
}

void AddChildren(MemoryPair& pair) {
  for (const ike::SessionId session : pair.sessions()) {
    for (std::size_t i = 0; i < kFurtherChildren; ++i)
      Demand(pair.initiator()->Negotiate(pair.now(), session, {}).ok());
    pair.Settle();
  }
}

void Linger(MemoryPair& pair) { pair.Wait(ike::EngineConfig{}.linger + std::chrono::seconds(1)); }

// Reach makes the sessions that the pair holds, and brings them to that moment.
void Reach(MemoryPair& pair, Moment moment) {
  Demand(pair.Hold());
  if (moment != Moment::kEstablished) Linger(pair);
  if (moment != Moment::kChildren) return;
  AddChildren(pair);
  Linger(pair);
}

double BoxOctets(const ike::Engine& engine) {
  constexpr std::array<std::uint8_t, 32> kSealKey{};
  const auto box = engine.Checkpoint(kSealKey);
  Demand(box.ok());
  return static_cast<double>(box->size());
}

Ends Boxes(MemoryPair& pair) {
  return {BoxOctets(*pair.initiator()), BoxOctets(*pair.responder())};
}

// Recorder keeps what the initiator sends.
class Recorder final : public ike::Observer {
 public:
  void OnDatagram(ike::Time /*now*/, ike::Direction direction, const ike::Endpoint& local,
                  const ike::Endpoint& remote, crypto::Octets octets) override {
    if (direction == ike::Direction::kSent)
      sent.push_back({local, remote, {octets.begin(), octets.end()}});
  }
  Messages sent;
};

// UselessOnes are made of what an initiator has sent in main mode: MM1, MM3, MM5, QM1, QM3.
std::vector<std::pair<const char*, ike::Datagram>> UselessOnes(const Messages& sent) {
  Demand(sent.size() >= 5);
  Messages odd(4, sent[1]);
  odd[0].octets.assign(400, 0xA5);
  odd[1].octets.resize(10);
  odd[2].octets[15] ^= 1;  // of the responder's cookie
  odd[3].octets.back() ^= 1;
  return {{"garbage", odd[0]},           {"short", odd[1]},
          {"unknown_cookie", odd[2]},    {"forged", odd[3]},
          {"replayed_first", sent[0]},   {"duplicate_old", sent[1]},
          {"duplicate_latest", sent[2]}, {"duplicate_quick", sent[3]}};
}

}  // namespace

double HalfOpenOctets(const PairSettings& settings, std::size_t sessions) {
  MemoryPair pair(settings, sessions);
  const Messages first = FirstMessages(pair, sessions);
  return Kept(sessions, [&] {
    // One by one, so that what answers need passes.
    for (const ike::Datagram& one : first) (void)Take(*pair.responder(), pair.now(), {one});
    Demand(pair.responder()->session_count() == sessions);
  });
}

double KeyedHalfOpenOctets(const PairSettings& settings, std::size_t sessions) {
  MemoryPair pair(settings, sessions);
  const Messages first = FirstMessages(pair, sessions);
  const Messages third =
      Take(*pair.initiator(), pair.now(), Take(*pair.responder(), pair.now(), first));
  const double more = Kept(sessions, [&] {
    for (const ike::Datagram& one : third) (void)Take(*pair.responder(), pair.now(), {one});
  });
  return more + HalfOpenOctets(settings, sessions);
}

Ends SessionOctets(const PairSettings& settings, std::size_t sessions, Moment moment) {
  MemoryPair empty(settings, sessions);
  const Ends idle = FreedEnds(empty);
  MemoryPair pair(settings, sessions);
  Reach(pair, moment);
  const Ends all = FreedEnds(pair);
  const auto count = static_cast<double>(sessions);
  return {(all.initiator - idle.initiator) / count, (all.responder - idle.responder) / count};
}

Ends CheckpointOctets(const PairSettings& settings, std::size_t sessions, Moment moment) {
  MemoryPair pair(settings, sessions);
  const Ends idle = Boxes(pair);
  Reach(pair, moment);
  const Ends all = Boxes(pair);
  const auto count = static_cast<double>(sessions);
  return {(all.initiator - idle.initiator) / count, (all.responder - idle.responder) / count};
}

double HalfOpenCheckpointOctets(const PairSettings& settings, std::size_t sessions) {
  MemoryPair pair(settings, sessions);
  const Messages first = FirstMessages(pair, sessions);
  const double idle = BoxOctets(*pair.responder());
  (void)Take(*pair.responder(), pair.now(), first);
  Demand(pair.responder()->session_count() == sessions);
  return (BoxOctets(*pair.responder()) - idle) / static_cast<double>(sessions);
}

double NegotiationAllocations(const PairSettings& settings) {
  constexpr std::size_t kHeld = 400;
  constexpr std::size_t kTogether = 64;
  MemoryPair pair(settings, kHeld);
  Demand(pair.Hold() && pair.Negotiate(kTogether));
  pair.Retire();
  const HeapCount before = HeapNow();
  Demand(pair.Negotiate(kTogether));
  return static_cast<double>((HeapNow() - before).allocations) / kTogether;
}

std::vector<MemoryFigure> DroppedAllocations(const PairSettings& settings) {
  Recorder recorder;
  PairSettings recorded = settings;
  recorded.observer = &recorder;
  MemoryPair pair(recorded, 1);
  Demand(pair.Hold());
  std::vector<MemoryFigure> figures;
  for (const auto& [name, datagram] : UselessOnes(recorder.sent)) {
    const auto handle = [&, &one = datagram](int times) {
      for (int i = 0; i < times; ++i) {
        pair.responder()->HandleDatagram(pair.now(), one.remote, one.local, one.octets);
        while (pair.responder()->PollDatagram()) {
        }
      }
    };
    handle(200);  // the first ones may be answered, up to some bound
    constexpr int kTimes = 1000;
    const HeapCount before = HeapNow();
    handle(kTimes);
    const HeapCount more = HeapNow() - before;
    figures.push_back({name, static_cast<double>(more.octets) / kTimes,
                       static_cast<double>(more.allocations) / kTimes});
  }
  return figures;
}

}  // namespace iscsi_ike::bench
