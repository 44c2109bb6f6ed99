// SeenPhase1: the public values of one phase 1, as somebody on the path sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/secret.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// SeenPhase1 holds the bodies of payloads as they were on the wire; empty: not seen (in clear).
struct SeenPhase1 {
  using Body = std::vector<std::uint8_t>;
  Cookie initiator;
  Cookie responder;
  ExchangeType exchange = ExchangeType::kNone;
  Body sa_offer;                          // SAi_b, all of it
  std::optional<Phase1Transform> chosen;  // of the responder's SA
  Body public_i, public_r;
  Body nonce_i, nonce_r;
  Body id_i, id_r;
  Body hash_i, hash_r;
  std::size_t answer_frame = 0;  // of MM2 or AM2
};

// PskVerdict: what comes of trying a key on an aggressive mode.
enum class PskVerdict : std::uint8_t {
  kMatch,        // HASH_R is what this key makes
  kNoMatch,      // HASH_R is another
  kIncomplete,   // the capture lacks a payload of AM1 or AM2
  kUnsupported,  // signatures or public keys, or a hash that is not known
};

// TryPsk computes HASH_R of RFC 2409 section 5 from the key and what was seen, and compares. Exact:
// a match by chance has the probability of a hash collision.
[[nodiscard]] PskVerdict TryPsk(const SeenPhase1& seen, crypto::Octets psk);

}  // namespace iscsi_ike::ike
