// The members of a recording's lines, written to JSON and read from it. For the sources of this
// folder only.
#pragma once

#include <string_view>

#include "ike/trace/flat_json.hpp"
#include "ike/trace/json_writer.hpp"
#include "ike/trace/recording.hpp"

namespace iscsi_ike::ike {

// In reading, what does not fit becomes the problem of `json` at `name`, and a default is returned.

// SecretOf reads `least` to `most` octets of hexadecimal text in lower case.
[[nodiscard]] crypto::Secret SecretOf(FlatJson& json, std::string_view name,
                                      std::string_view digits, std::size_t least, std::size_t most);
// TakeEndpoint reads "192.0.2.1:500" and "[2001:db8::1]:500".
[[nodiscard]] Endpoint TakeEndpoint(FlatJson& json, std::string_view name, std::string_view text);
// WriteDatagram writes "local", "remote" and "octets", TakeDatagram takes them.
void WriteDatagram(JsonWriter& json, const Endpoint& local, const Endpoint& remote,
                   crypto::Octets octets);
[[nodiscard]] Datagram TakeDatagram(FlatJson& json);
// WriteCall writes "in" and what the input of that name has, TakeCall takes them. `peer` is that of
// a Connect, as in RecordedConnect.
void WriteCall(JsonWriter& json, const Input& input, std::size_t peer);
[[nodiscard]] RecordedCall TakeCall(FlatJson& json);

}  // namespace iscsi_ike::ike
