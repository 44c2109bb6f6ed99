// IKE phase-1 identities as an iSCSI HBA is given them: IdType and Id
// (IKE_IDENTIFICATION_PAYLOAD_TYPE of iscsidsc.h, the same numbers as RFC 2407 section 4.6.2.1).
// RFC 3723 section 2.3.3 wants these four and no others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "policy/error.hpp"
#include "policy/ip_address.hpp"

namespace iscsi_ike::policy {

enum class IdType : std::uint8_t { kIpv4 = 1, kFqdn = 2, kUserFqdn = 3, kIpv6 = 5 };
[[nodiscard]] std::string_view Name(IdType type);  // "ipv4", "fqdn", "user_fqdn", "ipv6"
// IdTypeByName reads those names and the header's (ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN,
// ID_IPV6_ADDR), without case.
[[nodiscard]] std::optional<IdType> IdTypeByName(std::string_view name);

// CheckIdType wants one of the four; errors stand at `place`.
[[nodiscard]] Status<Error> CheckIdType(std::uint32_t id_type, std::string_view place);

// Identity is a checked pair of type and octets.
class Identity {
 public:
  // Make checks: 4 octets for kIpv4, 16 for kIpv6, host-name syntax for kFqdn (RFC 1123 labels, at
  // most 255 octets), local@domain for kUserFqdn; no terminator. Errors stand at `place`.IdType or
  // `place`.Id.
  static Parsed<Identity> Make(std::uint32_t id_type, crypto::Octets id, std::string_view place);
  // Parse reads "ipv4:192.0.2.1", "fqdn:host.example", "user_fqdn:user@host.example",
  // "ipv6:2001:db8::1".
  static Parsed<Identity> Parse(std::string_view text, std::string_view place);
  static Identity OfAddress(const IpAddress& address);

  [[nodiscard]] IdType type() const { return type_; }
  [[nodiscard]] const std::vector<std::uint8_t>& octets() const { return octets_; }
  [[nodiscard]] bool IsAddress() const { return type_ == IdType::kIpv4 || type_ == IdType::kIpv6; }
  [[nodiscard]] std::optional<IpAddress> address() const;  // nullopt for names
  [[nodiscard]] std::string ToString() const;              // the form Parse reads
  friend bool operator==(const Identity&, const Identity&) = default;

 private:
  Identity(IdType type, std::vector<std::uint8_t> octets)
      : type_(type), octets_(std::move(octets)) {}
  IdType type_;
  std::vector<std::uint8_t> octets_;
};

}  // namespace iscsi_ike::policy
