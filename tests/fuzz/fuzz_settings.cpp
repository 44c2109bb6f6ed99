// Settings as people write them: addresses, selectors, numbers; and whole configurations down to
// the plan for each end.
#include "policy/address_text.hpp"
#include "policy/config_json.hpp"
#include "policy/explain.hpp"
#include "policy/settings.hpp"
#include "policy/text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::policy {
namespace {

using fuzz::Require;

void RunTexts(std::string_view text) {
  for (const bool zero : {false, true}) {
    const auto address = ParseAddressAndPort(text, "place", zero);
    if (!address) continue;
    Require(IpAddress::Parse(address->address.ToString()) == address->address);
    Require(zero || address->port != 0);
  }
  if (const auto selector = ParseSelector(text, "place")) {
    const auto again = ParseSelector(ToString(*selector), "place");
    Require(again.ok() && *again == *selector);
  }
  if (const auto number = ParseUnsigned(text)) Require(ParseUnsigned(Hex(*number)) == number);
  Require(ValidUtf8(text) <= text.size());
  for (const char c : Quote(text)) Require(c >= ' ');
}

void RunConfig(crypto::Octets file) {
  const auto config = ParseConfig(crypto::Secret::CopyOf(file), "file", {});
  if (!config) return;
  for (const char* record : {"", "1", "record 1", "h"}) {
    for (const char* peer : {"", "192.0.2.2"}) {
      const auto sources = ChooseSources(*config, record, IpAddress::Parse(peer));
      if (!sources) {
        Require(!sources.error().rule.empty());
        continue;
      }
      for (const Role role : {Role::kInitiator, Role::kResponder}) {
        const Settings settings =
            TranslateFor(role, *sources, IpAddress::Parse("192.0.2.1"), *peer != 0);
        const Plan& plan = settings.plan;
        Require(plan.outcome != Outcome::kPlan ||
                (!plan.exchanges.empty() && !plan.phase1.empty()));
      }
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::policy::RunTexts(iscsi_ike::fuzz::AsText(data, size));
  iscsi_ike::policy::RunConfig({data, size});
  return 0;
}
