// LoadPlan: what a login storm is made of, as --help of load tells it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "ike/tool/options.hpp"
#include "ike/tool/threshold.hpp"

namespace iscsi_ike::ike::tool {

struct LoadPlan {
  std::size_t hbas = 1000;       // each keeps its session until its next login
  std::size_t addresses = 1;     // the HBAs share so many local addresses, in turn
  std::uint64_t logins = 1000;   // in all
  std::size_t concurrency = 64;  // closed loop: so many under way
  // Open loop: so many begin in a second, however the peer keeps up.
  std::optional<double> rate;
  std::chrono::duration<double> delay{0};        // of the first login, with a rate
  std::optional<std::chrono::seconds> duration;  // ends sooner
  std::optional<int> peer_process;               // whose CPU time is counted, too
  std::vector<Threshold> fail_if;
};

[[nodiscard]] Checked<LoadPlan> ParseLoadPlan(const LoadOptions& options);

// ShareOf divides a plan among `count` engines: the logins, the HBAs, and how many begin. Together
// they keep the rate, in turn.
[[nodiscard]] LoadPlan ShareOf(const LoadPlan& plan, std::size_t index, std::size_t count);

// MixedWord: one security word of --mix, and its share of the HBAs.
struct MixedWord {
  std::string word;
  std::uint64_t weight = 1;
};
// ParseMix reads "0x27=3;0x2b=1".
[[nodiscard]] Checked<std::vector<MixedWord>> ParseMix(const std::string& text);

}  // namespace iscsi_ike::ike::tool
