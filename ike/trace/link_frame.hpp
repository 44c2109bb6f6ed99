// A frame of a capture, down to its UDP datagram. For the sources of this folder only.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "ike/trace/capture.hpp"

namespace iscsi_ike::ike {

// FrameContent: a datagram (frame number and time still open), or why the frame gives none (empty:
// it is whole, and of another protocol).
using FrameContent = std::variant<CapturedDatagram, std::string>;

// ReadFrame takes the octets of a frame and its link type (tcpdump's registry).
[[nodiscard]] FrameContent ReadFrame(std::uint32_t link_type, crypto::Octets frame);

}  // namespace iscsi_ike::ike
