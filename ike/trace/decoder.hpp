// Decoder: the messages of a capture in their order, decrypted where the key is there, with all
// that is wrong in them. Feed it every datagram once: it remembers exchanges, so that it knows
// which message is which, what chains its encryption, and what is a repetition.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/events.hpp"
#include "ike/trace/field.hpp"
#include "ike/trace/ike_framing.hpp"
#include "ike/trace/keylog_reader.hpp"
#include "ike/trace/seen_phase1.hpp"
#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {

struct DecodedMessage {
  enum class Protection : std::uint8_t { kClear, kDecrypted, kSealed };
  std::string name;              // "MM1" .. "QM3", "INFO", "FRAGMENT"; empty: of no such exchange
  std::optional<Header> header;  // none: shorter than one
  std::optional<Role> sender;    // as far as it is known
  Protection protection = Protection::kClear;
  std::string sealed_why;   // kSealed: a sentence
  std::size_t repeats = 0;  // the frame that had the same octets; 0: none
  std::size_t size = 0;     // octets
  std::vector<Field> fields;
  std::vector<Fault> faults;  // by offset
};

struct DecodedDatagram {
  DatagramKind kind = DatagramKind::kIsakmp;
  std::optional<DecodedMessage> message;    // of the two ISAKMP kinds
  std::optional<DecodedMessage> assembled;  // from fragments, of which this was the last to come
  std::vector<Field> fields;                // of ESP: SPI and sequence number
};

class Decoder {
 public:
  explicit Decoder(KeyTable keys);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Decode takes datagrams in the order of the capture.
  [[nodiscard]] DecodedDatagram Decode(const CapturedDatagram& datagram, DatagramKind kind);

  // Phases: every phase 1 that has been met, in no particular order; valid until the next Decode.
  [[nodiscard]] std::vector<const SeenPhase1*> phases() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike
