// Numbers of the command line.
#pragma once

#include <cstdint>
#include <string_view>

#include "ike/tool/exit_codes.hpp"

namespace iscsi_ike::ike::tool {

// ParseNumber reads decimal digits only, from `least` to `most`. `place` is the option's name.
[[nodiscard]] Checked<std::uint64_t> ParseNumber(std::string_view text, std::string_view place,
                                                 std::uint64_t least, std::uint64_t most);

}  // namespace iscsi_ike::ike::tool
