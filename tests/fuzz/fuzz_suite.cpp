// The notation of suites, single and in lists. What is read prints as something that reads the
// same.
#include "policy/suites.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::policy {
namespace {

using fuzz::Require;

void Run(std::string_view text) {
  if (const auto suite = ParsePhase1Suite(text, "suite")) {
    const auto again = ParsePhase1Suite(ToString(*suite), "suite");
    Require(again.ok() && *again == *suite);
  }
  if (const auto suite = ParseEspSuite(text, "suite")) {
    const auto again = ParseEspSuite(ToString(*suite), "suite");
    Require(again.ok() && *again == *suite);
    Require(IsAead(suite->cipher) == (suite->auth == EspAuth::kNone));
  }
  if (const auto list = ParsePhase1List(text, "--ike")) {
    Require(!list->empty() && list->size() <= kMostSuites);
  }
  if (const auto list = ParseEspList(text, "--esp")) {
    Require(!list->empty() && list->size() <= kMostSuites);
  }
  (void)NamedSuites(text, "--suite");
}

}  // namespace
}  // namespace iscsi_ike::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::policy::Run(iscsi_ike::fuzz::AsText(data, size));
  return 0;
}
