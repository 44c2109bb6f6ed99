// What is negotiated in the benchmarks: the suites, modes and PFS that the figures are named by.
// storm.py has the same names.
#pragma once

#include <array>
#include <string>

#include "bench/memory_pair.hpp"

namespace iscsi_ike::bench {

struct Named {
  const char* name;
  const char* text;
};

inline constexpr std::array<Named, 5> kSuites{{{"modp1024", "aes128-sha1-modp1024"},
                                               {"modp2048", "aes128-sha256-modp2048"},
                                               {"modp3072", "aes128-sha256-modp3072"},
                                               {"ecp256", "aes128-sha256-ecp256"},
                                               {"curve25519", "aes128-sha256-curve25519"}}};
inline constexpr const char* kEsp = "aes128-sha256";
inline constexpr std::array<Named, 2> kModes{
    {{"main", "valid,ike,main,transport"}, {"aggressive", "valid,ike,aggressive,transport"}}};
inline constexpr std::array<Named, 2> kPfs{{{"nopfs", ""}, {"pfs", ",pfs"}}};

inline PairSettings SettingsOf(const Named& mode, const Named& pfs, const Named& suite) {
  return {.word = std::string(mode.text) + pfs.text, .ike = suite.text, .esp = kEsp};
}

}  // namespace iscsi_ike::bench
