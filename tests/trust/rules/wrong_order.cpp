// Genuine messages in the wrong place: those of the same session, sooner or later, and those of
// another.
#include <algorithm>

#include "tests/trust/rules/wrong_message.hpp"

namespace iscsi_ike::test {
namespace {

// LooksAlike: in clear, without a HASH, and of the same payloads: nothing tells one from the other.
bool LooksAlike(const Message& a, const Message& due) {
  const auto& row = due.Row();
  return a.script == due.script && row.protection == ike::Protection::kClear &&
         !row.required.Has(ike::PayloadType::kHash) && !row.required.FirstNotIn(a.Row().required) &&
         !a.Row().required.FirstNotIn(row.required);
}

// IsAnsweredLast: of its exchange this end has seen nothing later, and has answered it.
bool IsAnsweredLast(const Tape& tape, const Place& place, std::size_t index) {
  const auto answer = tape.Next(index);
  if (!answer || *answer > place.index || (*answer == place.index && place.at_receiver))
    return false;
  const auto then = tape.Next(*answer);
  const bool over = then && (*then < place.index || (*then == place.index && !place.at_receiver));
  return !over;
}

Rule RuleOfEarlier(const Tape& tape, const Place& place, std::size_t index) {
  return IsAnsweredLast(tape, place, index) ? Rule::kRepeated : Rule::kLeftBehind;
}

// IsForeknown: this tape knows it sooner than its writer, but to an end with keys that has said
// what comes before it, it is what is due.
bool IsForeknown(const Tape& tape, const Place& place, const Stand& stand, std::size_t index) {
  const Message& message = tape.at(index);
  if (message.script->phase1 || stand.Negotiates() || message.Row().writer == stand.role)
    return false;
  if (message.row == 0) return true;
  std::size_t before = index;
  while (!tape.at(before).IsOfRun(message) || tape.at(before).row + 1 != message.row) --before;
  // Behind AM3 its writer says QM1 at once.
  return before == place.index + 1 &&
         tape.at(before).Row().writer == tape.at(place.index).Row().writer;
}

Rule RuleOfSame(const Tape& tape, const Place& place, const Stand& stand, std::size_t index) {
  const Message& message = tape.at(index);
  if (stand.situation == Situation::kNoSession) return Rule::kOfNoSession;
  const bool said = index < place.index || (index == place.index && !place.at_receiver);
  if (message.Row().writer != stand.role && said) return RuleOfEarlier(tape, place, index);
  if (!message.script->phase1 && stand.Negotiates() && !said) return Rule::kQuickTooEarly;
  if (!said && stand.due && LooksAlike(message, tape.at(*stand.due))) return Rule::kLooksLikeDue;
  if (IsForeknown(tape, place, stand, index)) return Rule::kForeknown;
  return message.Row().writer == stand.role ? Rule::kOwnMessage : Rule::kTooEarly;
}

void AddOfSame(const Tape& tape, const Place& place, const Stand& stand, WrongMessages& all) {
  for (std::size_t index = 0; index < tape.messages().size(); ++index) {
    if (stand.due && index == *stand.due) continue;
    const Rule rule = RuleOfSame(tape, place, stand, index);
    // Quick mode that is already under way has overtaken the end of aggressive mode.
    if (tape.at(index).datagram.octets == tape.at(place.index).datagram.octets && place.at_receiver)
      continue;
    all.push_back({rule, std::string(tape.at(index).Row().name), tape.at(index).datagram.octets});
  }
}

void AddOfAnother(const Tape& other, const Stand& stand, WrongMessages& all) {
  // An end with an established session lets its peer begin anew; one that only initiates, nobody.
  const bool serves = stand.role == ike::Role::kResponder || !stand.Negotiates();
  for (std::size_t index = 0; index < other.messages().size(); ++index) {
    const Rule rule = index == 0 && serves ? Rule::kFirstOfAnother : Rule::kOfNoSession;
    all.push_back({rule, std::string(other.at(index).Row().name) + " of another session",
                   other.at(index).datagram.octets});
  }
}

void AddUnderOwnCookies(const Tapes& tapes, const Place& place, const Stand& stand,
                        WrongMessages& all) {
  const Bytes& base = tapes.tape.at(BaseOf(tapes.tape, place)).datagram.octets;
  if (HeaderOf(base).responder.IsZero()) return;
  for (const Message& message : tapes.other.messages()) {
    Bytes octets = message.datagram.octets;
    std::copy_n(base.begin(), 16, octets.begin());
    const auto& own = tapes.tape.messages();
    const bool is_same = std::any_of(own.begin(), own.end(), [&](const Message& known) {
      return known.datagram.octets == octets;
    });
    if (is_same) continue;  // as the two SA payloads of main mode are
    const bool alike = stand.due && LooksAlike(message, tapes.tape.at(*stand.due));
    all.push_back({alike ? Rule::kLooksLikeDue : Rule::kOtherContent,
                   std::string(message.Row().name) + " of another session under these cookies",
                   octets});
  }
}

}  // namespace

WrongMessages WrongOrder(const Tapes& tapes, const Place& place) {
  const Stand stand = StandOf(tapes.tape, place);
  WrongMessages all;
  AddOfSame(tapes.tape, place, stand, all);
  AddOfAnother(tapes.other, stand, all);
  AddUnderOwnCookies(tapes, place, stand, all);
  if (place.at_receiver)
    all.push_back({Rule::kGenuineTwice, "", tapes.tape.at(place.index).datagram.octets});
  return all;
}

}  // namespace iscsi_ike::test
