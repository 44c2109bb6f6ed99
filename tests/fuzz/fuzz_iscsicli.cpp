// Lines of iscsicli, UTF-8 or UTF-16, in both notations of keys. What is read keeps the promises of
// its types, is the same when it is read again, and no error quotes what was written.
#include "policy/command_line.hpp"
#include "policy/iscsicli.hpp"
#include "policy/settings.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::policy {
namespace {

using fuzz::Require;

void CheckConfig(const Config& config) {
  for (const PresharedKey& record : config.records) {
    Require(record.identity.has_value() && !record.key.empty());
    Require(record.key.size() <= kLongestKey && record.name.size() <= kLongestRecordName);
  }
  for (const TargetPortal& portal : config.portals)
    Require(portal.address.has_value() == portal.host.empty() && portal.socket != 0);
  for (const Login& login : config.logins)
    Require((!login.address || login.host.empty()) && login.socket != 0);
  for (const TunnelAddress& tunnel : config.tunnels)
    Require(!tunnel.destination.IsUnspecified() && !tunnel.outer.IsUnspecified());
}

// Twice the same is no contradiction.
void MergeWithItself(crypto::Octets data, Config config, KeyNotation notation) {
  const std::size_t records = config.records.size();
  std::vector<PlacedConfig> sources;
  sources.push_back({"one", std::move(config)});
  sources.push_back({"two", *ParseIscsicli(crypto::Secret::CopyOf(data), "file", notation)});
  const auto merged = MergeConfigs(std::move(sources));
  Require(merged.ok() && merged->records.size() == records);
  for (const char* peer : {"", "192.0.2.10"})
    if (const auto chosen = ChooseSources(*merged, "", IpAddress::Parse(peer)))
      (void)TranslateFor(Role::kInitiator, *chosen, std::nullopt, *peer != 0);
}

}  // namespace
}  // namespace iscsi_ike::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::policy;
  using iscsi_ike::fuzz::Require;
  CommandLine line(size);
  if (const auto arguments = line.Split(iscsi_ike::fuzz::AsText(data, size), "line")) {
    std::size_t total = 0;
    for (const std::string_view argument : *arguments) total += argument.size();
    Require(total <= size && arguments->size() <= kMostArguments);
  }
  for (const KeyNotation notation : {KeyNotation::kIscsicli, KeyNotation::kEqualLogic}) {
    auto config = ParseIscsicli(iscsi_ike::crypto::Secret::CopyOf({data, size}), "file", notation);
    if (!config) {
      Require(!config.error().place.empty() && !config.error().rule.empty());
      continue;
    }
    CheckConfig(*config);
    MergeWithItself({data, size}, *std::move(config), notation);
  }
  return 0;
}
