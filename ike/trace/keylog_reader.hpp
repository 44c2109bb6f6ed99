// KeyTable: the phase-1 cipher keys of a key log, by initiator cookie.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/result.hpp"
#include "crypto/secret.hpp"
#include "crypto/suite.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// KeyTable: final cipher keys Ka (RFC 2409 Appendix B), wiped when it dies. Several keys for a
// cookie are all tried.
using LoggedKey = crypto::InlineSecret<crypto::kMaxCipherKeySize>;
using KeyTable = std::map<decltype(Cookie::octets), std::vector<LoggedKey>>;

// ReadKeyTable reads lines of Wireshark's ikev1_decryption_table, which KeyLog writes too:
//   0123456789abcdef,00112233445566778899aabbccddeeff
// Blanks, double quotes and 0x around a value are passed over, so are empty lines and lines that
// start with #. The error is a sentence with the number of the line, and never holds a key.
[[nodiscard]] Result<KeyTable, std::string> ReadKeyTable(crypto::Octets text);

}  // namespace iscsi_ike::ike
