#include "ike/tool/key_source.hpp"

#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/input_text.hpp"
#include "ike/tool/key_doubts.hpp"
#include "ike/tool/number_text.hpp"
#include "policy/preshared_key.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kLongestText = 4 * policy::kLongestKey;

Checked<crypto::Secret> ParseHex(crypto::Octets digits, const std::string& place) {
  if (digits.empty() || digits.size() % 2 != 0)
    return Usage(place, "0x is followed by an even number of hexadecimal digits");
  crypto::Secret key(digits.size() / 2);
  const std::string_view text(reinterpret_cast<const char*>(digits.data()), digits.size());
  if (!policy::DecodeHex(text, key.ExposeMutable()))
    return Usage(place, "0x is followed by something that is no hexadecimal digit");
  return key;
}

// WithoutLineEnd drops one "\n" or "\r\n": editors put it there.
crypto::Octets WithoutLineEnd(crypto::Octets text) {
  if (text.empty() || text.back() != '\n') return text;
  text = text.first(text.size() - 1);
  return !text.empty() && text.back() == '\r' ? text.first(text.size() - 1) : text;
}

Status<ToolError> CheckSingle(const KeySource& source) {
  const bool file = !source.file.empty();
  const bool descriptor = !source.descriptor.empty();
  if (file && descriptor) return Usage("--key-fd", "is given beside --key-file; one key is enough");
  if (source.argument && (file || descriptor))
    return Usage("--key", "is given beside --key-file or --key-fd; one key is enough");
  return Done{};
}

void WarnOfDoubt(const std::string& place, const std::string& doubt) {
  Warn(place + ": the key " + doubt + ", which is taken as part of it");
}

Checked<crypto::Secret> ReadKeyDescriptor(const std::string& number) {
  const auto descriptor = ParseNumber(number, "--key-fd", 0, 1U << 20U);
  if (!descriptor) return Failure(descriptor.error());
  return ReadDescriptor(static_cast<int>(*descriptor), "--key-fd", kLongestText);
}

}  // namespace

Checked<crypto::Secret> ParseKeyText(crypto::Octets text, const std::string& place) {
  const bool hex = text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  auto key = hex ? ParseHex(text.subspan(2), place)
                 : Checked<crypto::Secret>(crypto::Secret::CopyOf(text));
  if (!key) return key;
  auto checked = policy::CheckKey(std::move(key).value(), place);
  if (!checked) return Usage(checked.error());
  return std::move(checked).value();
}

Checked<std::optional<crypto::Secret>> ReadKey(const KeySource& source) {
  if (source.loaded) return std::optional(source.loaded->Clone());
  if (auto single = CheckSingle(source); !single) return Failure(single.error());
  Checked<crypto::Secret> key = crypto::Secret();
  if (source.argument) {
    key = ParseKeyText(source.argument->Expose(), "--key");
  } else if (!source.file.empty() || !source.descriptor.empty()) {
    const std::string place = source.file.empty() ? "--key-fd" : source.file_option;
    if (IsReadableByOthers(source.file))
      Warn(place + ": " + source.file + " can be read by others; chmod 600 is due");
    const auto text = source.file.empty() ? ReadKeyDescriptor(source.descriptor)
                                          : ReadInput(source.file, place, kLongestText);
    if (!text) return Failure(text.error());
    const crypto::Octets line = WithoutLineEnd(text->Expose());
    for (const std::string& doubt : KeyDoubts(line)) WarnOfDoubt(place, doubt);
    key = ParseKeyText(line, place);
  } else {
    return std::optional<crypto::Secret>();
  }
  if (!key) return Failure(key.error());
  return std::optional(std::move(key).value());
}

}  // namespace iscsi_ike::ike::tool
