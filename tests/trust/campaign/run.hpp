// Run: one story told in virtual time, with the invariants looked at after every call of an engine.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/dh.hpp"
#include "tests/support/sim_nat.hpp"
#include "tests/trust/campaign/end.hpp"
#include "tests/trust/campaign/story.hpp"

namespace iscsi_ike::trust {

class Run {
 public:
  Run(const Story& story, Tally& tally, bool trace);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Tell goes through troubles, peace, a login that must come up and the end of everything. It
  // throws Violation, which says what does not hold.
  void Tell();
  // Prime is a plain login, so that what is made once and kept for ever is there.
  void Prime();

 private:
  // Flight is a datagram or a result of key agreement under way.
  struct Flight {
    ike::Time at;
    std::uint64_t order = 0;
    int to = 0;
    std::uint64_t incarnation = 0;  // of a job: of the engine that made it
    ike::Datagram datagram;
    std::shared_ptr<crypto::DhJob> job;
    friend bool operator>(const Flight& a, const Flight& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };

  // Do makes one call of an end's engine under the story's troubles, takes everything out of it and
  // checks what must hold. False: it ended with std::bad_alloc.
  using Action = std::function<void(ike::Engine&, ike::Time)>;
  bool Do(End& end, const Action& action);
  void Drain(End& end);
  void Check(End& end);
  void Arm(End& end);
  std::uint64_t Disarm(End& end);  // gives how many allocations failed

  void Advance(ike::Time until);
  bool Step(ike::Time until);
  void Land(Flight flight);
  void RunTimers(End& end);
  void Launch(const ike::Datagram& datagram);
  void Deliver(ike::Datagram datagram, ike::Duration delay);
  void Spoil(std::vector<std::uint8_t>& octets);
  void Push(Flight flight);

  void Act();
  void Connect(End& end);
  void Meddle(End& end);
  void StopEnd(End& end);
  void RiseIfDue(End& end);
  void JumpClock(End& end);

  void ExpectRest(std::string_view when);
  [[nodiscard]] std::string Unrest() const;
  void ExpectLogin(End& end);
  void CloseAll();
  void ExpectNothingLeft();
  void ExpectNothingHeld();
  void Trace(std::string_view what) const;

  const Story& story_;
  Odds odds_;  // of the story, until peace
  bool peace_ = false;
  Tally& tally_;
  const bool trace_;
  Dice dice_;
  Ledger ledger_;
  std::shared_ptr<const ike::PeerConfig> logins_[2];
  std::vector<std::unique_ptr<End>> ends_;
  test::SimNat nats_[2];
  std::vector<Flight> flights_;      // a heap
  std::vector<ike::Datagram> seen_;  // some that were sent, to be replayed
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::array<std::uint64_t, 2> incarnation_{};
  std::size_t connects_left_;
  ike::Time now_{std::chrono::hours(1000)};
};

}  // namespace iscsi_ike::trust
