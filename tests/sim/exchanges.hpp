// The exchanges that the simulations run through, each with and without perfect forward secrecy.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/support/pair.hpp"

namespace iscsi_ike::test {

struct Exchanges {
  const char* name;
  std::uint64_t word;
  std::vector<std::string> messages;  // of a run without losses, in order
  friend std::ostream& operator<<(std::ostream& out, const Exchanges& e) { return out << e.name; }
};

inline std::vector<Exchanges> AllExchanges() {
  const std::vector<std::string> main{"MM1", "MM2", "MM3", "MM4", "MM5",
                                      "MM6", "QM1", "QM2", "QM3"};
  const std::vector<std::string> aggressive{"AM1", "AM2", "AM3", "QM1", "QM2", "QM3"};
  return {{"main", kMainWord, main},
          {"main_pfs", kMainPfsWord, main},
          {"aggressive", kAggressiveWord, aggressive},
          {"aggressive_pfs", kAggressivePfsWord, aggressive}};
}

inline std::string ExchangesName(const ::testing::TestParamInfo<Exchanges>& param) {
  return param.param.name;
}

// IsAuthenticated: the octets of this message are covered by a HASH of the message itself.
inline bool IsAuthenticated(const std::string& name) {
  return name == "AM2" || name == "AM3" || name == "MM5" || name == "MM6" || name[0] == 'Q';
}

}  // namespace iscsi_ike::test
