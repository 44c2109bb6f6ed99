#include "tests/trust/rules/reaction.hpp"

#include <algorithm>
#include <stdexcept>

namespace iscsi_ike::test {
namespace {

using enum Reaction;
using enum Situation;

constexpr Reactions All(Reaction reaction) { return Reactions(reaction); }

// Content of a message that only its shape can tell: what comes in clear before anything is proved
// is refused in clear while there is no session, and no more than a suspicion afterwards.
constexpr Reactions kMalformed = All(kIgnored).But({kNoSession}, kRefusedInClear);

// What is said in clear changes nothing, but that its sender has seen this end's cookie, and so is
// where it says.
constexpr Reactions kOnlySeen = All(kUntouched).But({kDueInClear, kDueEither}, kIgnored);

// clang-format off
constexpr auto kRules = std::to_array<RuleRow>({
  // The header: what it says against itself needs no state to be refused.
  {Rule::kHigherVersion, "a beginner's version above 1.0", "RFC 2408 sections 3.1, 5.2", All(kRefusedInClear)},
  {Rule::kHigherVersionWithin, "a version above 1.0 within a session", "RFC 2408 sections 3.1, 5.2", All(kUntouched)},
  {Rule::kLowerVersion, "a version below 1.0", "RFC 2408 section 5.2", All(kUntouched)},
  {Rule::kLengthBelowHeader, "a length below that of the header", "RFC 2408 section 5.1", All(kUntouched)},
  {Rule::kLengthBeyondDatagram, "a length beyond the datagram", "RFC 2408 section 5.1", All(kUntouched)},
  {Rule::kShorterThanHeader, "a datagram shorter than a header", "RFC 2408 section 5.1", All(kUntouched)},
  {Rule::kReservedFlag, "a flag that MUST be 0", "RFC 2408 sections 3.1, 5.2", All(kUntouched)},
  {Rule::kCommitOrAuthOnlyFlag, "commit or authentication-only set", "RFC 2408 section 3.1: no HASH covers them",
   All(kAccepted)},
  {Rule::kEncryptionFlagTurned, "the encryption flag turned", "RFC 2409 sections 5.4, 5.5",
   All(kIgnored).But({kNoSession}, kUntouched).But({kQuickNotBegun, kQuickUnderWay}, kUntouched)},
  {Rule::kZeroInitiatorCookie, "no initiator cookie", "RFC 2408 section 5.2", All(kUntouched)},
  {Rule::kZeroResponderCookie, "no responder cookie where there is one", "RFC 2408 sections 3.1, 5.2", All(kUntouched)},
  {Rule::kSwappedCookies, "the cookies in each other's place", "RFC 2408 section 5.2", All(kUntouched)},
  {Rule::kSameCookies, "one cookie in both places", "RFC 2408 section 2.5.3", All(kUntouched)},
  {Rule::kOtherInitiatorCookie, "one bit of the initiator cookie changed", "RFC 2408 section 5.2",
   All(kUntouched).But({kNoSession}, kNewSession)},
  {Rule::kOtherResponderCookie, "one bit of the responder cookie changed", "RFC 2408 section 5.2",
   All(kUntouched).But({kFirstAnswerDue}, kAstray)},
  {Rule::kMessageIdInPhase1, "a message ID in phase 1", "RFC 2408 section 3.1", All(kUntouched)},
  {Rule::kNoMessageIdInPhase2, "no message ID in phase 2", "RFC 2409 section 5.5", All(kUntouched)},
  {Rule::kOtherMessageId, "another message ID", "RFC 2409 section 5.5: it is in the vector and in HASH", All(kIgnored)},
  {Rule::kUsedMessageId, "a message ID that was used before", "RFC 2408 section 3.1", All(kUntouched)},

  // The exchange type.
  {Rule::kUnknownExchange, "an exchange type that is not spoken", "RFC 2408 section 5.2", All(kRefusedInClear)},
  {Rule::kUnknownExchangeOfNobody, "the same, from nobody, to who serves nobody", "RFC 2408 section 5.2",
   All(kUntouched)},
  {Rule::kExchangeAgainstHeader, "an exchange type that the message ID or cookie contradicts",
   "RFC 2408 section 3.1", All(kUntouched)},
  {Rule::kOtherPhase1Exchange, "the other exchange of phase 1", "RFC 2409 section 5",
   kMalformed.But({kPhase1Said, kQuickNotBegun, kQuickUnderWay, kQuickSaid}, kUntouched)},
  {Rule::kAsInformational, "as an informational exchange", "RFC 2408 section 4.8",
   All(kIgnored).But({kNoSession}, kUntouched)},

  // The payloads.
  {Rule::kRequiredMissing, "a payload missing", "RFC 2409 sections 5.4, 5.5; RFC 2408 section 5.3", kMalformed},
  {Rule::kRequiredTwice, "a payload twice", "RFC 2409 sections 5.4, 5.5", kMalformed},
  {Rule::kForeignAdded, "a payload that has no place there", "RFC 2409 sections 5.4, 5.5; RFC 2408 section 5.3",
   kMalformed},
  {Rule::kAnywhereAdded, "a vendor ID, notification or NAT-D more", "RFC 2408 sections 3.14, 3.16; RFC 3947 section 3.2",
   All(kTaken).But({kNoSession, kFirstAnswerDue, kDueInClear}, kAccepted)},
  {Rule::kOfferTwice, "a second SA in quick mode", "RFC 2409 section 5.5: allowed, and refused by this end", All(kEnds)},
  {Rule::kOptionalAdded, "KE, ID or NAT-OA more in quick mode", "RFC 2409 section 5.5; RFC 3947 section 5.2",
   All(kTakenOrEnds)},
  {Rule::kOptionalMissing, "no KE, or no IDs, in quick mode", "RFC 2409 section 5.5", All(kTakenOrEnds)},
  {Rule::kFirstDisplaced, "SA, in quick mode HASH, not the first", "RFC 2409 section 5", kMalformed},
  {Rule::kOrderReversed, "payloads in another order", "RFC 2409 section 5: free but for SA and HASH",
   All(kTaken).But({kDueInClear, kFirstAnswerDue}, kAccepted)},
  {Rule::kTooManyPayloads, "dozens of vendor IDs", "RFC 2408 section 5.3", kMalformed},
  {Rule::kHashOfOtherContent, "a HASH that is not of this message", "RFC 2409 sections 5.4, 5.5", All(kIgnored)},
  {Rule::kHashOfOtherLength, "a HASH of another length", "RFC 2409 sections 5.4, 5.5", All(kIgnored)},
  {Rule::kSealedWhereClearIsDue, "encrypted where clear is due", "RFC 2409 section 5.4",
   All(kIgnored).But({kNoSession}, kUntouched)},
  {Rule::kClearWhereSealedIsDue, "in clear where encrypted is due, the HASH right", "RFC 2409 sections 5.4, 5.5",
   All(kIgnored).But({kQuickNotBegun, kQuickUnderWay}, kUntouched)},
  {Rule::kNoWholeBlocks, "no whole number of cipher blocks", "RFC 2409 Appendix B", All(kIgnored)},

  // Order.
  {Rule::kGenuineTwice, "what is due, twice", "RFC 2408 section 3.1", All(kAccepted)},
  {Rule::kRepeated, "the message that was answered last", "RFC 2408 section 5.1", All(kAnsweredAgain)},
  {Rule::kLeftBehind, "an earlier message", "RFC 2408 section 5.1", All(kUntouched)},
  {Rule::kOwnMessage, "a message of the end itself", "RFC 2409 section 5", All(kIgnored)},
  {Rule::kTooEarly, "a later message of its exchange", "RFC 2409 section 5", All(kIgnored)},
  {Rule::kForeknown, "the next message before its time", "RFC 2409 section 5.5", All(kAccepted)},
  {Rule::kQuickTooEarly, "quick mode before the end of phase 1", "RFC 2409 section 5.5", All(kIgnored)},
  {Rule::kOfNoSession, "a message under cookies that nobody has", "RFC 2408 section 5.2", All(kUntouched)},
  {Rule::kFirstOfAnother, "the first message of another session", "RFC 2408 section 5.2", All(kNewSession)},
  {Rule::kOtherContent, "another session's message under these cookies", "RFC 2409 section 5", All(kIgnored)},
  {Rule::kLooksLikeDue, "a message in clear of the shape that is due", "RFC 2409 section 5.4: no HASH yet",
   All(kNever).But({kFirstAnswerDue, kDueInClear}, kAstray)},

  // Informational exchanges: RFC 2409 section 5.7 protects them once there are keys.
  {Rule::kClearNotify, "an error notification in clear", "RFC 2408 section 4.8",
   All(kUntouched).But({kFirstAnswerDue, kDueInClear, kDueSealed, kDueEither}, kIgnored)},
  {Rule::kClearStatus, "a status notification in clear", "RFC 2408 section 4.8", kOnlySeen},
  {Rule::kClearDelete, "a Delete in clear", "RFC 2408 section 3.15", kOnlySeen},
  {Rule::kClearWithHash, "a Delete in clear, the HASH right", "RFC 2409 section 5.7", kOnlySeen},
  {Rule::kSealedOtherKeys, "a Delete under other keys", "RFC 2409 section 5.7",
   kOnlySeen.But({kDueSealed}, kIgnored)},
  {Rule::kSealedOtherHash, "a Delete under the keys, the HASH wrong", "RFC 2409 section 5.7",
   kOnlySeen.But({kDueSealed}, kIgnored)},
  {Rule::kSealedWithoutId, "a protected notification without message ID", "RFC 2409 section 5.7: a fresh one",
   kOnlySeen},
  {Rule::kSealedErrorOfRunning, "a protected error of what is under way", "RFC 2408 section 3.14",
   All(kEnds).But({kNoSession, kFirstAnswerDue}, kUntouched).But({kDueInClear}, kIgnored)},
  {Rule::kSealedErrorOfNothing, "a protected error of nothing that is under way", "RFC 2408 section 3.14",
   All(kHeard)},
  {Rule::kSealedStatus, "a protected status notification", "RFC 2408 section 3.14",
   All(kHeard).But({kNoSession, kFirstAnswerDue}, kUntouched).But({kDueInClear}, kIgnored)},
  {Rule::kSealedDeleteOfSession, "a protected Delete of the ISAKMP SA", "RFC 2408 section 3.15",
   All(kEnds).But({kNoSession, kFirstAnswerDue}, kUntouched).But({kDueInClear}, kIgnored)},
  {Rule::kSealedDeleteOfNothing, "a protected Delete of unknown SPIs", "RFC 2408 section 3.15",
   All(kHeard).But({kNoSession, kFirstAnswerDue}, kUntouched).But({kDueInClear}, kIgnored)},
});
// clang-format on

}  // namespace

std::span<const RuleRow> AllRules() { return kRules; }

const RuleRow& RowOf(Rule rule) {
  const auto it = std::find_if(kRules.begin(), kRules.end(),
                               [rule](const RuleRow& r) { return r.rule == rule; });
  if (it == kRules.end()) throw std::logic_error("a rule without a row");
  return *it;
}

std::ostream& operator<<(std::ostream& out, Rule rule) { return out << RowOf(rule).name; }

std::ostream& operator<<(std::ostream& out, Reaction reaction) {
  static constexpr std::array kNames{
      "never",    "untouched",    "ignored", "answered again", "refused in clear",
      "accepted", "new session",  "astray",  "taken",          "heard",
      "ends",     "taken or ends"};
  return out << kNames.at(static_cast<std::size_t>(reaction));
}

std::ostream& operator<<(std::ostream& out, Situation situation) {
  static constexpr std::array kNames{"no session",      "first answer due", "due in clear",
                                     "due sealed",      "due either way",   "phase 1 said",
                                     "quick not begun", "quick under way",  "quick said"};
  return out << kNames.at(static_cast<std::size_t>(situation));
}

}  // namespace iscsi_ike::test
