// The IN structures of MSiSCSI_SecurityConfigOperations that set something, as octets: what stands
// in them, before anything is done with it. security_config_wire.hpp has their layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/hba_status.hpp"
#include "policy/ip_address.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::policy {

// Ipv4Order: how IpV4Address lies in memory. No header says; in_addr would be kNetwork.
enum class Ipv4Order : std::uint8_t {
  kNetwork,  // 192.0.2.1 is C0 00 02 01
  kNumber,   // 192.0.2.1 is the number 0xC0000201: 01 02 00 C0
};

inline constexpr std::size_t kMostPadding = 7;  // octets behind an IN structure, up to 8 in all

struct WmiOptions {
  Ipv4Order ipv4_order = Ipv4Order::kNetwork;
  // A driver that passes its whole buffer and not the IN structure in it: any octets may follow.
  // Else more than kMostPadding are refused, for then a size is wrong and a key is cut short.
  // What follows is never read.
  bool any_trailing = false;
  // TextAddress begins with the number of its octets, as texts of WMI do. Else it is a text of C,
  // up to U+0000.
  bool counted_text = true;
};

// WmiInput is one IN structure with what its errors say.
struct WmiInput {
  crypto::Octets octets;
  std::string_view name;  // "SetGroupPresharedKey_IN"
  const WmiOptions& options;

  [[nodiscard]] std::string At(std::string_view member) const {
    return std::string(name) + "." + std::string(member);
  }
  // Number32 is the number at an offset.
  [[nodiscard]] std::uint32_t Number32(std::size_t offset) const;
  // CheckStart wants the members of fixed size.
  [[nodiscard]] Status<HbaError> CheckStart(std::size_t size) const;
  // CheckEnd wants a whole structure of `size` octets; each part of the sum was checked.
  [[nodiscard]] Status<HbaError> CheckEnd(std::size_t size) const;
  [[nodiscard]] Status<HbaError> CheckIdSize(std::uint32_t size) const;
  [[nodiscard]] Status<HbaError> CheckKeySize(std::uint32_t size) const;
};

// What is set, as it stands there; octets are those of the input. Sizes are checked, contents are
// not. Errors as those of Invoke.
struct SetKeyInput {
  std::uint32_t port = 0;
  SecurityFlags flags;
  std::uint8_t id_type = 0;
  crypto::Octets id;
  crypto::Octets key;
};
struct SetTunnelInput {
  std::uint32_t port = 0;
  IpAddress destination;
  IpAddress outer;
};
[[nodiscard]] Result<SetKeyInput, HbaError> ReadSetPresharedKeyForId(crypto::Octets octets,
                                                                     const WmiOptions& options);
[[nodiscard]] Result<crypto::Octets, HbaError> ReadSetGroupPresharedKey(crypto::Octets octets,
                                                                        const WmiOptions& options);
[[nodiscard]] Result<SetTunnelInput, HbaError> ReadSetTunnelModeOuterAddress(
    crypto::Octets octets, const WmiOptions& options);

// ReadIpAddress reads an ISCSI_IP_Address of kIpAddressSize octets; nullopt for EMPTY. Errors as
// those of method 4, at `place`.
inline constexpr std::size_t kIpAddressSize = 548;
[[nodiscard]] Result<std::optional<IpAddress>, HbaError> ReadIpAddress(crypto::Octets field,
                                                                       const std::string& place,
                                                                       Ipv4Order order,
                                                                       bool counted_text = true);

}  // namespace iscsi_ike::policy
