// Structures of Windows as files. Octet 0 chooses the structure, octet 1 the options; eight octets
// more are the address of the structure, where there is one. What is read keeps the promises of its
// types.
#include "policy/wmi_binary.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::policy;
  using iscsi_ike::fuzz::Require;
  iscsi_ike::fuzz::Input input({data, size});
  const auto kind = static_cast<WmiBinary>(input.Octet() % 5);
  const std::uint8_t choices = input.Octet();
  WmiBinaryOptions options;
  options.wmi.any_trailing = (choices & 1U) != 0;
  options.wmi.counted_text = (choices & 2U) == 0;
  if ((choices & 4U) != 0) options.wmi.ipv4_order = Ipv4Order::kNumber;
  if ((choices & 8U) != 0)
    options.address = std::uint64_t{input.Number(4)} << 32U | input.Number(4);
  std::vector<std::uint8_t> octets(input.rest().begin(), input.rest().end());
  if (kind == WmiBinary::kSetTunnel && (choices & 16U) != 0) octets.resize(4 + 2 * kIpAddressSize);
  const auto config =
      ParseWmiBinary(iscsi_ike::crypto::Secret::CopyOf(octets), kind, "file", options);
  if (!config) {
    Require(config.error().place.starts_with("file") && !config.error().rule.empty());
    return 0;
  }
  Require(config->records.size() + config->tunnels.size() +
              (config->defaults.group_key.empty() ? 0 : 1) ==
          1);
  for (const PresharedKey& record : config->records)
    Require(record.identity.has_value() && !record.key.empty() && record.key.size() <= kLongestKey);
  for (const TunnelAddress& tunnel : config->tunnels)
    Require(!tunnel.destination.IsUnspecified() && !tunnel.outer.IsUnspecified());
  return 0;
}
