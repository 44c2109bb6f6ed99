// EventOneLine: an event for people who watch serve, on one line.
#pragma once

#include <string>

#include "ike/events.hpp"

namespace iscsi_ike::ike::tool {

// EventOneLine ends with a newline. Never a key octet. `record`: whose key is used; empty: none, or
// there is only one.
[[nodiscard]] std::string EventOneLine(const Event& event, const std::string& record);

}  // namespace iscsi_ike::ike::tool
