// Structures of Windows as files: what a program hands to SetIScsiIKEInfo, and the IN structures of
// the methods of MSiSCSI_SecurityConfigOperations that set something (security_config_wire.hpp).
// Numbers have the least significant octet first.
//
//   ike-info          IKE_AUTHENTICATION_INFORMATION (iscsidsc.h) of a 64-bit program; the default
//   ike-info-x86      the same of a 32-bit one
//   set-key           SetPresharedKeyForId_IN
//   set-group-key     SetGroupPresharedKey_IN
//   set-tunnel        SetTunnelModeOuterAddress_IN
//
//   IKE_AUTHENTICATION_INFORMATION, offset and size in octets, natural alignment:
//              AuthMethod  SecurityFlags  IdType  IdLength  Id     KeyLength  Key    size
//   64 bits    0, 4        8, 8           16, 1   20, 4     24, 8  32, 4      40, 8  48
//   32 bits    0, 4        8, 8           16, 1   20, 4     24, 4  28, 4      32, 4  40
//
// Id and Key are pointers to octets that stand somewhere behind the structure, in the same file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/config.hpp"
#include "policy/error.hpp"
#include "policy/security_config_in.hpp"

namespace iscsi_ike::policy {

enum class WmiBinary : std::uint8_t {
  kIkeInfo,
  kIkeInfoX86,
  kSetKey,
  kSetGroupKey,
  kSetTunnel,
};
[[nodiscard]] std::string_view Name(WmiBinary kind);  // "ike-info"
[[nodiscard]] std::string WmiBinaryNames();           // all, for errors: "ike-info, ..."
// WmiBinaryByName reads those names, without case.
[[nodiscard]] std::optional<WmiBinary> WmiBinaryByName(std::string_view name);

// WmiBinaryOptions are the facts that no document states, with what is taken for true unless it is
// said otherwise.
struct WmiBinaryOptions {
  WmiOptions wmi;
  // The address that the structure had in memory: Id and Key are addresses then. Unset: they are
  // offsets from its first octet.
  std::optional<std::uint64_t> address;
};

inline constexpr std::size_t kLargestWmiBinary = std::size_t{64} << 10;  // octets

// ParseWmiBinary consumes the octets of a file and wipes them. Errors stand at "`place`: member"
// and show no octets: sizes and pointers that leave the file, pointers into the structure itself,
// and what PresharedKey::Make and the methods refuse.
[[nodiscard]] Parsed<Config> ParseWmiBinary(crypto::Secret octets, WmiBinary kind,
                                            const std::string& place,
                                            const WmiBinaryOptions& options = {});

}  // namespace iscsi_ike::policy
