// Exchanges as tables. IKEv1 exchanges are fixed sequences of three or six messages, so a table of
// rows is the specification: who writes, whether it is encrypted, what it must and may carry, what
// it waits for. One runner (runner.hpp) interprets every row; the handlers are straight-line and
// never resume halfway.
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "crypto/result.hpp"
#include "ike/errors.hpp"
#include "ike/events.hpp"
#include "ike/wire/payload.hpp"
#include "ike/wire/registry.hpp"

namespace iscsi_ike::ike {

// PayloadSet is a set of payload types, one bit for each that phase 1 and 2 know.
class PayloadSet {
 public:
  constexpr PayloadSet() = default;
  constexpr PayloadSet(std::initializer_list<PayloadType> types) {
    for (const PayloadType t : types) bits_ |= Bit(t);
  }
  [[nodiscard]] constexpr bool Has(PayloadType t) const { return (bits_ & Bit(t)) != 0; }
  constexpr void Add(PayloadType t) { bits_ |= Bit(t); }
  // FirstNotIn is a member of this set that `other` lacks; only types below 32 are ever required.
  [[nodiscard]] constexpr std::optional<PayloadType> FirstNotIn(const PayloadSet& other) const {
    const std::uint64_t missing = bits_ & ~other.bits_;
    if (missing == 0) return std::nullopt;
    return static_cast<PayloadType>(std::countr_zero(missing));
  }

 private:
  static constexpr std::uint64_t Bit(PayloadType t) {
    const auto n = static_cast<unsigned>(t);
    if (n < 32) return std::uint64_t{1} << n;
    return n >= 128 && n < 160 ? std::uint64_t{1} << (n - 96) : 0;
  }
  std::uint64_t bits_ = 0;
};

// Gate: what a step waits for. All waiting is here; a handler never waits.
enum class Gate : std::uint8_t {
  kNothing,
  kOwnPublic,     // this end's Diffie-Hellman value
  kSharedSecret,  // g^xy, and for phase 1 the keys that grow from it
};

enum class Protection : std::uint8_t {
  kClear,
  kEncrypted,
  kEither,  // AM3: drawn in clear, usually encrypted; the E flag decides (RFC 2409 section 5, 5.4)
};

// Verdict says what trouble with a message does.
enum class Verdict : std::uint8_t {
  kDrop,  // the message is not authenticated: as if it had not come, but remembered as a suspicion
  kRefuse,  // authenticated, or this end's own affair: the exchange ends
};

// Trouble is why a step could not be done, and what the peer is told.
struct Trouble {
  Verdict verdict = Verdict::kDrop;
  NegotiationFailure failure;
  NotifyType notify = NotifyType::kPayloadMalformed;  // kNone-like 0 tells the peer nothing
};
using Step = Status<Trouble>;
inline constexpr NotifyType kTellNothing{};

[[nodiscard]] Failure<Trouble> Drop(FailureCode code, std::string text,
                                    NotifyType notify = kTellNothing);
[[nodiscard]] Failure<Trouble> Refuse(FailureCode code, std::string text,
                                      NotifyType notify = kTellNothing);

struct StepContext;  // runner.hpp

// Row is one message of an exchange.
struct Row {
  std::string_view name;  // "MM1"
  Role writer = Role::kInitiator;
  Protection protection = Protection::kClear;
  PayloadSet required;
  PayloadSet optional;  // vendor IDs and notifications are allowed everywhere
  Gate to_open = Gate::kNothing;
  Gate to_write = Gate::kNothing;
  // write appends the payloads; absorb reads them into fields that this row alone owns, so that a
  // second, better message may overwrite them; accept authenticates and decides.
  Step (*write)(StepContext&) = nullptr;
  Step (*absorb)(StepContext&, const PayloadList&) = nullptr;
  Step (*accept)(StepContext&, const PayloadList&) = nullptr;
  // The writer repeats this message until the next one comes. Responders' answers are repeated on
  // request instead, but for those to which the next message is the last.
  bool retransmit = false;
};

// Script is one exchange for both roles.
struct Script {
  std::string_view name;  // "main mode"
  ExchangeType exchange = ExchangeType::kMain;
  bool phase1 = false;
  std::span<const Row> rows;
  void (*shared)(StepContext&) = nullptr;  // once g^xy and this end's own value are there
  Gate to_finish = Gate::kNothing;
  Step (*finish)(StepContext&) = nullptr;
};

[[nodiscard]] const Script& MainModeScript();
[[nodiscard]] const Script& AggressiveModeScript();
[[nodiscard]] const Script& QuickModeScript();

}  // namespace iscsi_ike::ike
