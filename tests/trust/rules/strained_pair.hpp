// StrainedPair: two ends of which one call, and one only, runs short of memory. It keeps account of
// what each end has been told.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "crypto/dh.hpp"
#include "crypto/random.hpp"
#include "ike/engine.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {

// Strain: in the call of that number (from 1; 0: in none) the n-th allocation and `times - 1` after
// it cannot be had.
struct Strain {
  std::size_t call = 0;
  std::size_t n = 0;
  std::size_t times = 1;
};

struct StrainedSettings {
  std::uint64_t word = kMainWord;
  bool renews = false;
  bool initial_contact = false;
  bool reborn = false;  // both ends go on from a checkpoint, before each call and after it
};

class StrainedPair {
 public:
  explicit StrainedPair(const StrainedSettings& settings);

  // From now on calls are counted.
  void Begin(const Strain& strain);
  [[nodiscard]] std::size_t calls() const { return calls_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }  // allocations

  using Action = std::function<void(ike::Engine&, ike::Time)>;
  void Call(std::size_t end, const Action& action);
  void Connect();
  // Restart: the HBA knows of nothing any more.
  void Restart();
  // Run delivers what is on the way, then lets so much time pass.
  void Run(ike::Duration time);
  // Newest is the session that the HBA has had established last.
  [[nodiscard]] ike::SessionId newest() const { return ends_[0].newest; }
  [[nodiscard]] std::size_t sessions(std::size_t end) const { return ends_[end].open.size(); }

  // ExpectSound: each session is there, and can be used where both ends have it, or was told to be
  // gone; a login works; and all goes when it is closed.
  void ExpectSound();

 private:
  struct Side {
    ike::Endpoint place;
    std::unique_ptr<crypto::SeededRandom> random;
    std::unique_ptr<ike::Engine> engine;
    std::map<ike::SessionId, ike::Cookie> open;  // established
    std::set<ike::SessionId> connecting, over;
    std::set<ike::SessionId> bereft;  // their children are told to be forgotten by the peer
    bool timed_out = false;
    std::set<std::pair<ike::SessionId, ike::ChildId>> made;
    ike::SessionId newest{};
  };
  void Start(std::size_t end);
  void Rebear(Side& side);
  void Drain(std::size_t end);
  void Take(Side& side, const ike::Event& event);
  void Gone(Side& side, ike::SessionId session);
  void DeliverAll();
  void ExpectUsable();

  bool reborn_;
  std::shared_ptr<const ike::PeerConfig> login_;
  std::array<std::shared_ptr<const ike::PeerConfig>, 2> serves_;
  std::array<Side, 2> ends_;
  std::vector<ike::Datagram> flights_;
  crypto::InlineDhExecutor dh_;
  ike::Time now_{std::chrono::seconds(1000)};
  Strain strain_;
  std::size_t calls_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace iscsi_ike::test
