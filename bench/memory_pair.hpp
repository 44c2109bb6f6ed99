// MemoryPair: HBAs of one initiating engine and a target portal, in one thread, joined by nothing
// but function calls. Time is virtual, randomness comes from a seed: what is measured is the
// engines and the cryptography alone. Each HBA has an address of its own, as in a login storm.
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
  ike::Observer* observer = nullptr;  // of the initiator; outlives the pair
};

class MemoryPair {
 public:
  // `held`: how many finished sessions, each with its child, both ends keep while others are made.
  MemoryPair(const PairSettings& settings, std::size_t held);

  // Hold makes the sessions that are held. False: a negotiation failed.
  [[nodiscard]] bool Hold();
  // Begin lets the next HBA, in turn, send its first message. False: the engine refused.
  [[nodiscard]] bool Begin();
  // Negotiate runs phase 1 and one quick mode, to the keys at both ends, `together` times side by
  // side: both ends' Diffie-Hellman jobs are gathered until nothing else is left to be done. False:
  // one failed.
  [[nodiscard]] bool Negotiate(std::size_t together = 1);
  // Retire closes the oldest sessions beyond `held`, and lets what lingers expire.
  void Retire();
  // Wait lets time pass at both ends.
  void Wait(ike::Duration time);
  // Settle carries datagrams and computes until neither end has anything more to say.
  void Settle();

  // What the measuring of memory takes a part of.
  [[nodiscard]] std::unique_ptr<ike::Engine>& initiator() { return initiator_; }
  [[nodiscard]] std::unique_ptr<ike::Engine>& responder() { return responder_; }
  [[nodiscard]] const std::deque<ike::SessionId>& sessions() const { return sessions_; }
  [[nodiscard]] ike::Time now() const { return now_; }

 private:
  bool DrainEnd(ike::Engine& end, ike::Engine& peer, std::size_t number);
  bool RunJobs();

  std::size_t held_;
  crypto::SeededRandom random_{1};
  crypto::BatchDhExecutor dh_;
  std::vector<crypto::DhJob> jobs_;
  std::vector<std::size_t> askers_;  // of the jobs: 0 initiator, 1 responder
  std::vector<std::shared_ptr<const ike::PeerConfig>> hbas_;
  std::size_t next_hba_ = 0;
  std::unique_ptr<ike::Engine> initiator_;
  std::unique_ptr<ike::Engine> responder_;
  std::deque<ike::SessionId> sessions_;
  ike::Time now_{std::chrono::seconds(1)};
  std::size_t keyed_ends_ = 0;
};

}  // namespace iscsi_ike::bench
