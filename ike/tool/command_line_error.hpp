// OneLine: what CLI11 has against a command line, in the tool's own form "place: rule".
#pragma once

#include "ike/tool/exit_codes.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace iscsi_ike::ike::tool {

// OneLine never repeats an argument that is no option: it might be a piece of a key.
[[nodiscard]] ToolError OneLine(const CLI::ParseError& error, const CLI::App& app);

}  // namespace iscsi_ike::ike::tool
