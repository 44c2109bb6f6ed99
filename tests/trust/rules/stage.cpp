#include "tests/trust/rules/stage.hpp"

#include <gtest/gtest.h>

#include "tests/support/checkpoint_states.hpp"

namespace iscsi_ike::test {
namespace {

Situation SituationOf(const Message* due, ike::Role role, bool phase1_said) {
  using enum Situation;
  if (due == nullptr) return phase1_said ? kPhase1Said : kQuickSaid;
  if (!due->script->phase1) return due->row == 0 ? kQuickNotBegun : kQuickUnderWay;
  if (due->row == 0) return kNoSession;
  if (due->row == 1 && role == ike::Role::kInitiator) return kFirstAnswerDue;
  if (due->Row().protection == ike::Protection::kEither) return kDueEither;
  return due->Row().protection == ike::Protection::kClear ? kDueInClear : kDueSealed;
}

ike::Role OtherThan(ike::Role role) {
  return role == ike::Role::kInitiator ? ike::Role::kResponder : ike::Role::kInitiator;
}

bool IsSealed(const ike::Datagram& datagram) { return HeaderOf(datagram.octets).encrypted(); }

template <class E>
std::size_t CountOf(const Node& node, std::size_t from) {
  std::size_t count = 0;
  for (std::size_t i = from; i < node.events.size(); ++i)
    count += std::holds_alternative<E>(node.events[i]) ? 1U : 0U;
  return count;
}

}  // namespace

Stand StandOf(const Tape& tape, const Place& place) {
  const Message& message = tape.at(place.index);
  Stand stand;
  stand.role = place.at_receiver ? OtherThan(message.Row().writer) : message.Row().writer;
  stand.due = place.at_receiver ? std::optional(place.index) : tape.Next(place.index);
  stand.situation =
      SituationOf(stand.due ? &tape.at(*stand.due) : nullptr, stand.role, message.script->phase1);
  return stand;
}

std::string Describe(const Tape& tape, const Place& place) {
  return std::string(tape.kind().name) + ": " + std::string(tape.at(place.index).Row().name) +
         (place.at_receiver ? " at its receiver" : " at its writer");
}

std::vector<Place> PlacesOf(const Tape& tape) {
  std::vector<Place> places;
  for (std::size_t index = tape.FirstPlace(); index < tape.messages().size(); ++index)
    for (const bool at_receiver : {true, false}) places.push_back({index, at_receiver});
  return places;
}

Stage::Stage(const Tape& tape, const Place& place)
    : tape_(tape), place_(place), pair_(EndOf(tape.kind()), EndOf(tape.kind()), tape.seed()) {
  const Stand stand = StandOf(tape, place);
  target_ = stand.role == ike::Role::kInitiator ? pair_.initiator : pair_.responder;
  pair_.net.fate = [this](Sent& sent) -> std::vector<ike::Duration> {
    if (held_ || sent.number != place_.index) return {pair_.net.latency};
    held_ = sent.datagram;
    return {};
  };
  pair_.Connect();
  if (tape.kind().further) {
    pair_.net.RunUntil([this] { return pair_.Established(); });
    NegotiateFurther(pair_, tape.kind());
  }
  pair_.net.RunUntil([this] { return held_.has_value(); });
  // What its writer said just before has arrived.
  const bool second =
      place.index > 0 && tape.at(place.index - 1).Row().writer == tape.at(place.index).Row().writer;
  pair_.net.Run(second ? pair_.net.latency : ike::Duration{0});
  begin_ = pair_.net.now();
  target_->engine().HandleTimeout(begin_);
  EXPECT_TRUE(held_ && held_->octets == tape.at(place.index).datagram.octets);
}

Bytes Stage::State() { return Contents(target_->engine().Checkpoint(SealKey()).value()); }

// IsCounted: the octets of the state that count datagrams, as an empty one shows.
std::vector<bool> Stage::Counted() {
  const Bytes before = State();
  pair_.net.Inject(*target_, target_->endpoint(), {});
  const Bytes after = State();
  EXPECT_EQ(before.size(), after.size());
  std::vector<bool> counted(after.size());
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i)
    counted[i] = before[i] != after[i];
  return counted;
}

Stage::Outcome Stage::Give(const Bytes& octets) {
  Outcome outcome;
  outcome.first_event = target_->events.size();
  outcome.sessions_before = target_->engine().session_count();
  const std::size_t logged = pair_.net.log.size();
  const std::vector<bool> counted = Counted();
  const Bytes before = State();
  const Node* peer = target_ == pair_.initiator ? pair_.responder : pair_.initiator;
  pair_.net.Inject(*target_, peer->endpoint(), octets);
  pair_.net.Run(ike::Duration{0});
  const Bytes after = State();
  outcome.same_state = after.size() == before.size();
  for (std::size_t i = 0; outcome.same_state && i < after.size(); ++i)
    outcome.same_state = counted[i] || after[i] == before[i];
  for (std::size_t i = logged; i < pair_.net.log.size(); ++i)
    outcome.sent.push_back(pair_.net.log[i].datagram);
  return outcome;
}

void Stage::Try(const Bytes& wrong, Reaction reaction) {
  const Outcome outcome = Give(wrong);
  ExpectReaction(outcome, reaction);
  if (reaction == Reaction::kHeard) ExpectReaction(Give(wrong), Reaction::kUntouched);
  GoOn();
  switch (reaction) {
    case Reaction::kAstray:
      return ExpectNoWrongAgreement(false);
    case Reaction::kTaken:
    case Reaction::kEnds:
    case Reaction::kTakenOrEnds:
      return ExpectNoWrongAgreement(true);
    default:
      return ExpectAgreement(reaction == Reaction::kNewSession ? 1 : 0);
  }
}

void Stage::ExpectReaction(const Outcome& outcome, Reaction reaction) {
  switch (reaction) {
    case Reaction::kNever:
      ADD_FAILURE() << "this should not arise here";
      return;
    case Reaction::kUntouched:
      EXPECT_TRUE(outcome.same_state);
      EXPECT_EQ(target_->events.size(), outcome.first_event);
      EXPECT_TRUE(outcome.sent.empty());
      return;
    case Reaction::kIgnored:
      return ExpectQuiet(outcome);
    case Reaction::kAnsweredAgain:
      return ExpectAnsweredAgain(outcome);
    case Reaction::kRefusedInClear:
      return ExpectRefusedInClear(outcome);
    case Reaction::kNewSession:
      EXPECT_EQ(target_->engine().session_count(), outcome.sessions_before + 1);
      return;
    case Reaction::kHeard:
      EXPECT_FALSE(outcome.same_state);
      EXPECT_EQ(CountOf<ike::Failed>(*target_, outcome.first_event), 0U);
      return;
    case Reaction::kEnds:
      return ExpectEnd(outcome);
    case Reaction::kAccepted:
    case Reaction::kTaken:
    case Reaction::kTakenOrEnds:
      // Authentic or as good as due: never without an effect, and nothing of it in clear that was
      // not.
      EXPECT_FALSE(outcome.same_state);
      EXPECT_FALSE(outcome.sent.empty() && target_->events.size() == outcome.first_event);
      return;
    case Reaction::kAstray:
      return;
  }
}

void Stage::ExpectQuiet(const Outcome& outcome) {
  EXPECT_TRUE(outcome.sent.empty());
  EXPECT_EQ(CountOf<ike::Diagnosed>(*target_, outcome.first_event),
            target_->events.size() - outcome.first_event);
  EXPECT_EQ(target_->engine().session_count(), outcome.sessions_before);
}

void Stage::ExpectAnsweredAgain(const Outcome& outcome) {
  ASSERT_EQ(outcome.sent.size(), 1U);
  const auto said_before = std::count_if(
      pair_.net.log.begin(), pair_.net.log.end(),
      [&](const Sent& sent) { return sent.datagram.octets == outcome.sent[0].octets; });
  EXPECT_EQ(said_before, 2);
  EXPECT_EQ(target_->events.size(), outcome.first_event);
}

void Stage::ExpectRefusedInClear(const Outcome& outcome) {
  EXPECT_EQ(target_->engine().session_count(), outcome.sessions_before);
  ASSERT_EQ(outcome.sent.size(), 1U);
  const ike::Header header = HeaderOf(outcome.sent[0].octets);
  EXPECT_EQ(header.exchange, ike::ExchangeType::kInformational);
  EXPECT_EQ(header.next, ike::PayloadType::kNotify);
  EXPECT_FALSE(header.encrypted());
  EXPECT_EQ(header.id, ike::MessageId{0});
  EXPECT_LE(outcome.sent[0].octets.size(), 40U);
}

void Stage::ExpectEnd(const Outcome& outcome) {
  EXPECT_GE(CountOf<ike::Failed>(*target_, outcome.first_event) +
                CountOf<ike::SessionClosed>(*target_, outcome.first_event),
            1U);
  for (const ike::Datagram& datagram : outcome.sent) EXPECT_TRUE(IsSealed(datagram));
}

void Stage::GoOn() {
  if (held_) pair_.net.Deliver(*held_, pair_.net.latency);
  pair_.net.Run();
}

// ExpectAgreement: as if nothing had happened, but for what else a first message has opened.
void Stage::ExpectAgreement(std::size_t other_sessions) {
  const std::size_t children = tape_.kind().further ? 2 : 1;
  EXPECT_EQ(pair_.AgreedChildren(), children);
  for (const Node* node : {pair_.initiator, pair_.responder}) {
    EXPECT_EQ(node->EventsOf<ike::ChildEstablished>().size(), children);
    EXPECT_EQ(node->EventsOf<ike::Phase1Established>().size(), 1U);
    std::size_t failed = 0;
    for (const auto* f : node->EventsOf<ike::Failed>()) {
      const bool own = !node->EventsOf<ike::Phase1Established>().empty() &&
                       f->session == node->EventsOf<ike::Phase1Established>()[0]->session;
      EXPECT_FALSE(own) << f->failure.text;
      ++failed;
    }
    EXPECT_LE(failed, node == target_ ? 1 + other_sessions : 0U);
  }
  if (other_sessions == 0) {
    EXPECT_EQ(pair_.initiator->recorder.KeyOf("SKEYID_e"),
              pair_.responder->recorder.KeyOf("SKEYID_e"));
  }
  pair_.ExpectAtRest(1);
}

// ExpectNoWrongAgreement: no child under keys that the other end has not, unless an end says that
// something failed; and nobody waits for ever.
void Stage::ExpectNoWrongAgreement(bool may_be_cut_short) {
  EXPECT_TRUE(pair_.net.IsIdle());
  const std::size_t ours = pair_.initiator->EventsOf<ike::ChildEstablished>().size();
  const std::size_t theirs = pair_.responder->EventsOf<ike::ChildEstablished>().size();
  std::size_t said = 0;
  for (const Node* node : {pair_.initiator, pair_.responder})
    said += CountOf<ike::Failed>(*node, 0) + CountOf<ike::SessionClosed>(*node, 0);
  const bool all_agree = ours == theirs && pair_.AgreedChildren() == ours && ours > 0;
  EXPECT_TRUE(all_agree || said > 0);
  if (may_be_cut_short || all_agree) return;
  // The negotiation was given all of its time.
  EXPECT_GE(pair_.net.now() - begin_, std::chrono::seconds(25));
  EXPECT_LE(pair_.initiator->EventsOf<ike::Failed>().size(), 1U);
}

}  // namespace iscsi_ike::test
