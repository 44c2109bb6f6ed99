// The algorithms of the exchange as enumerations with their sizes and names. Numbers of the wire
// are in ike/wire.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace iscsi_ike::crypto {

// HashAlgorithm: the hash of phase 1, and HMAC with it as the prf (RFC 2409 section 4).
enum class HashAlgorithm : std::uint8_t { kMd5, kSha1, kSha256, kSha384, kSha512 };
inline constexpr std::size_t kMaxHashSize = 64;
[[nodiscard]] std::size_t HashSize(HashAlgorithm hash);  // octets
[[nodiscard]] std::string_view Name(
    HashAlgorithm hash);  // "md5", "sha1", "sha256", "sha384", "sha512"
[[nodiscard]] std::optional<HashAlgorithm> HashByName(std::string_view name);

// CipherAlgorithm: block ciphers in CBC mode for phase 1.
enum class CipherAlgorithm : std::uint8_t { kTripleDesCbc, kAesCbc };
inline constexpr std::size_t kMaxBlockSize = 16;
inline constexpr std::size_t kMaxCipherKeySize = 32;
[[nodiscard]] std::size_t BlockSize(CipherAlgorithm cipher);  // octets: 8 or 16

// DhGroup: the number of the wire (RFC 2409 section 6, RFC 3526, RFC 5903, RFC 8031).
enum class DhGroup : std::uint16_t {
  kModp1024 = 2,
  kModp1536 = 5,
  kModp2048 = 14,
  kModp3072 = 15,
  kModp4096 = 16,
  kModp6144 = 17,
  kModp8192 = 18,
  kEcp256 = 19,
  kEcp384 = 20,
  kEcp521 = 21,
  kCurve25519 = 31,
};
enum class DhKind : std::uint8_t { kModp, kEcp, kX25519 };

// DhGroupInfo: sizes in octets. For MODP public and shared are the prime's length; for ECP the
// public value is x|y and the shared secret is x alone (RFC 5903 section 7 and 9).
struct DhGroupInfo {
  DhGroup group;
  DhKind kind;
  std::string_view name;  // "modp2048", "ecp256", "curve25519"
  std::size_t public_size;
  std::size_t shared_size;
  std::size_t private_size;  // octets of a private key as MakePrivateKey draws it
  unsigned strength_bits;    // rough symmetric strength, for warnings and for exponent lengths
};
[[nodiscard]] std::span<const DhGroupInfo> AllDhGroups();
[[nodiscard]] const DhGroupInfo& Info(DhGroup group);
[[nodiscard]] std::optional<DhGroup> DhGroupByNumber(std::uint16_t number);
[[nodiscard]] std::optional<DhGroup> DhGroupByName(std::string_view name);

}  // namespace iscsi_ike::crypto
