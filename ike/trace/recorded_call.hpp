// The members of a recording's lines, read from JSON. For the sources of this folder only.
#pragma once

#include <string_view>

#include "ike/trace/flat_json.hpp"
#include "ike/trace/recording.hpp"

namespace iscsi_ike::ike {

// What does not fit becomes the problem of `json` at `name`, and a default is returned.

// SecretOf reads `least` to `most` octets of hexadecimal text in lower case.
[[nodiscard]] crypto::Secret SecretOf(FlatJson& json, std::string_view name,
                                      std::string_view digits, std::size_t least, std::size_t most);
// TakeEndpoint reads "192.0.2.1:500" and "[2001:db8::1]:500".
[[nodiscard]] Endpoint TakeEndpoint(FlatJson& json, std::string_view name, std::string_view text);
// TakeDatagram takes "local", "remote" and "octets".
[[nodiscard]] Datagram TakeDatagram(FlatJson& json);
// TakeCall takes "in" and what the input of that name has.
[[nodiscard]] RecordedCall TakeCall(FlatJson& json);

}  // namespace iscsi_ike::ike
