// What can be proposed: one phase-1 suite, one ESP suite, and what a child SA protects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/suite.hpp"
#include "policy/error.hpp"
#include "policy/ip_address.hpp"

namespace iscsi_ike::policy {

// Phase1Suite is one phase-1 transform, authenticated by pre-shared key (RFC 2409 Appendix A).
struct Phase1Suite {
  crypto::CipherAlgorithm cipher = crypto::CipherAlgorithm::kAesCbc;
  std::uint16_t key_bits = 128;  // 192 for 3DES (never sent)
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::kSha256;
  crypto::DhGroup group = crypto::DhGroup::kModp2048;
  friend bool operator==(const Phase1Suite&, const Phase1Suite&) = default;
};
// Parse reads "aes128-sha256-modp2048", "3des-sha1-modp1024"; case is ignored.
[[nodiscard]] Parsed<Phase1Suite> ParsePhase1Suite(std::string_view text, std::string_view place);
[[nodiscard]] std::string ToString(const Phase1Suite& suite);

enum class EspCipher : std::uint8_t {
  kNull,
  kTripleDesCbc,
  kAesCbc,
  kAesCtr,
  kAesGcm8,
  kAesGcm12,
  kAesGcm16
};
enum class EspAuth : std::uint8_t {
  kNone,
  kHmacSha1_96,
  kHmacSha256_128,
  kHmacSha384_192,
  kHmacSha512_256,
  kAesXcbc96
};

[[nodiscard]] std::string_view Name(
    EspAuth auth);  // "sha1", "sha256", ..., "aesxcbc"; "" for kNone

// EspSuite is one ESP transform (RFC 2407 section 4.5 and the RFCs named in ike/wire/registry.hpp).
// kNone only with AES-GCM; AES-GCM only with kNone; never kNull with kNone.
struct EspSuite {
  EspCipher cipher = EspCipher::kAesCbc;
  std::uint16_t key_bits =
      128;  // 0 for NULL, 192 for 3DES (never sent for these two); without CTR nonce or GCM salt
  EspAuth auth = EspAuth::kHmacSha1_96;
  bool esn = false;  // 64-bit sequence numbers (RFC 4304)
  // A PFS group written in the notation ("aes128-sha1-modp2048"); unset: the plan decides.
  std::optional<crypto::DhGroup> pfs_group;
  friend bool operator==(const EspSuite&, const EspSuite&) = default;
};
// Parse reads "aes128-sha1", "aes128gcm16-esn", "aes256ctr-sha256", "3des-sha1", "null-sha256",
// "aes128-aesxcbc"
// ("-noesn" is accepted), with an optional group ("aes128-sha1-modp2048-esn").
[[nodiscard]] Parsed<EspSuite> ParseEspSuite(std::string_view text, std::string_view place);
[[nodiscard]] std::string ToString(const EspSuite& suite);

[[nodiscard]] bool IsAead(EspCipher cipher);
// Key octets taken from KEYMAT: cipher key with CTR nonce (4, RFC 3686 5.1) or GCM salt (4, RFC
// 4106 8.1), then integrity key.
[[nodiscard]] std::size_t EncryptionKeySize(const EspSuite& suite);
[[nodiscard]] std::size_t IntegrityKeySize(EspAuth auth);
// Octets of the integrity check value on the wire: 8, 12, 16, 24 or 32.
[[nodiscard]] std::size_t IcvSize(const EspSuite& suite);

enum class ExchangeMode : std::uint8_t { kMain, kAggressive };
[[nodiscard]] std::string_view Name(ExchangeMode mode);  // "main", "aggressive"

enum class Encapsulation : std::uint8_t {
  kTunnel = 1,
  kTransport = 2
};                                                        // numbers of RFC 2407 section 4.5
[[nodiscard]] std::string_view Name(Encapsulation mode);  // "tunnel", "transport"

// Lifetime bounds an SA; 0 means unbounded on that axis. A kilobyte is 1024 octets.
struct Lifetime {
  std::uint32_t seconds = 0;
  std::uint32_t kilobytes = 0;
  friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

// Shorter takes the smaller bound on each axis: what both ends can live with (RFC 2407
// section 4.5.4).
[[nodiscard]] Lifetime Shorter(const Lifetime& a, const Lifetime& b);

// PublishedPhase1Offer and PublishedEspOffer are one transform each of what a portal has published
// in iSNS (published_proposals.hpp). A bound of 0: nothing was said.
struct PublishedPhase1Offer {
  Phase1Suite suite;
  Lifetime lifetime;
  friend bool operator==(const PublishedPhase1Offer&, const PublishedPhase1Offer&) = default;
};
struct PublishedEspOffer {
  EspSuite suite;                     // with the group of PFS, where there is one
  std::optional<Encapsulation> mode;  // unset: nothing was said
  Lifetime lifetime;
  friend bool operator==(const PublishedEspOffer&, const PublishedEspOffer&) = default;
};

// Selector is one side of what a child SA protects: an address or a prefix, a protocol and a port
// (0 = any).
struct Selector {
  IpAddress address;
  std::uint8_t prefix_bits = 32;  // 32 or 128: one address
  std::uint8_t protocol = 6;      // TCP
  std::uint16_t port = 0;
  [[nodiscard]] bool IsSingleAddress() const { return prefix_bits == address.bits(); }
  friend bool operator==(const Selector&, const Selector&) = default;
};
[[nodiscard]] std::string ToString(
    const Selector& selector);  // "192.0.2.1/32 tcp 3260", "192.0.2.1/32 tcp any"

inline constexpr std::uint16_t kIscsiPort = 3260;
inline constexpr std::uint8_t kProtocolTcp = 6;

}  // namespace iscsi_ike::policy
