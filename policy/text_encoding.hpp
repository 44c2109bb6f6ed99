// The encodings in which settings arrive as text: UTF-8 with or without byte order mark, and
// UTF-16, which Windows PowerShell 5.1 writes for `>` and Out-File.
#pragma once

#include <cstddef>
#include <string_view>

#include "crypto/secret.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::policy {

inline constexpr std::size_t kLargestText = std::size_t{16} << 20;  // octets

// DecodeText turns octets into well-formed UTF-8 without mark. The text may hold keys, so it goes
// from Secret to Secret and the source is wiped. UTF-16 without a mark is known by the zero octets
// of an ASCII beginning (RFC 4627 section 3). Errors stand at `place` and name the octet: more than
// kLargestText octets, malformed UTF-8, a lone surrogate, half a UTF-16 unit, UTF-32, U+0000.
[[nodiscard]] Parsed<crypto::Secret> DecodeText(crypto::Secret octets, std::string_view place);

}  // namespace iscsi_ike::policy
