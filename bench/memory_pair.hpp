// MemoryPair: an initiator and a target portal in one thread, joined by nothing but function calls.
// Time is virtual, randomness comes from a seed: what is measured is the engines and the
// cryptography alone.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "crypto/dh_batch.hpp"
#include "ike/engine.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::bench {

struct PairSettings {
  std::string word;  // as SecurityFlags::Parse reads it
  std::string ike;   // phase-1 suites
  std::string esp;   // phase-2 suites
  crypto::DhLanes lanes = crypto::DhLanes::kNever;
};

class MemoryPair {
 public:
  // `held`: how many finished sessions, each with its child, both ends keep while others are made.
  MemoryPair(const PairSettings& settings, std::size_t held);

  // Negotiate runs phase 1 and one quick mode, to the keys at both ends, `together` times side by
  // side: both ends' Diffie-Hellman jobs are gathered until nothing else is left to be done. False:
  // one failed.
  [[nodiscard]] bool Negotiate(std::size_t together = 1);
  // Retire closes the oldest sessions beyond `held`, and lets what lingers expire.
  void Retire();

 private:
  void Drain();
  bool DrainEnd(ike::Engine& end, ike::Engine& peer, std::size_t number);
  bool RunJobs();

  std::size_t held_;
  crypto::SeededRandom random_{1};
  crypto::BatchDhExecutor dh_;
  std::vector<crypto::DhJob> jobs_;
  std::vector<std::size_t> askers_;  // of the jobs: 0 initiator, 1 responder
  std::shared_ptr<const ike::PeerConfig> portal_;
  std::unique_ptr<ike::Engine> initiator_;
  std::unique_ptr<ike::Engine> responder_;
  std::deque<ike::SessionId> sessions_;
  ike::Time now_{std::chrono::seconds(1)};
  std::size_t keyed_ends_ = 0;
};

}  // namespace iscsi_ike::bench
