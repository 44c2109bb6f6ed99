#include "ike/tool/key_argument.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace iscsi_ike::ike::tool {

namespace {

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

}  // namespace

std::optional<crypto::Secret> TakeKeyArgument(int argc, char** argv) {
  auto found = TakeArguments(argc, argv, "--key");
  return found.empty() ? std::nullopt : std::optional(std::move(found.back()));
}

std::vector<crypto::Secret> TakeLineArguments(int argc, char** argv) {
  return TakeArguments(argc, argv, "--iscsicli-line");
}

}  // namespace iscsi_ike::ike::tool
