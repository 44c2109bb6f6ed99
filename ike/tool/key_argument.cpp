#include "ike/tool/key_argument.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::string_view kKeyOption = "--key";

// TakeText copies a C string into a Secret and overwrites it with as many 'x'.
crypto::Secret TakeText(char* text) {
  const std::string_view view(text);
  crypto::Secret secret(view.size());
  std::copy(view.begin(), view.end(), secret.ExposeMutable().begin());
  std::memset(text, 'x', view.size());
  return secret;
}

std::vector<crypto::Secret> TakeArguments(int argc, char** argv, std::string_view option) {
  std::vector<crypto::Secret> found;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (word == option && i + 1 < argc) {
      found.push_back(TakeText(argv[++i]));
    } else if (word.size() > option.size() && word.starts_with(option) &&
               word[option.size()] == '=') {
      found.push_back(TakeText(argv[i] + option.size() + 1));
    }
  }
  return found;
}

bool IsFollowedByOption(int argc, char** argv, std::string_view option) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == option && std::string_view(argv[i + 1]).starts_with("--")) return true;
  return false;
}

}  // namespace

Checked<std::optional<crypto::Secret>> TakeKeyArgument(int argc, char** argv) {
  const bool is_option = IsFollowedByOption(argc, argv, kKeyOption);
  auto found = TakeArguments(argc, argv, kKeyOption);
  if (is_option)
    return Usage("--key",
                 "is followed by what begins with --, as an option does; a key that begins so is "
                 "given as --key=..., or better in a --key-file");
  std::optional<crypto::Secret> last;
  if (!found.empty()) last = std::move(found.back());
  return last;
}

std::vector<crypto::Secret> TakeLineArguments(int argc, char** argv) {
  return TakeArguments(argc, argv, "--iscsicli-line");
}

}  // namespace iscsi_ike::ike::tool
