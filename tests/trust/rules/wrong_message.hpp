// Every other message of the protocol for a place, each with the rule that it breaks. All of them
// are made from the rows of the scripts, so that a row that is added has its wrong messages at
// once.
#pragma once

#include <string>
#include <vector>

#include "tests/trust/rules/stage.hpp"

namespace iscsi_ike::test {

struct Wrong {
  Rule rule;
  std::string what;
  Bytes octets;
};
using WrongMessages = std::vector<Wrong>;

// `other` is a tape of the same kind under another seed: another session of the same two ends.
struct Tapes {
  explicit Tapes(const TapeKind& kind) : tape(kind, 1), other(kind, 5) {}
  Tape tape;
  Tape other;
};

[[nodiscard]] WrongMessages WrongHeaders(const Tapes& tapes, const Place& place);
[[nodiscard]] WrongMessages WrongExchanges(const Tapes& tapes, const Place& place);
[[nodiscard]] WrongMessages WrongPayloads(const Tapes& tapes, const Place& place);
[[nodiscard]] WrongMessages WrongOrder(const Tapes& tapes, const Place& place);
[[nodiscard]] WrongMessages WrongInformational(const Tapes& tapes, const Place& place);

// BaseOf is the message that a wrong header is put on: the one that is due, or, for who has just
// written, the latest of its peer; before there is one, its own.
[[nodiscard]] std::size_t BaseOf(const Tape& tape, const Place& place);

// Octets of the header that tests alter.
inline constexpr std::size_t kResponderCookieAt = 8;
inline constexpr std::size_t kVersionAt = 17;
inline constexpr std::size_t kExchangeAt = 18;
inline constexpr std::size_t kFlagsAt = 19;
inline constexpr std::size_t kMessageIdAt = 20;
[[nodiscard]] Bytes WithOctet(Bytes message, std::size_t at, std::uint8_t octet);
[[nodiscard]] Bytes WithU32(Bytes message, std::size_t at, std::uint32_t word);

}  // namespace iscsi_ike::test
