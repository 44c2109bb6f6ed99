// MemoryPair: an initiator and a target portal in one thread, joined by nothing but function calls.
// Time is virtual, Diffie-Hellman runs inline, randomness comes from a seed: what is measured is
// the engines and the cryptography alone.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "ike/engine.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::bench {

struct PairSettings {
  std::string word;  // as SecurityFlags::Parse reads it
  std::string ike;   // phase-1 suites
  std::string esp;   // phase-2 suites
};

class MemoryPair {
 public:
  // `held`: how many finished sessions, each with its child, both ends keep while others are made.
  MemoryPair(const PairSettings& settings, std::size_t held);

  // Negotiate runs phase 1 and one quick mode, to the keys at both ends. False: it failed.
  [[nodiscard]] bool Negotiate();
  // Retire closes the oldest sessions beyond `held`, and lets what lingers expire.
  void Retire();

 private:
  void Drain();
  bool DrainEnd(ike::Engine& end, ike::Engine& peer);

  std::size_t held_;
  crypto::SeededRandom random_{1};
  crypto::InlineDhExecutor dh_;
  std::shared_ptr<const ike::PeerConfig> portal_;
  std::unique_ptr<ike::Engine> initiator_;
  std::unique_ptr<ike::Engine> responder_;
  std::deque<ike::SessionId> sessions_;
  ike::Time now_{std::chrono::seconds(1)};
  unsigned keyed_ends_ = 0;
};

}  // namespace iscsi_ike::bench
