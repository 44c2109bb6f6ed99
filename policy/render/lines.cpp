#include "policy/render/lines.hpp"

#include <algorithm>

namespace iscsi_ike::policy::render {
namespace {

// Of these cmd.exe makes nothing, wherever they stand in a comment; % would be a variable, ^ at the
// end would join the next line, and /? would ask for help.
constexpr std::string_view kQuietInBatch = " .,:;()[]/_=@'+*#-";

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsPrintable(char c) { return c >= 0x20 && c < 0x7F; }

void AppendEscaped(std::string& text, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto octet = static_cast<unsigned char>(c);
  text += "\\x";
  text += digits[octet >> 4];
  text += digits[octet & 15];
}

std::string QuietInBatch(std::string_view text) {
  std::string quiet;
  for (const char c : text) {
    if (IsLetterOrDigit(c) || kQuietInBatch.find(c) != std::string_view::npos) {
      quiet += c;
    } else {
      AppendEscaped(quiet, c);
    }
  }
  return quiet;
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    if (IsPrintable(c)) {
      printable += c;
    } else {
      AppendEscaped(printable, c);
    }
  }
  return printable;
}

bool IsPlain(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsLetterOrDigit(c) || others.find(c) != std::string_view::npos;
  });
}

Lines& Lines::Comment(std::string_view text, unsigned depth) {
  if (style_ == CommentStyle::kHash) return Line("# " + Printable(text), depth);
  return Line("rem " + QuietInBatch(text), depth);
}

Lines& Lines::Line(std::string_view text, unsigned depth) {
  text_.append(std::size_t{2} * depth, ' ').append(text);
  text_ += '\n';
  return *this;
}

Lines& Lines::Set(std::string_view name, std::string_view value, unsigned depth,
                  std::string_view separator) {
  return Line(std::string(name).append(separator).append(value), depth);
}

std::string BatchArgument(std::string_view text) {
  if (IsPlain(text, ".:@_-+*")) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '%') quoted += c;  // between quotes, too, it begins a variable
  }
  return quoted + "\"";
}

}  // namespace iscsi_ike::policy::render
