// PresharedKey: one record of MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo (iscsidsc.h:
// IKE_AUTHENTICATION_INFORMATION with IKE_AUTHENTICATION_PRESHARED_KEY), the security word, the
// identity and the key that an HBA is given for it. It is an argument class: the key goes in and
// never comes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/error.hpp"
#include "policy/identity.hpp"
#include "policy/initiator.hpp"
#include "policy/ip_address.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::policy {

inline constexpr std::uint32_t kPresharedKeyMethod = 1;  // IKE_AUTHENTICATION_PRESHARED_KEY_METHOD
inline constexpr std::size_t kLongestKey = 1024;         // octets
inline constexpr std::size_t kLongestId = 255;           // octets

// CheckKey wants 1 to kLongestKey octets; errors stand at `place`.
[[nodiscard]] Parsed<crypto::Secret> CheckKey(crypto::Secret key, std::string_view place);

// CheckMethod wants kPresharedKeyMethod; errors stand at `place`.
[[nodiscard]] Status<Error> CheckMethod(std::uint32_t auth_method, std::string_view place);

// PresharedKey is move-only like the Secret in it. What stands behind the key is no property of the
// WMI class: the initiator is an argument of its methods, the rest this project's own.
struct PresharedKey {
  // Make checks the five properties of the class, all of them given; errors stand at
  // `place`.AuthMethod, .IdType, .Id or .Key.
  static Parsed<PresharedKey> Make(std::uint32_t auth_method, SecurityFlags flags,
                                   std::uint32_t id_type, crypto::Octets id, crypto::Secret key,
                                   std::string_view place);

  SecurityFlags flags;
  // What goes into the identification payload of phase 1; unset: the local address.
  std::optional<Identity> identity;
  // Raw octets. Empty only where ConfigOptions::key_elsewhere lets a record have no key.
  crypto::Secret key;

  std::string name;                       // a label for people
  std::optional<IpAddress> peer;          // bound to this peer address: main mode can find it
  std::optional<Identity> peer_identity;  // the peer must show it: aggressive mode can find it
  std::string target;                     // iSCSI name of the target that it is meant for
  Initiator initiator;                    // that it was set for
};

// LabelOf names a record by what it is for, where nobody gave it a name: "fqdn:hba1.example (port
// 2)". Empty when that is longer than a name may be.
inline constexpr std::size_t kLongestRecordName = 256;  // octets
[[nodiscard]] std::string LabelOf(const PresharedKey& record);

}  // namespace iscsi_ike::policy
