// Sinks: where a trace goes. The library opens no stream of its own; the caller decides what a sink
// does.
#pragma once

#include <functional>
#include <string_view>

#include "crypto/secret.hpp"

namespace iscsi_ike::ike {

// TextSink takes whole lines, each with its newline. The text lives for the call only.
using TextSink = std::function<void(std::string_view)>;

// OctetSink takes whole blocks of a binary format. The octets live for the call only.
using OctetSink = std::function<void(crypto::Octets)>;

}  // namespace iscsi_ike::ike
