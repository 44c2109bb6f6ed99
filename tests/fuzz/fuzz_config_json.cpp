// A configuration file: JSON in three forms, UTF-8 or UTF-16. What is read keeps the promises of
// its types.
#include "policy/config_json.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using iscsi_ike::fuzz::Require;
  using namespace iscsi_ike::policy;
  for (const bool host_order : {false, true}) {
    const auto config = ParseConfig(iscsi_ike::crypto::Secret::CopyOf({data, size}), "file",
                                    ConfigOptions{host_order});
    if (!config) {
      Require(!config.error().place.empty() && !config.error().rule.empty());
      continue;
    }
    for (const PresharedKey& record : config->records) {
      Require(!record.key.empty() && record.key.size() <= kLongestKey);
    }
    for (const TargetPortal& portal : config->portals) {
      Require(portal.address.has_value() == portal.host.empty());
    }
  }
  return 0;
}
