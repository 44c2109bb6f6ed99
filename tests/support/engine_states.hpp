// The states of a pair of engines, by name, from the tables of the scripts: a row that is added
// there is a state here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ike/core/script.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {

// SessionStage says which of the negotiations of a session it is.
enum class SessionStage : std::uint8_t {
  kLogin,
  kRest,         // phase 1 and a child, nothing under way
  kNewChild,     // the initiator renews its child
  kTheirChild,   // the responder does
  kNewPhase1,    // the initiator renews phase 1
  kTheirPhase1,  // the responder does
  kClosing,      // the initiator's delete is under way
};

// EngineState: the message of `row` was sent and has not arrived.
struct EngineState {
  std::string name;  // "main pfs, login, MM3"
  std::uint64_t word = 0;
  SessionStage stage = SessionStage::kLogin;
  const ike::Row* row = nullptr;  // none at rest and while closing
};

[[nodiscard]] const std::vector<EngineState>& EngineStates();

// PairIn is a pair in that state, and the end whose message is under way (at rest the initiator).
struct PairIn {
  std::unique_ptr<Pair> pair;
  Node* writer = nullptr;
  Node* reader = nullptr;
  bool reached = false;
};
[[nodiscard]] PairIn Reach(const EngineState& state, const EndSettings& settings);

}  // namespace iscsi_ike::test
