// Tape: one clean negotiation, each datagram with the row of the script that it is, and the means
// to write any of its messages otherwise under the session's own keys. The same seed gives the same
// octets again, so that what stands here is also what a run will say that has only begun.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "ike/core/script.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/pair.hpp"

namespace iscsi_ike::test {

// TapeKind is a kind of negotiation.
struct TapeKind {
  const char* name;
  std::uint64_t word;
  bool hash_in_clear = false;  // AM3
  bool further = false;        // a second quick mode follows, and is what the tape is about

  friend void PrintTo(const TapeKind& kind, std::ostream* out) { *out << kind.name; }
};
[[nodiscard]] const std::vector<TapeKind>& AllTapeKinds();
[[nodiscard]] EndSettings EndOf(const TapeKind& kind);

// AllScripts: tests run through it, and one compares it with what script.hpp declares.
[[nodiscard]] std::vector<const ike::Script*> AllScripts();

// Message is one datagram of a tape; its index is the number that the network gives it.
struct Message {
  const ike::Script* script = nullptr;
  std::size_t row = 0;
  unsigned run = 0;  // quick modes: 0 the first, 1 the second
  ike::Datagram datagram;
  [[nodiscard]] const ike::Row& Row() const { return script->rows[row]; }
  [[nodiscard]] bool IsOfRun(const Message& other) const {
    return script == other.script && run == other.run;
  }
};

using PayloadsOctets = std::vector<PayloadOctets>;

class Tape {
 public:
  explicit Tape(const TapeKind& kind, std::uint64_t seed = 1);

  [[nodiscard]] const TapeKind& kind() const { return kind_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
  [[nodiscard]] const Message& at(std::size_t index) const { return messages_[index]; }
  [[nodiscard]] const std::vector<Sent>& log() const { return log_; }
  [[nodiscard]] const Insider& insider() const { return *insider_; }
  // FirstPlace: where what the tape is about begins.
  [[nodiscard]] std::size_t FirstPlace() const;
  // Next is the message of the same run behind this one.
  [[nodiscard]] std::optional<std::size_t> Next(std::size_t index) const;

  [[nodiscard]] PayloadsOctets PayloadsOf(std::size_t index) const;
  // Compose writes message `index` with other payloads, sealed or in clear. The HASH of a quick
  // mode is made anew where it stands in front, so that it fits.
  [[nodiscard]] Bytes Compose(std::size_t index, const PayloadsOctets& payloads, bool sealed) const;
  [[nodiscard]] Bytes Compose(std::size_t index, const PayloadsOctets& payloads) const {
    return Compose(index, payloads, IsSealed(index));
  }
  // ComposeRaw is the same with whatever HASH there is.
  [[nodiscard]] Bytes ComposeRaw(std::size_t index, const PayloadsOctets& payloads,
                                 bool sealed) const;
  [[nodiscard]] bool IsSealed(std::size_t index) const {
    return HeaderOf(at(index).datagram.octets).encrypted();
  }

 private:
  void Name(const Pair& pair);
  [[nodiscard]] Bytes IvOf(std::size_t index) const;
  [[nodiscard]] bool HashCovers(std::size_t index, const PayloadsOctets& payloads) const;

  TapeKind kind_;
  std::uint64_t seed_;
  std::vector<Message> messages_;
  std::vector<Sent> log_;
  std::optional<Insider> insider_;
};

// ChainOf of a list that is made at run time; the type of the first payload stands in the header.
[[nodiscard]] Bytes ChainOf(const PayloadsOctets& payloads);

// NegotiateFurther begins a second quick mode where the kind has one.
void NegotiateFurther(Pair& pair, const TapeKind& kind);

}  // namespace iscsi_ike::test
