#include "ike/tool/number_text.hpp"

#include <charconv>

namespace iscsi_ike::ike::tool {

Checked<std::uint64_t> ParseNumber(std::string_view text, std::string_view place,
                                   std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end || value < least || value > most)
    return Usage(std::string(place), "'" + std::string(text) + "' is not a number from " +
                                         std::to_string(least) + " to " + std::to_string(most));
  return value;
}

}  // namespace iscsi_ike::ike::tool
