// A security word as people write it. What is read prints as something that reads the same.
#include "policy/security_flags.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using iscsi_ike::fuzz::Require;
  using iscsi_ike::policy::SecurityFlags;
  const auto flags = SecurityFlags::Parse(iscsi_ike::fuzz::AsText(data, size), "word");
  if (!flags) {
    Require(!flags.error().rule.empty());
    return 0;
  }
  for (const std::string& text : {flags->ToString(), flags->ToHex()}) {
    const auto again = SecurityFlags::Parse(text, "word");
    Require(again.ok() && *again == *flags);
  }
  const auto bitmap = flags->ToIsns("word");
  Require(!bitmap || SecurityFlags::FromIsns(*bitmap) == *flags);
  return 0;
}
