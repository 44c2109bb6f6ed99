// How deep each public call gets, measured on a painted stack over whole negotiations: every mode,
// with and without PFS, each kind of group, both ends. Prints JSON: octets, by call, of a process's
// first negotiation (OpenSSL sets itself up in it) and of later ones. With --max=OCTETS it judges:
// exit status 1 when a call got deeper.
#include <algorithm>
#include <cstdio>
#include <map>

#include "bench/painted_stack.hpp"
#include "bench/suites.hpp"

namespace iscsi_ike::bench {
namespace {

using Depths = std::map<std::string, std::size_t>;

// Negotiation drives a MemoryPair's engines itself, call by call.
class Negotiation {
 public:
  Negotiation(const PairSettings& settings, Depths& depths)
      : depths_(depths), pair_(settings, 0), dh_(settings.lanes) {}

  // Run: to the keys at both ends, renewals and all that falls due, a Close. False: it failed.
  bool Run() {
    bool begun = false;
    Call("Connect", [&] { begun = pair_.Begin(); });
    if (!begun) return false;
    while (Step(*pair_.initiator(), *pair_.responder())) {
    }
    Due(*pair_.initiator());  // nothing has come back yet: it sends once more
    Settle();
    const bool done = keyed_ == 2;
    for (int i = 0; i < kDue; ++i) {
      for (ike::Engine* end : {pair_.initiator().get(), pair_.responder().get()}) Due(*end);
      Settle();
    }
    Call("Close", [&] { pair_.initiator()->Close(now_, pair_.sessions().back()); });
    Settle();
    return done;
  }

 private:
  static constexpr int kDue = 20;

  // Due: time passes until something is due at that end.
  void Due(ike::Engine& end) {
    if (const auto next = end.NextTimeout()) now_ = std::max(now_, *next);
    Call("HandleTimeout", [&] { end.HandleTimeout(now_); });
  }

  template <class Function>
  void Call(const char* name, Function function) {
    std::size_t& deepest = depths_[name];
    deepest = std::max(deepest, stack_.DepthOf(function));
  }

  void Settle() {
    while (Step(*pair_.initiator(), *pair_.responder()) ||
           Step(*pair_.responder(), *pair_.initiator())) {
    }
  }

  // Step: false when `end` has nothing more to say.
  bool Step(ike::Engine& end, ike::Engine& peer) {
    const bool sent = Carry(end, peer);
    const bool computed = Compute(end);
    std::optional<ike::Event> event;
    do {
      Call("PollEvent", [&] { event = end.PollEvent(); });
      if (event && std::holds_alternative<ike::ChildEstablished>(*event)) ++keyed_;
    } while (event);
    return sent || computed;
  }

  bool Carry(ike::Engine& end, ike::Engine& peer) {
    std::optional<ike::Datagram> datagram;
    Call("PollDatagram", [&] { datagram = end.PollDatagram(); });
    if (!datagram) return false;
    Call("HandleDatagram",
         [&] { peer.HandleDatagram(now_, datagram->remote, datagram->local, datagram->octets); });
    return true;
  }

  bool Compute(ike::Engine& end) {
    std::optional<crypto::DhJob> job;
    Call("PollDh", [&] { job = end.PollDh(); });
    if (!job) return false;
    Call("DhExecutor::Run", [&] { dh_.Run({&*job, 1}); });
    Call("HandleDh", [&] { end.HandleDh(now_, std::move(*job)); });
    return true;
  }

  Depths& depths_;
  PaintedStack stack_;
  MemoryPair pair_;
  crypto::BatchDhExecutor dh_;
  std::size_t keyed_ = 0;
  ike::Time now_ = pair_.now();
};

// Measure: false when a negotiation failed. `first` gets the first of all, `later` the others.
bool Measure(Depths& first, Depths& later) {
  PaintedStack stack;
  first["InitializeCrypto"] = stack.DepthOf([] { (void)crypto::InitializeCrypto(); });
  bool is_first = true;
  for (const Named& mode : kModes) {
    for (const Named& pfs : kPfs) {
      for (const Named& suite : kSuites) {
        const PairSettings settings = SettingsOf(mode, pfs, suite);
        if (!Negotiation(settings, is_first ? first : later).Run()) return false;
        is_first = false;
      }
    }
  }
  return true;
}

std::size_t Deepest(const Depths& depths) {
  std::size_t deepest = 0;
  for (const auto& call : depths) deepest = std::max(deepest, call.second);
  return deepest;
}

void Print(const char* name, const Depths& depths, const char* after) {
  std::printf("  \"%s\": {", name);
  const char* before = "";
  for (const auto& [call, octets] : depths) {
    std::printf("%s\"%s\": %zu", before, call.c_str(), octets);
    before = ", ";
  }
  std::printf("}%s\n", after);
}

}  // namespace
}  // namespace iscsi_ike::bench

int main(int count, char** arguments) {
  std::size_t most = SIZE_MAX;
  if (count > 1 && (count > 2 || std::sscanf(arguments[1], "--max=%zu", &most) != 1)) {
    std::fputs("usage: stack_depth [--max=OCTETS]\n", stderr);
    return 2;
  }
  iscsi_ike::bench::Depths first;
  iscsi_ike::bench::Depths later;
  if (!iscsi_ike::bench::Measure(first, later)) {
    std::fputs("stack_depth: a negotiation failed\n", stderr);
    return 1;
  }
  std::puts("{");
  iscsi_ike::bench::Print("first", first, ",");
  iscsi_ike::bench::Print("later", later, "");
  std::puts("}");
  return std::max(iscsi_ike::bench::Deepest(first), iscsi_ike::bench::Deepest(later)) > most;
}
