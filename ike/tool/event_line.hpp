// EventOneLine: an event for people who watch serve, on one line.
#pragma once

#include <string>

#include "ike/events.hpp"

namespace iscsi_ike::ike::tool {

// EventOneLine ends with a newline. Never a key octet.
[[nodiscard]] std::string EventOneLine(const Event& event);

}  // namespace iscsi_ike::ike::tool
