// DefaultSecurityBitmap from a registry file, as regedit exports it: the word of portals to which
// discovery gave none.
//
//   Windows Registry Editor Version 5.00
//
//   [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ISCSI\Discovery Values]
//   "DefaultSecurityBitmap"=dword:00000027
//
// Version 5.00 is UTF-16 with a mark (UTF-8 is read, too), REGEDIT4 the code page of its machine.
// A line that begins with ; says nothing; one that ends with a backslash goes on in the next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/error.hpp"
#include "policy/security_flags.hpp"

namespace iscsi_ike::policy {

// RegistryType is how the value is stored. The documents do not say; REG_DWORD is the habit.
enum class RegistryType : std::uint8_t {
  kDword,   // dword:00000027
  kQword,   // hex(b):27,00,00,00,00,00,00,00
  kBinary,  // hex:27,00,00,00
  kString,  // "0x27" or "39"
};
[[nodiscard]] std::string_view Name(RegistryType type);  // "dword", "qword", "binary", "sz"
// RegistryTypeByName reads those names, with or without REG_, without case.
[[nodiscard]] std::optional<RegistryType> RegistryTypeByName(std::string_view name);

// RegistryOptions are the facts that no document states for certain.
struct RegistryOptions {
  // The key, beginning with HKEY_LOCAL_MACHINE or HKLM, without case. Empty: the one above, with or
  // without blanks in its names ("Current Version", "DiscoveryValues"), for the documents write
  // others than machines have.
  std::string key;
  RegistryType type = RegistryType::kDword;
};

// ParseRegistryText reads the octets of a file (at most kLargestText) and wipes them. Errors stand
// at `place`, with the line where there is one: no registry file, no such value (and where else a
// value of that name stands), a value of another type, which is named, one that is taken away, two
// that differ.
[[nodiscard]] Parsed<SecurityFlags> ParseRegistryText(crypto::Secret octets,
                                                      const std::string& place,
                                                      const RegistryOptions& options = {});

}  // namespace iscsi_ike::policy
