// Octet strings into lanes and back, and the digits of private keys. Constant time in the values.
#pragma once

#include "crypto/lanes.hpp"
#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

// PutNumber writes a big-endian number into one lane of `words`, `bits` a limb (at most 56), zeros
// above it; the number fits.
void PutNumber(std::span<LaneWord> words, std::size_t lane, unsigned bits, Octets number);

// GetNumber is the reverse: exactly out.size() octets, limbs below 2^bits.
void GetNumber(std::span<const LaneWord> words, std::size_t lane, unsigned bits, MutableOctets out);

}  // namespace iscsi_ike::crypto
