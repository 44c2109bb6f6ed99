// CommandLine: a line of text as the argument vector that a Windows program sees.
//
// Blanks and tabs part arguments, double quotes keep them together and are dropped. Before a quote
// two backslashes are one and an odd one makes the quote a character; anywhere else a backslash is
// a backslash. Two quotes inside quotes are one character (CommandLineToArgvW, and the C runtime
// since 2008). The signs of cmd.exe itself, ^ % & > |, are characters here.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::policy {

inline constexpr std::size_t kMostArguments = 1024;

// CommandLine owns the octets of one line at a time, which may hold keys, and wipes them.
class CommandLine {
 public:
  // `longest` is that of all lines to come, in octets.
  explicit CommandLine(std::size_t longest) : octets_(longest) {}

  // Split gives the arguments, good until the next call. Errors stand at `place` and show nothing:
  // a quote that is not closed, more than kMostArguments.
  [[nodiscard]] Parsed<std::span<const std::string_view>> Split(std::string_view line,
                                                                std::string_view place);

 private:
  bool TakeArgument(std::string_view& rest);
  void Put(char c);

  crypto::Secret octets_;
  std::size_t size_ = 0;
  std::vector<std::string_view> arguments_;
};

}  // namespace iscsi_ike::policy
