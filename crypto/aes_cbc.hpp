// AES-CBC with the processor's AES instructions: a key schedule for each message costs less there
// than keying a library's context anew. In constant time, as there are no tables.
#pragma once

#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

// HasAesInstructions: this processor has them, and the program was built to use them. Without them
// the two functions must not be called.
[[nodiscard]] bool HasAesInstructions();

// In place; `key` has 16, 24 or 32 octets, `iv` 16, `data` a multiple of 16.
void AesCbcEncrypt(Octets key, Octets iv, MutableOctets data);
void AesCbcDecrypt(Octets key, Octets iv, MutableOctets data);

}  // namespace iscsi_ike::crypto
