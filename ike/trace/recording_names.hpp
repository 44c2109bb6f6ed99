// What inputs and outcomes are called in a recording, and what its texts are made of. For the
// sources of this folder only.
#pragma once

#include <array>
#include <string_view>

#include "ike/input.hpp"

namespace iscsi_ike::ike {

// In the order of Input and of RecordedCall.
inline constexpr std::array<std::string_view, std::variant_size_v<Input>> kInputNames = {
    "connect",     "negotiate", "close",    "renew",   "renew child",
    "close child", "use",       "datagram", "timeout", "dh"};

// In the order of crypto::DhOutcome.
inline constexpr std::array<std::string_view, 4> kDhOutcomeNames = {"pending", "ok",
                                                                    "bad peer value", "failed"};

// IsOfLines: an octet of lines of printable ASCII, which the texts of events are.
[[nodiscard]] constexpr bool IsOfLines(char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }

}  // namespace iscsi_ike::ike
