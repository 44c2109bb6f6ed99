// A whole negotiation, phase 1 and one quick mode, both ends counted, in memory, and its floor.
//
// Names: Handshake/<mode>/<pfs or nopfs>/<suite>/held:<n>/together:<n>/lanes:<0 or 1>. Counters, in
// microseconds of CPU: cpu_us a negotiation, both ends together; floor_us the cryptography alone
// (negotiation_floor.hpp), all lanes filled, in rounds between those of cpu_us. `together`
// negotiations run side by side. Closing an old session, which keeps `held` level, is not counted.
// HeldCost/<mode>/<pfs>/<suite>: cpu_us_<held> for several numbers of sessions held, in turns.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/negotiation_floor.hpp"
#include "bench/rounds.hpp"
#include "bench/suites.hpp"

namespace iscsi_ike::bench {
namespace {

constexpr const char* kTrouble = "a negotiation failed";
constexpr double kShort = 0.05;         // seconds, for what needs no more
constexpr std::size_t kLanesFull = 64;  // negotiations side by side that fill them

// Round measures some negotiations, and closes as many old sessions outside of it.
bool Round(Rounds& rounds, MemoryPair& pair, std::size_t together, std::size_t times) {
  const bool done = rounds.Measure(together * times, [&] {
    bool all = true;
    for (std::size_t i = 0; i < times; ++i) all = all && pair.Negotiate(together);
    return all;
  });
  pair.Retire();
  return done;
}

bool FloorRound(Rounds& rounds, NegotiationFloor& floor) {
  return rounds.Measure(NegotiationFloor::kTogether, [&] {
    bool done = floor.RunDh();
    for (std::size_t i = 0; i < NegotiationFloor::kTogether; ++i) done &= floor.RunSymmetric();
    return done;
  });
}

void Handshake(benchmark::State& state, PairSettings settings) {
  const auto held = static_cast<std::size_t>(state.range(0));
  const auto together = static_cast<std::size_t>(state.range(1));
  if (state.range(2) != 0) settings.lanes = crypto::DhLanes::kWhereThereAre;
  MemoryPair pair(settings, held);
  NegotiationFloor floor(settings);
  Rounds cpu;
  Rounds least;
  if (!pair.Hold()) return state.SkipWithError(kTrouble);
  for (auto _ : state) {
    const double before = cpu.total();
    if (!Round(cpu, pair, together, together == 1 ? NegotiationFloor::kTogether : 1) ||
        !FloorRound(least, floor))
      return state.SkipWithError(kTrouble);
    state.SetIterationTime(1e-6 * (cpu.total() - before));
  }
  state.counters["cpu_us"] = cpu.Median();
  state.counters["floor_us"] = least.Median();
}

// HeldCost takes the pairs in turns long enough for each to find its own memory in the caches
// again; the first batch of a turn does that.
void HeldCost(benchmark::State& state, PairSettings settings) {
  settings.lanes = crypto::DhLanes::kWhereThereAre;
  constexpr std::array<std::size_t, 3> kHeld{1'000, 10'000, 100'000};
  std::array<std::unique_ptr<MemoryPair>, kHeld.size()> pairs;
  for (std::size_t i = 0; i < kHeld.size(); ++i) {
    pairs[i] = std::make_unique<MemoryPair>(settings, kHeld[i]);
    if (!pairs[i]->Hold()) return state.SkipWithError(kTrouble);
  }
  NegotiationFloor floor(settings);
  std::array<Rounds, kHeld.size()> cpu;
  Rounds least;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kHeld.size(); ++i) {
      Rounds warming;
      bool done = Round(warming, *pairs[i], kLanesFull, 1);
      for (int batch = 0; batch < 4; ++batch) done &= Round(cpu[i], *pairs[i], kLanesFull, 1);
      if (!done || !FloorRound(least, floor)) return state.SkipWithError(kTrouble);
    }
  }
  for (std::size_t i = 0; i < kHeld.size(); ++i)
    state.counters["cpu_us_" + std::to_string(kHeld[i])] = cpu[i].Median();
  state.counters["floor_us"] = least.Median();
}

// Symmetric is that part of a floor that lanes do not change.
void Symmetric(benchmark::State& state, const PairSettings& settings) {
  NegotiationFloor floor(settings);
  for (auto _ : state)
    if (!floor.RunSymmetric()) return state.SkipWithError(kTrouble);
}

void Register(const Named& mode, const Named& pfs, const Named& suite) {
  const PairSettings settings = SettingsOf(mode, pfs, suite);
  const std::string name = std::string(mode.name) + '/' + pfs.name + '/' + suite.name;
  benchmark::RegisterBenchmark(("Symmetric/" + name).c_str(), Symmetric, settings)
      ->MinTime(kShort)
      ->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark(("Handshake/" + name).c_str(), Handshake, settings)
      ->ArgNames({"held", "together", "lanes"})
      ->Args({400, 1, 0})
      ->Args({400, 1, 1})
      ->Args({400, kLanesFull, 1})
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

// The cost against the SAs held, where there is most to see: the usual suite, and the cheapest.
void RegisterHeld(const Named& suite) {
  // A number of rounds, not a time: with a time it would all be made again to find that number.
  constexpr int kRounds = 15;
  benchmark::RegisterBenchmark((std::string("HeldCost/main/nopfs/") + suite.name).c_str(), HeldCost,
                               SettingsOf(kModes[0], kPfs[0], suite))
      ->Iterations(kRounds)
      ->Unit(benchmark::kMillisecond);
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const Named& mode : kModes)
    for (const Named& pfs : kPfs)
      for (const Named& suite : kSuites) Register(mode, pfs, suite);
  RegisterHeld(kSuites[1]);  // modp2048
  RegisterHeld(kSuites[4]);  // curve25519
  return true;
}();

}  // namespace
}  // namespace iscsi_ike::bench
