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

Checked<policy::KeyNotation> ParseKeyNotation(const std::string& text) {
  if (text.empty()) return policy::KeyNotation::kIscsicli;
  const auto notation = policy::KeyNotationByName(text);
  if (notation) return *notation;
  return Usage("--key-notation", policy::Quote(text) + " is not iscsicli or equallogic");
}

Checked<std::optional<crypto::Secret>> ReadKey(const KeySource& source) {
  if (source.loaded) return std::optional(source.loaded->Clone());
  if (auto single = CheckSingle(source); !single) return Failure(single.error());
  const auto notation = ParseKeyNotation(source.notation);
  if (!notation) return Failure(notation.error());
  policy::Parsed<crypto::Secret> key = crypto::Secret();
  if (source.argument) {
    key = policy::ParseKeyText(source.argument->Expose(), "--key", *notation);
  } else if (!source.file.empty() || !source.descriptor.empty()) {
    const std::string place = source.file.empty() ? "--key-fd" : source.file_option;
    if (IsReadableByOthers(source.file))
      Warn(place + ": " + source.file + " can be read by others; chmod 600 is due");
    const auto text = source.file.empty() ? ReadKeyDescriptor(source.descriptor)
                                          : ReadInput(source.file, place, kLongestText);
    if (!text) return Failure(text.error());
    const crypto::Octets line = WithoutLineEnd(text->Expose());
    for (const std::string& doubt : KeyDoubts(line)) WarnOfDoubt(place, doubt);
    key = policy::ParseKeyText(line, place, *notation);
  } else {
    return std::optional<crypto::Secret>();
  }
  if (!key) return Usage(key.error());
  return std::optional(std::move(key).value());
}

}  // namespace iscsi_ike::ike::tool
