// ReadKey: the pre-shared key from wherever the command line says.
#pragma once

#include <optional>

#include "ike/tool/exit_codes.hpp"
#include "ike/tool/key_argument.hpp"
#include "policy/key_notation.hpp"

namespace iscsi_ike::ike::tool {

// ReadKey returns nullopt when no key option is given. Two of them, an empty key and hexadecimal
// that is none are errors. Warns of a key file that others can read, and of KeyDoubts.
[[nodiscard]] Checked<std::optional<crypto::Secret>> ReadKey(const KeySource& source);

// ParseKeyNotation reads --key-notation; empty: iscsicli.
[[nodiscard]] Checked<policy::KeyNotation> ParseKeyNotation(const std::string& text);

}  // namespace iscsi_ike::ike::tool
