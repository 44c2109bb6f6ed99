// A whole negotiation, phase 1 and one quick mode, both ends counted, in memory.
//
// Names: Handshake/<mode>/<pfs or nopfs>/<suite>/held:<n>/together:<n>/lanes:<0 or 1>. The figure
// is CPU per negotiation of both ends together; `together` run side by side. Closing an old
// session, which keeps `held` level, is not counted.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/memory_pair.hpp"

namespace iscsi_ike::bench {
namespace {

void Handshake(benchmark::State& state, PairSettings settings) {
  const auto held = static_cast<std::size_t>(state.range(0));
  const auto together = static_cast<std::size_t>(state.range(1));
  if (state.range(2) != 0) settings.lanes = crypto::DhLanes::kWhereThereAre;
  MemoryPair pair(settings, held);
  for (std::size_t i = 0; i < held; i += together)
    if (!pair.Negotiate(together)) return state.SkipWithError("the negotiation failed");
  pair.Retire();
  while (state.KeepRunningBatch(state.range(1))) {
    if (!pair.Negotiate(together)) return state.SkipWithError("a negotiation failed");
    state.PauseTiming();
    pair.Retire();
    state.ResumeTiming();
  }
}

struct Named {
  const char* name;
  const char* text;
};
constexpr Named kSuites[] = {{"modp1024", "3des-sha1-modp1024"},
                             {"modp2048", "aes128-sha256-modp2048"},
                             {"modp3072", "aes128-sha256-modp3072"},
                             {"ecp256", "aes128-sha256-ecp256"},
                             {"curve25519", "aes128-sha256-curve25519"}};
constexpr Named kModes[] = {{"main", "valid,ike,main,transport"},
                            {"aggressive", "valid,ike,aggressive,transport"}};
constexpr Named kPfs[] = {{"nopfs", ""}, {"pfs", ",pfs"}};

[[maybe_unused]] const bool kRegistered = [] {
  for (const Named& mode : kModes) {
    for (const Named& pfs : kPfs) {
      for (const Named& suite : kSuites) {
        const std::string name =
            std::string("Handshake/") + mode.name + '/' + pfs.name + '/' + suite.name;
        const PairSettings settings{
            .word = std::string(mode.text) + pfs.text, .ike = suite.text, .esp = "aes128-sha256"};
        benchmark::RegisterBenchmark(
            name.c_str(), [settings](benchmark::State& state) { Handshake(state, settings); })
            ->ArgNames({"held", "together", "lanes"})
            ->Args({400, 1, 0})
            ->Args({400, 1, 1})
            ->Args({400, 64, 1})
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace iscsi_ike::bench
