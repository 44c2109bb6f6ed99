#include "ike/tool/key_argument.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::string_view kOption = "--key";

// TakeText copies a C string into a Secret and overwrites it with as many 'x'.
crypto::Secret TakeText(char* text) {
  const std::string_view view(text);
  crypto::Secret secret(view.size());
  std::copy(view.begin(), view.end(), secret.ExposeMutable().begin());
  std::memset(text, 'x', view.size());
  return secret;
}

}  // namespace

std::optional<crypto::Secret> TakeKeyArgument(int argc, char** argv) {
  std::optional<crypto::Secret> found;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (word == kOption && i + 1 < argc) {
      found = TakeText(argv[++i]);
    } else if (word.size() > kOption.size() && word.starts_with(kOption) &&
               word[kOption.size()] == '=') {
      found = TakeText(argv[i] + kOption.size() + 1);
    }
  }
  return found;
}

}  // namespace iscsi_ike::ike::tool
