// Octets as text for people.
#pragma once

#include <string>

#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// Hex: two lower-case digits an octet.
[[nodiscard]] std::string Hex(Octets octets);
// HexStart: Hex of the first `limit` octets, with "..." when there are more.
[[nodiscard]] std::string HexStart(Octets octets, std::size_t limit);
// Printable: ASCII as it is, anything else (and the backslash) as \xNN, so that a peer cannot write
// to a terminal.
[[nodiscard]] std::string Printable(Octets octets);
// PrintableStart: Printable of the first `limit` octets, with "..." when there are more.
[[nodiscard]] std::string PrintableStart(Octets octets, std::size_t limit);

}  // namespace iscsi_ike::ike
