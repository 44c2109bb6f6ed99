// decode: what a capture holds, message by message, without a network.
#pragma once

#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

// RunDecode prints the messages of a capture, or tells whether a key is that of its aggressive mode
// (--try-psk): kOk when it is, kNegotiationFailed when it is not.
ExitCode RunDecode(const Options& options);

}  // namespace iscsi_ike::ike::tool
