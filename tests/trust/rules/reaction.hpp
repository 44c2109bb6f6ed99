// What an end must do with a message that is not the one that is due: a small closed set of
// reactions, and one table that gives the reaction to each way of being wrong in each situation,
// with the section that demands or allows it. Nothing in it was recorded from the engine.
#pragma once

#include <array>
#include <initializer_list>
#include <ostream>
#include <span>
#include <utility>

namespace iscsi_ike::test {

enum class Reaction {
  kNever,           // does not arise; it fails
  kUntouched,       // nothing sent, nothing told, the state octet for octet as before
  kIgnored,         // nothing sent, at most a suspicion told or a message kept for later
  kAnsweredAgain,   // the last answer of its exchange once more, and nothing else
  kRefusedInClear,  // one rationed notification; nothing is kept
  kAccepted,        // in the place of the genuine message, which is a late copy then
  kNewSession,      // it opens one of its own; the genuine one goes on beside it
  kAstray,  // in clear, and nothing tells it from the genuine one before HASH does: time ends it
  kTaken,   // authentic: what the peer wants counts, and the exchange goes on with it
  kHeard,   // authentic, and ends nothing; once, for its copy is a replay
  kEnds,    // authentic, and ends the exchange or the session
  kTakenOrEnds,  // authentic, so judged by policy
};
std::ostream& operator<<(std::ostream& out, Reaction reaction);

// Situation is where the end stands to which the message comes.
enum class Situation {
  kNoSession,       // responder, before the first message
  kFirstAnswerDue,  // initiator: the responder's cookie is not known yet
  kDueInClear,      // phase 1, the next message comes in clear
  kDueSealed,       // phase 1, the next message comes encrypted
  kDueEither,       // AM3
  kPhase1Said,      // the end has written the last message of phase 1
  kQuickNotBegun,   // responder, with keys
  kQuickUnderWay,
  kQuickSaid,  // the end has written the last message of a quick mode
};
inline constexpr std::size_t kSituations = 9;
std::ostream& operator<<(std::ostream& out, Situation situation);

enum class Rule {
  // The header.
  kHigherVersion,
  kHigherVersionWithin,
  kLowerVersion,
  kLengthBelowHeader,
  kLengthBeyondDatagram,
  kShorterThanHeader,
  kReservedFlag,
  kCommitOrAuthOnlyFlag,
  kEncryptionFlagTurned,
  kZeroInitiatorCookie,
  kZeroResponderCookie,
  kSwappedCookies,
  kSameCookies,
  kOtherInitiatorCookie,
  kOtherResponderCookie,
  kMessageIdInPhase1,
  kNoMessageIdInPhase2,
  kOtherMessageId,
  kUsedMessageId,
  // The exchange type.
  kUnknownExchange,
  kUnknownExchangeOfNobody,
  kExchangeAgainstHeader,
  kOtherPhase1Exchange,
  kAsInformational,
  // The payloads.
  kRequiredMissing,
  kRequiredTwice,
  kForeignAdded,
  kAnywhereAdded,
  kOfferTwice,
  kOptionalAdded,
  kOptionalMissing,
  kFirstDisplaced,
  kOrderReversed,
  kTooManyPayloads,
  kHashOfOtherContent,
  kHashOfOtherLength,
  kSealedWhereClearIsDue,
  kClearWhereSealedIsDue,
  kNoWholeBlocks,
  // Order.
  kGenuineTwice,
  kRepeated,
  kLeftBehind,
  kOwnMessage,
  kTooEarly,
  kForeknown,
  kQuickTooEarly,
  kOfNoSession,
  kFirstOfAnother,
  kOtherContent,
  kLooksLikeDue,
  // Informational exchanges.
  kClearNotify,
  kClearStatus,
  kClearDelete,
  kClearWithHash,
  kSealedOtherKeys,
  kSealedOtherHash,
  kSealedWithoutId,
  kSealedErrorOfRunning,
  kSealedErrorOfNothing,
  kSealedStatus,
  kSealedDeleteOfSession,
  kSealedDeleteOfNothing,
  kCount,
};
std::ostream& operator<<(std::ostream& out, Rule rule);

class Reactions {
 public:
  constexpr explicit Reactions(Reaction everywhere) { by_situation_.fill(everywhere); }
  [[nodiscard]] constexpr Reactions But(std::initializer_list<Situation> situations,
                                        Reaction reaction) const {
    Reactions other = *this;
    for (const Situation s : situations)
      other.by_situation_[static_cast<std::size_t>(s)] = reaction;
    return other;
  }
  [[nodiscard]] constexpr Reaction In(Situation s) const {
    return by_situation_[static_cast<std::size_t>(s)];
  }

 private:
  std::array<Reaction, kSituations> by_situation_{};
};

struct RuleRow {
  Rule rule;
  const char* name;
  const char* section;
  Reactions reactions;
};
[[nodiscard]] std::span<const RuleRow> AllRules();
[[nodiscard]] const RuleRow& RowOf(Rule rule);

}  // namespace iscsi_ike::test
