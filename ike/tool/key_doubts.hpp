// KeyDoubts: what in the text of a key was perhaps not meant to be part of it.
#pragma once

#include <string>
#include <vector>

#include "crypto/secret.hpp"

namespace iscsi_ike::ike::tool {

// KeyDoubts looks for what editors and spreadsheets leave: a byte order mark, blanks at either end,
// carriage returns, other control octets. Each is a phrase such as "ends with a blank"; they show
// no other octet of the key.
[[nodiscard]] std::vector<std::string> KeyDoubts(crypto::Octets text);

}  // namespace iscsi_ike::ike::tool
