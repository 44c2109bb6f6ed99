// Why a negotiation failed: a stable code, who is to blame, and the explanation a tester needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace iscsi_ike::ike {

enum class Blame : std::uint8_t {
  kMalformed,       // the peer's octets break the format
  kMisbehaved,      // well-formed, but not what the protocol allows here
  kIncompatible,    // both ends are right and want different things
  kAuthentication,  // keys or identities do not match
  kTimeout,         // no usable answer
  kPeerReported,    // the peer said no
  kMisuse,          // the caller
  kLocal,           // this end: configuration, memory, randomness
};
[[nodiscard]] std::string_view Name(Blame blame);  // "malformed", "misbehaved", "incompatible", ...

enum class FailureCode : std::uint8_t {
#define ISCSI_IKE_FAILURE(enumerator, code, blame, text) enumerator,
#include "ike/errors.def"
#undef ISCSI_IKE_FAILURE
};
[[nodiscard]] std::string_view Name(FailureCode code);     // "NO_PHASE1_PROPOSAL"
[[nodiscard]] std::string_view Summary(FailureCode code);  // the sentence of errors.def
[[nodiscard]] Blame BlameOf(FailureCode code);

// Refusal says why one transform was not taken.
struct Refusal {
  int proposal = 0;       // number on the wire
  int transform = 0;      // number on the wire
  std::string attribute;  // "group"
  std::string offered;    // "modp1024 (2)"
  std::string allowed;    // "modp2048 (14)"
  std::string rule;       // the flag, suite or option that decided: "suite", "PFS_ENABLED",
                          // "TRANSPORT_MODE_PREFERRED"
  [[nodiscard]] std::string Text() const;
};

// NegotiationFailure is the whole story of one failure. It never holds key octets.
struct NegotiationFailure {
  FailureCode code = FailureCode::kTimeout;
  std::string text;                  // one sentence: what happened at which message
  std::vector<std::string> details;  // evidence and hints, a sentence each
  std::vector<Refusal> refusals;     // transforms refused by this end
  std::uint16_t peer_notify = 0;     // PEER_REFUSED: the number of the peer's notification
  // This end proved its key (MM5), and the peer did not: it has another, or none, or is gone. Set
  // when the negotiation has ended, whatever the code.
  bool peer_unproven = false;
  [[nodiscard]] Blame blame() const { return BlameOf(code); }
};

}  // namespace iscsi_ike::ike
