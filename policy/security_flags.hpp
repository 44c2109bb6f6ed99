// The security word of an iSCSI HBA: ISCSI_SECURITY_FLAGS of iscsidsc.h (64 bits), which is the
// Portal Security Bitmap of iSNS (32 bits, RFC 4171 section 6.3.9) under other bit names: RFC bit
// 0 is the most significant of 32, so bit b is the value 1 << (31 - b).
//
//   value  RFC bit  ISCSI_SECURITY_FLAG_
//   0x01   31       VALID
//   0x02   30       IKE_IPSEC_ENABLED
//   0x04   29       MAIN_MODE_ENABLED
//   0x08   28       AGGRESSIVE_MODE_ENABLED
//   0x10   27       PFS_ENABLED
//   0x20   26       TRANSPORT_MODE_PREFERRED
//   0x40   25       TUNNEL_MODE_PREFERRED
//   others 0-24     reserved
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/error.hpp"

namespace iscsi_ike::policy {

enum class SecurityFlag : std::uint64_t {
  kValid = 0x01,
  kIkeIpsec = 0x02,
  kMainMode = 0x04,
  kAggressiveMode = 0x08,
  kPfs = 0x10,
  kTransportPreferred = 0x20,
  kTunnelPreferred = 0x40,
};

// SecurityFlagInfo describes one flag, for printers and explanations.
struct SecurityFlagInfo {
  SecurityFlag flag;
  std::string_view name;      // after ISCSI_SECURITY_FLAG_: "MAIN_MODE_ENABLED"
  unsigned isns_bit;          // RFC 4171 numbering, 31 to 25
  std::string_view if_set;    // "main mode enabled"
  std::string_view if_clear;  // "main mode disabled"
};
// AllSecurityFlags is in order of value.
[[nodiscard]] std::span<const SecurityFlagInfo> AllSecurityFlags();
// Info by the RFC's bit number; nullptr for a reserved bit.
[[nodiscard]] const SecurityFlagInfo* SecurityFlagByIsnsBit(unsigned bit);

// SecurityFlags is the word as it was given, reserved bits included.
class SecurityFlags {
 public:
  static constexpr std::uint64_t kKnown = 0x7F;

  constexpr SecurityFlags() = default;
  constexpr explicit SecurityFlags(std::uint64_t word) : word_(word) {}

  // Parse reads hex ("0x27"), decimal ("39"), or a list of names separated by `,` `|` `+` or
  // spaces, without case, with or without ISCSI_SECURITY_FLAG_ or VDS_IIF_ (vds.h) before them.
  // Short names work too: valid, ike, ipsec, main, aggressive, pfs, transport, tunnel. Names and
  // numbers may be mixed and are or-ed; a name given twice, an unknown name, an empty place
  // between separators and a number past 64 bits are errors that stand at `place`.
  static Parsed<SecurityFlags> Parse(std::string_view text, std::string_view place);

  [[nodiscard]] constexpr std::uint64_t word() const { return word_; }
  [[nodiscard]] constexpr bool Has(SecurityFlag flag) const {
    return (word_ & static_cast<std::uint64_t>(flag)) != 0;
  }
  [[nodiscard]] constexpr bool IsValid() const { return Has(SecurityFlag::kValid); }
  // Reserved gives the bits that no specification names.
  [[nodiscard]] constexpr std::uint64_t Reserved() const { return word_ & ~kKnown; }

  // FromIsns widens a Portal Security Bitmap; ToIsns narrows and fails when a high bit is set.
  static constexpr SecurityFlags FromIsns(std::uint32_t bitmap) { return SecurityFlags(bitmap); }
  [[nodiscard]] Parsed<std::uint32_t> ToIsns(std::string_view place) const;

  [[nodiscard]] std::string ToHex() const;  // "0x27"
  // ToString reads back by Parse: "VALID|IKE_IPSEC_ENABLED|0x80"; "0" for nothing.
  [[nodiscard]] std::string ToString() const;
  friend constexpr bool operator==(SecurityFlags, SecurityFlags) = default;

 private:
  std::uint64_t word_ = 0;
};

// SetBits names the bits of a word as people count them: "bit 7, bit 40".
[[nodiscard]] std::string SetBits(std::uint64_t word);

}  // namespace iscsi_ike::policy
