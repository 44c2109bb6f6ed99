// What the operating system gives an adapter: the IN structures of
// MSiSCSI_SecurityConfigOperations, one after the other, and the box that keeps what came of them.
// Octet 0: what the adapter can do. Then calls: an octet with the method, two of length, octets.
// Method 7 restores the box with edits under its seal, method 8 an address alone.
#include "crypto/random.hpp"
#include "crypto/sealed_box.hpp"
#include "policy/security_config_wire.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/input.hpp"

namespace iscsi_ike::policy {
namespace {

using fuzz::Input;
using fuzz::Require;

constexpr crypto::SealKind kKind{"HBACACHE", 1};
using Bytes = std::vector<std::uint8_t>;

const Bytes& SealKey() {
  static const Bytes kKey(crypto::kSealKeySize, 0x5a);
  return kKey;
}

HbaCapabilities CapabilitiesOf(std::uint8_t octet) {
  HbaCapabilities capabilities;
  if ((octet & 1U) != 0) capabilities.functionality = octet >> 4U;
  if ((octet & 2U) != 0) capabilities.security.protect_iscsi = false;
  capabilities.port_count = 2;
  capabilities.max_entries = (octet & 4U) != 0 ? 2 : 64;
  return capabilities;
}

// Restored: what is opened is written as the same box again.
void TryBox(SecurityCache& cache, Input& input) {
  const auto box = cache.Save(SealKey());
  if (!box) return Require(!cache.capabilities().HasCache());
  const auto opened = crypto::Unseal(kKind, SealKey(), *box);
  Require(opened.ok());
  Bytes contents(opened->Expose().begin(), opened->Expose().end());
  fuzz::Edit(input, contents);
  const auto sealed = crypto::Seal(kKind, SealKey(), contents);
  auto restored = SecurityCache::Restore(SealKey(), *sealed, cache.capabilities());
  if (!restored) return Require(restored.error().status != HbaStatus::kSuccess);
  const auto again = restored->Save(SealKey());
  Require(again.ok() && *again == *sealed);
  cache = *std::move(restored);
}

void TryAddress(const Bytes& octets) {
  Bytes field = octets;
  field.resize(kIpAddressSize);
  for (const Ipv4Order order : {Ipv4Order::kNetwork, Ipv4Order::kNumber}) {
    const auto address = ReadIpAddress(field, "place", order);
    Require(address.ok() || address.error().status != HbaStatus::kSuccess);
  }
}

void Call(SecurityCache& cache, std::uint8_t method, const Bytes& in) {
  WmiOptions options;
  options.any_trailing = (method & 0x80U) != 0;
  if ((method & 0x40U) != 0) options.ipv4_order = Ipv4Order::kNumber;
  const WmiAnswer answer = Invoke(cache, method % 16, in, options);
  Require((answer.status == HbaStatus::kSuccess) == !answer.error.has_value());
  Require(answer.out.size() == (method % 16 == 2 ? 16 : answer.out.empty() ? 0 : 4));
  Require(cache.key_count() + cache.tunnel_count() <= cache.capabilities().max_entries);
}

void Run(Input input) {
  SecurityCache cache(CapabilitiesOf(input.Octet()));
  for (int calls = 0; calls < 32 && !input.empty(); ++calls) {
    const std::uint8_t method = input.Octet();
    if (method % 16 == 7) {
      TryBox(cache, input);
    } else if (method % 16 == 8) {
      TryAddress(input.Long());
    } else {
      Bytes in = input.Long();
      if (method % 16 == 4 && (method & 0x20U) != 0) in.resize(4 + 2 * kIpAddressSize);
      Call(cache, method, in);
    }
    for (const std::uint32_t port : {0U, 1U, 2U, kAllPorts})
      (void)cache.FindAll(port, *IpAddress::Parse("192.0.2.2"));
  }
}

}  // namespace
}  // namespace iscsi_ike::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = iscsi_ike::crypto::InitializeCrypto();
  iscsi_ike::fuzz::Require(ready);
  iscsi_ike::policy::Run(iscsi_ike::fuzz::Input({data, size}));
  return 0;
}
