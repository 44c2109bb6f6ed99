// Registry files: octet 0 chooses the type of the value and whether the key is given.
#include "policy/registry_text.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::policy;
  using iscsi_ike::fuzz::Require;
  if (size == 0) return 0;
  RegistryOptions options;
  options.type = static_cast<RegistryType>(data[0] % 4);
  if ((data[0] & 0x80U) != 0) options.key = "HKLM\\Software\\A b";
  const auto word =
      ParseRegistryText(iscsi_ike::crypto::Secret::CopyOf({data + 1, size - 1}), "file", options);
  if (word) {
    Require(word->word() <= 0xFFFFFFFFU);
  } else {
    Require(word.error().place.starts_with("file") && !word.error().rule.empty());
  }
  return 0;
}
