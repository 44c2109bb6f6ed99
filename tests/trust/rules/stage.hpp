// Stage: a negotiation stopped while one of its messages is on the way, with one of its ends to be
// told something else in the meantime; and what that end does with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/trust/rules/reaction.hpp"
#include "tests/trust/rules/tape.hpp"

namespace iscsi_ike::test {

// Place: message `index` of the tape is on the way, and `at_receiver` says which end is told.
struct Place {
  std::size_t index = 0;
  bool at_receiver = true;
};

// Stand is what a place means to the end that is told.
struct Stand {
  ike::Role role = ike::Role::kInitiator;  // of that end
  std::optional<std::size_t> due;          // the message that is due from the peer, in this script
  Situation situation = Situation::kNoSession;
  [[nodiscard]] bool HasKeys() const {
    return situation != Situation::kNoSession && situation != Situation::kFirstAnswerDue &&
           situation != Situation::kDueInClear;
  }
  [[nodiscard]] bool Negotiates() const { return situation <= Situation::kDueEither; }
};
[[nodiscard]] Stand StandOf(const Tape& tape, const Place& place);
[[nodiscard]] std::string Describe(const Tape& tape, const Place& place);
[[nodiscard]] std::vector<Place> PlacesOf(const Tape& tape);

class Stage {
 public:
  Stage(const Tape& tape, const Place& place);

  // Try gives the end a message as if from its peer and expects `reaction`; then it lets the
  // negotiation go on, and expects what has to come of it.
  void Try(const Bytes& wrong, Reaction reaction);

 private:
  struct Outcome {
    std::vector<ike::Datagram> sent;
    std::size_t first_event = 0;
    bool same_state = false;
    std::size_t sessions_before = 0;
  };
  [[nodiscard]] Bytes State();
  [[nodiscard]] std::vector<bool> Counted();
  [[nodiscard]] Outcome Give(const Bytes& octets);
  void ExpectReaction(const Outcome& outcome, Reaction reaction);
  void ExpectQuiet(const Outcome& outcome);
  void ExpectAnsweredAgain(const Outcome& outcome);
  void ExpectRefusedInClear(const Outcome& outcome);
  void ExpectEnd(const Outcome& outcome);
  void GoOn();
  void ExpectAgreement(std::size_t other_sessions);
  void ExpectNoWrongAgreement(bool may_be_cut_short);

  const Tape& tape_;
  Place place_;
  Pair pair_;
  Node* target_;
  std::optional<ike::Datagram> held_;
  ike::Time begin_;
};

}  // namespace iscsi_ike::test
