// Lines: the text of a configuration file, line by line, with comments that stay comments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace iscsi_ike::policy::render {

// Printable writes everything outside printable ASCII as \xNN.
[[nodiscard]] std::string Printable(std::string_view text);

enum class CommentStyle : std::uint8_t {
  kHash,   // "# text"
  kBatch,  // "rem text", and of punctuation only what cmd.exe takes no notice of
};

class Lines {
 public:
  explicit Lines(CommentStyle style) : style_(style) {}

  // Comment takes any text and makes one line of it; `depth` indents it.
  Lines& Comment(std::string_view text, unsigned depth = 0);
  // Line takes text that is fit for the format, without line end; `depth` indents it.
  Lines& Line(std::string_view text, unsigned depth = 0);
  Lines& Blank() { return Line(""); }
  // Set is Line for "name = value" with the separator of the format.
  Lines& Set(std::string_view name, std::string_view value, unsigned depth,
             std::string_view separator = " = ");

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  CommentStyle style_;
  std::string text_;
};

// BatchArgument is one argument of a command in a .cmd file, in double quotes where it needs them.
// `text` is printable ASCII without double quotes.
[[nodiscard]] std::string BatchArgument(std::string_view text);

// IsPlain: letters, digits, and `others`.
[[nodiscard]] bool IsPlain(std::string_view text, std::string_view others);

}  // namespace iscsi_ike::policy::render
