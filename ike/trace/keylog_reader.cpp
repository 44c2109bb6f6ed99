#include "ike/trace/keylog_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "policy/text.hpp"

namespace iscsi_ike::ike {
namespace {

// Trimmed: without blanks, quotes and 0x around it.
std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\"";
  const std::size_t first = text.find_first_not_of(kAround);
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(kAround) - first + 1);
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  return text;
}

// TakeLine returns what is wrong with it, empty when nothing is.
std::string TakeLine(std::string_view line, KeyTable& table) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) return "has no comma between cookie and key";
  const std::string_view cookie_digits = Trimmed(line.substr(0, comma));
  const std::string_view key_digits = Trimmed(line.substr(comma + 1));
  Cookie cookie;
  if (cookie_digits.size() != 2 * cookie.octets.size() ||
      !policy::DecodeHex(cookie_digits, cookie.octets)) {
    return "does not begin with a cookie of 16 hexadecimal digits";
  }
  const std::size_t size = key_digits.size() / 2;
  if (key_digits.size() % 2 != 0 || size == 0 || size > crypto::kMaxCipherKeySize) {
    return "has a key that is not 1 to 32 octets in hexadecimal";
  }
  LoggedKey key;
  if (!policy::DecodeHex(key_digits, key.Resize(size))) return "has a key that is not hexadecimal";
  table[cookie.octets].push_back(std::move(key));
  return {};
}

}  // namespace

Result<KeyTable, std::string> ReadKeyTable(crypto::Octets text) {
  KeyTable table;
  std::string_view rest(reinterpret_cast<const char*>(text.data()), text.size());
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = Trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::string fault = TakeLine(line, table);
    if (!fault.empty()) {
      return Failure<std::string>("line " + std::to_string(number) + " " + fault);
    }
  }
  return table;
}

}  // namespace iscsi_ike::ike
