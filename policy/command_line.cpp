#include "policy/command_line.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace iscsi_ike::policy {
namespace {

constexpr std::string_view kBlanks = " \t";

bool IsBlank(char c) { return kBlanks.find(c) != std::string_view::npos; }

}  // namespace

void CommandLine::Put(char c) {
  assert(size_ < octets_.size());
  octets_.ExposeMutable()[size_++] = static_cast<std::uint8_t>(c);
}

// TakeArgument takes what `rest` begins with; false when a quote is not closed.
bool CommandLine::TakeArgument(std::string_view& rest) {
  bool quoted = false;
  while (!rest.empty() && (quoted || !IsBlank(rest.front()))) {
    const std::size_t slashes = std::min(rest.find_first_not_of('\\'), rest.size());
    rest.remove_prefix(slashes);
    const bool quote = rest.starts_with('"');
    for (std::size_t i = 0; i < (quote ? slashes / 2 : slashes); ++i) Put('\\');
    if (!quote) {
      if (slashes == 0) {
        Put(rest.front());
        rest.remove_prefix(1);
      }
    } else if (slashes % 2 != 0) {
      Put('"');
      rest.remove_prefix(1);
    } else if (quoted && rest.starts_with("\"\"")) {
      Put('"');
      rest.remove_prefix(2);
    } else {
      quoted = !quoted;
      rest.remove_prefix(1);
    }
  }
  return !quoted;
}

Parsed<std::span<const std::string_view>> CommandLine::Split(std::string_view line,
                                                             std::string_view place) {
  assert(line.size() <= octets_.size());
  crypto::Wipe(octets_.ExposeMutable().first(size_));
  size_ = 0;
  arguments_.clear();
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty()) return std::span<const std::string_view>(arguments_);
    if (arguments_.size() == kMostArguments)
      return Reject(std::string(place),
                    "has more than " + std::to_string(kMostArguments) + " arguments");
    const std::size_t begin = size_;
    if (!TakeArgument(line)) return Reject(std::string(place), "has a quote that is not closed");
    const auto* const text = reinterpret_cast<const char*>(octets_.Expose().data());
    arguments_.emplace_back(text + begin, size_ - begin);
  }
}

}  // namespace iscsi_ike::policy
