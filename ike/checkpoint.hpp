// CheckpointError: why an engine's state could not be saved, or not be gone on from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace iscsi_ike::ike {

enum class CheckpointCode : std::uint8_t {
  kBadKey,        // the key is not of 32 octets
  kTooShort,      // no box is that short
  kOtherKind,     // the octets are no checkpoint
  kOtherVersion,  // a checkpoint of another release
  kDamaged,       // changed, or sealed under another key: no telling which
  kCrypto,        // the cryptographic library refused
  kInvalid,       // authentic, and yet no state that an engine can be in
};
[[nodiscard]] std::string_view Name(CheckpointCode code);  // "bad key", "damaged", ...

// CheckpointError. `text` is one sentence; of kInvalid it names the place: "session 7, exchange 2:
// row 9 of a script of 6". It never holds key octets.
struct CheckpointError {
  CheckpointCode code = CheckpointCode::kInvalid;
  std::string text;
};

}  // namespace iscsi_ike::ike
