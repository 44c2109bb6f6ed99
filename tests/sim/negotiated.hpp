// Negotiated: what two real engines come to, to be compared with what Agree foretells.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "ike/agree.hpp"
#include "tests/support/sim_net.hpp"

namespace iscsi_ike::test {

// Negotiated is one negotiation from Connect to its end at both ends.
class Negotiated {
 public:
  // The responder's engine is at the address that the initiator connects to.
  Negotiated(const std::shared_ptr<const ike::PeerConfig>& initiator,
             const ike::EngineConfig& serving);

  // Established: phase 1 at both ends and, if one was asked for, a child with the same keys.
  [[nodiscard]] bool established() const;
  // Failure of one end, the first; nullptr: none.
  [[nodiscard]] const ike::NegotiationFailure* FailureOf(ike::Role role) const;
  // MayTryAgain: connect would go on to the next exchange that the word allows.
  [[nodiscard]] bool MayTryAgain() const;
  [[nodiscard]] std::string Text() const;  // both failures, for a test that goes wrong

  // ExpectAsForetold: the same verdict; then the same exchange, suites, lifetimes, identities, key,
  // encapsulation, PFS group and selectors at both ends, or the same failure of the same end.
  void ExpectAsForetold(const ike::Agreement& agreement) const;

 private:
  void ExpectPhase1(const ike::AgreedPhase1& phase1, const ike::Agreement& agreement) const;
  void ExpectChild(const ike::AgreedChild& child) const;
  template <class E>
  [[nodiscard]] const E* EventOf(const Node& node) const {
    const auto events = node.EventsOf<E>();
    return events.empty() ? nullptr : events.front();
  }
  [[nodiscard]] bool Ended() const;

  SimNet net_;
  Node* initiator_ = nullptr;
  Node* responder_ = nullptr;
  bool wants_child_ = true;
  const ike::EngineConfig serving_;
  std::optional<ike::NegotiationFailure> at_once_;  // Connect itself refused
};

// Lot draws small numbers, the same in every run.
class Lot {
 public:
  explicit Lot(std::uint64_t seed) : random_(seed) {}
  // Below: from 0 to `count` - 1; `count` is small.
  unsigned Below(unsigned count) {
    std::array<std::uint8_t, 4> octets{};
    EXPECT_TRUE(random_.Fill(octets));
    const unsigned number = octets[0] * 65536U + octets[1] * 256U + octets[2];
    return number % count;
  }
  template <class List>
  const auto& Of(const List& list) {
    return list[Below(static_cast<unsigned>(std::size(list)))];
  }
  bool OneIn(unsigned count) { return Below(count) == 0; }

 private:
  crypto::SeededRandom random_;
};

}  // namespace iscsi_ike::test
