// TryPskOn: the audit of --try-psk.
#pragma once

#include "ike/tool/exit_codes.hpp"
#include "ike/trace/decoder.hpp"

namespace iscsi_ike::ike::tool {

// TryPskOn prints a line for every aggressive mode that `decoder` has met, never a key, and returns
// kOk when the key made HASH_R of one, kNegotiationFailed when of none, kUsage when there is none
// to be judged. `place` is the capture's. With `json`, one object:
//   {"outcome": "match" | "no match" | "none",
//    "exchanges": [{"frame", "initiator_cookie", "responder_cookie", "identity": text of the
//                   responder's, "verdict": "match" | "no match" | "incomplete" | "unsupported"}]}
ExitCode TryPskOn(const Decoder& decoder, crypto::Octets psk, const std::string& place, bool json);

}  // namespace iscsi_ike::ike::tool
