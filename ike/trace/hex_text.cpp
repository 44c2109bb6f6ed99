// Hexadecimal text as a capture: the second half of capture.hpp.
#include <algorithm>
#include <string_view>
#include <utility>

#include "ike/trace/capture.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike {
namespace {

using crypto::Octets;

constexpr std::size_t kLongestDatagram = 65535;
constexpr std::size_t kOctetsOfADumpedLine = 16;

bool IsHex(std::string_view token) {
  return !token.empty() &&
         std::all_of(token.begin(), token.end(), [](char c) { return policy::HexDigit(c) >= 0; });
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Token is a run of characters other than blanks; `gap` counts the blanks before it.
struct Token {
  std::string_view text;
  std::size_t gap = 0;
};

std::vector<Token> TokensOf(std::string_view line) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t blanks = at;
    while (at < line.size() && IsBlank(line[at])) ++at;
    const std::size_t start = at;
    while (at < line.size() && !IsBlank(line[at])) ++at;
    if (at > start) tokens.push_back({line.substr(start, at - start), start - blanks});
  }
  return tokens;
}

// OffsetOf: what "0010", "0010:" or "0x0010:" says when it can be an offset at all: 3 to 8 digits.
std::optional<std::size_t> OffsetOf(std::string_view token) {
  if (token.ends_with(':')) token.remove_suffix(1);
  if (token.starts_with("0x")) token.remove_prefix(2);
  if (token.size() < 3 || token.size() > 8 || !IsHex(token)) return std::nullopt;
  std::size_t offset = 0;
  for (const char digit : token)
    offset = offset * 16 + static_cast<std::size_t>(policy::HexDigit(digit));
  return offset;
}

// AppendDigits takes "0a1b", "0x0a", "0a:1b" and "0x0a,"; false: something else,
// and leaves nothing of it.
bool AppendDigits(std::string_view token, std::vector<std::uint8_t>& octets) {
  const std::size_t before = octets.size();
  while (!token.empty()) {
    if (token.starts_with("0x") || token.starts_with("0X")) token.remove_prefix(2);
    const std::size_t end = std::min(token.find_first_of(":,"), token.size());
    const std::string_view digits = token.substr(0, end);
    if (digits.size() % 2 != 0 || (!digits.empty() && !IsHex(digits))) {
      octets.resize(before);
      return false;
    }
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      octets.push_back(static_cast<std::uint8_t>(policy::HexDigit(digits[i]) * 16 +
                                                 policy::HexDigit(digits[i + 1])));
    }
    token.remove_prefix(std::min(end + 1, token.size()));
  }
  return true;
}

class HexReader {
 public:
  // Take reads one line; false: it is no hexadecimal text.
  bool Take(std::string_view line) {
    const std::vector<Token> tokens = TokensOf(line);
    if (tokens.empty()) {
      EndBlock();
      return true;
    }
    if (tokens[0].text.starts_with('#')) return true;
    return IsOffset(tokens) ? TakeDumped(tokens) : TakePlain(tokens);
  }
  Capture Finish() && {
    EndBlock();
    return std::move(capture_);
  }
  [[nodiscard]] bool too_long() const { return octets_.size() > kLongestDatagram; }

 private:
  // An offset has a colon behind it, or is what has been read so far.
  [[nodiscard]] bool IsOffset(const std::vector<Token>& tokens) const {
    const auto offset = OffsetOf(tokens[0].text);
    if (!offset) return false;
    if (tokens[0].text.ends_with(':')) return true;
    return *offset == octets_.size() && (tokens.size() > 1 || !octets_.empty());
  }

  bool TakePlain(const std::vector<Token>& tokens) {
    return std::all_of(tokens.begin(), tokens.end(),
                       [this](const Token& token) { return AppendDigits(token.text, octets_); });
  }

  // Behind the octets of a dump stand the same as characters: after 16 octets, a wide gap, or a
  // bar.
  bool TakeDumped(const std::vector<Token>& tokens) {
    const std::size_t start = octets_.size();
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      const std::size_t here = octets_.size() - start;
      if (here >= kOctetsOfADumpedLine || (here > 0 && tokens[i].gap > 2)) break;
      if (!AppendDigits(tokens[i].text, octets_)) return here > 0;
    }
    return true;
  }

  void EndBlock() {
    if (octets_.empty()) return;
    CapturedDatagram datagram;
    datagram.frame = ++capture_.frames;
    datagram.octets = std::exchange(octets_, {});
    capture_.datagrams.push_back(std::move(datagram));
  }

  Capture capture_;
  std::vector<std::uint8_t> octets_;
};

}  // namespace

Result<Capture, std::string> ReadHexText(Octets text) {
  HexReader reader;
  std::string_view rest(reinterpret_cast<const char*>(text.data()), text.size());
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (!reader.Take(rest.substr(0, end))) {
      return Failure<std::string>("is no capture, and line " + std::to_string(number) +
                                  " of it no hexadecimal text");
    }
    if (reader.too_long()) {
      return Failure<std::string>("line " + std::to_string(number) +
                                  ": is longer than a datagram can be; an empty line parts two");
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::move(reader).Finish();
}

}  // namespace iscsi_ike::ike
