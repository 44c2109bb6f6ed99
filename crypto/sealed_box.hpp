// Sealed boxes: octets with secrets among them that somebody else keeps, a file or a simulator's
// image. Only who has the key can read or change them.
//
// Layout: 8 octets of magic, version (2 octets, most significant first), nonce (24), then the
// secretbox of libsodium (XSalsa20-Poly1305). Its key and the key of the nonce are derived from the
// given one, from the magic and from the version, so a box of another kind does not open as this
// one. The nonce is a keyed hash of what is in the box: the same contents under the same key make
// the same box, no randomness is drawn, and no nonce ever serves two different contents.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crypto/result.hpp"
#include "crypto/secret.hpp"

namespace iscsi_ike::crypto {

inline constexpr std::size_t kSealKeySize = 32;
inline constexpr std::size_t kSealOverhead = 8 + 2 + 24 + 16;  // octets that a box adds

// SealKind tells one kind of contents from another.
struct SealKind {
  char magic[9];          // 8 octets, printable
  std::uint16_t version;  // of the contents
};

enum class SealError : std::uint8_t {
  kBadKey,        // not of kSealKeySize octets
  kTooShort,      // no box is that short
  kOtherKind,     // the magic is another one
  kOtherVersion,  // made by another release
  kDamaged,       // changed, or sealed under another key: no telling which
  kCrypto,        // libsodium refused
};
[[nodiscard]] std::string_view Name(
    SealError error);  // "damaged, or sealed under another key", ...

// Seal puts `contents` into a box. Errors: kBadKey, kCrypto.
[[nodiscard]] Result<std::vector<std::uint8_t>, SealError> Seal(const SealKind& kind, Octets key,
                                                                Octets contents);
// Unseal gives the contents back, or nothing of them.
[[nodiscard]] Result<Secret, SealError> Unseal(const SealKind& kind, Octets key, Octets box);

}  // namespace iscsi_ike::crypto
