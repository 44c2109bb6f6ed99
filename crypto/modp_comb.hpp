// Powers of 2 in the MODP groups from a table, without wide registers: what a machine that lacks
// them uses for its own public values.
#pragma once

#include <cstdint>

#include "crypto/secret.hpp"
#include "crypto/suite.hpp"

namespace iscsi_ike::crypto {

// CombArithmetic: kPortable is for comparison.
enum class CombArithmetic : std::uint8_t { kBestThereIs, kPortable };

// RaiseTwoByComb writes 2^key mod p, left-padded to `out` (Info(group).public_size octets), in
// constant time. The table of a group is made when it has been asked for often enough to pay for
// it, and is shared by all threads. False: there is no table yet, or the key is longer than
// Info(group).private_size; nothing is written then.
[[nodiscard]] bool RaiseTwoByComb(DhGroup group, Octets key, MutableOctets out,
                                  CombArithmetic arithmetic = CombArithmetic::kBestThereIs);

}  // namespace iscsi_ike::crypto
