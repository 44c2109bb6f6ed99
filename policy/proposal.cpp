// Names and sizes of what can be proposed.
#include "policy/proposal.hpp"

namespace iscsi_ike::policy {
namespace {

constexpr std::size_t kNonceSize = 4;  // CTR nonce (RFC 3686 section 5.1), GCM salt (RFC 4106 8.1)

std::string CipherText(EspCipher cipher, std::uint16_t key_bits) {
  std::string aes = "aes" + std::to_string(key_bits);
  switch (cipher) {
    case EspCipher::kNull:
      return "null";
    case EspCipher::kTripleDesCbc:
      return "3des";
    case EspCipher::kAesCbc:
      return aes;
    case EspCipher::kAesCtr:
      return aes + "ctr";
    case EspCipher::kAesGcm8:
      return aes + "gcm8";
    case EspCipher::kAesGcm12:
      return aes + "gcm12";
    case EspCipher::kAesGcm16:
      return aes + "gcm16";
  }
  return "?";
}

}  // namespace

std::string_view Name(EspAuth auth) {
  switch (auth) {
    case EspAuth::kNone:
      return "";
    case EspAuth::kHmacSha1_96:
      return "sha1";
    case EspAuth::kHmacSha256_128:
      return "sha256";
    case EspAuth::kHmacSha384_192:
      return "sha384";
    case EspAuth::kHmacSha512_256:
      return "sha512";
    case EspAuth::kAesXcbc96:
      return "aesxcbc";
  }
  return "?";
}

std::string ToString(const Phase1Suite& suite) {
  std::string text = suite.cipher == crypto::CipherAlgorithm::kTripleDesCbc
                         ? "3des"
                         : "aes" + std::to_string(suite.key_bits);
  text += "-";
  text += Name(suite.hash);
  text += "-";
  text += crypto::Info(suite.group).name;
  return text;
}

std::string ToString(const EspSuite& suite) {
  std::string text = CipherText(suite.cipher, suite.key_bits);
  if (suite.auth != EspAuth::kNone) text += "-" + std::string(Name(suite.auth));
  if (suite.pfs_group) text += "-" + std::string(crypto::Info(*suite.pfs_group).name);
  if (suite.esn) text += "-esn";
  return text;
}

bool IsAead(EspCipher cipher) {
  return cipher == EspCipher::kAesGcm8 || cipher == EspCipher::kAesGcm12 ||
         cipher == EspCipher::kAesGcm16;
}

std::size_t EncryptionKeySize(const EspSuite& suite) {
  switch (suite.cipher) {
    case EspCipher::kNull:
      return 0;
    case EspCipher::kTripleDesCbc:
      return 24;
    case EspCipher::kAesCbc:
      return suite.key_bits / 8U;
    case EspCipher::kAesCtr:
    case EspCipher::kAesGcm8:
    case EspCipher::kAesGcm12:
    case EspCipher::kAesGcm16:
      return suite.key_bits / 8U + kNonceSize;
  }
  return 0;
}

std::size_t IntegrityKeySize(EspAuth auth) {
  switch (auth) {
    case EspAuth::kNone:
      return 0;
    case EspAuth::kHmacSha1_96:
      return 20;
    case EspAuth::kHmacSha256_128:
      return 32;
    case EspAuth::kHmacSha384_192:
      return 48;
    case EspAuth::kHmacSha512_256:
      return 64;
    case EspAuth::kAesXcbc96:
      return 16;
  }
  return 0;
}

std::size_t IcvSize(const EspSuite& suite) {
  switch (suite.cipher) {
    case EspCipher::kAesGcm8:
      return 8;
    case EspCipher::kAesGcm12:
      return 12;
    case EspCipher::kAesGcm16:
      return 16;
    default:
      break;
  }
  switch (suite.auth) {
    case EspAuth::kNone:
      return 0;
    case EspAuth::kHmacSha1_96:
    case EspAuth::kAesXcbc96:
      return 12;
    case EspAuth::kHmacSha256_128:
      return 16;
    case EspAuth::kHmacSha384_192:
      return 24;
    case EspAuth::kHmacSha512_256:
      return 32;
  }
  return 0;
}

std::string_view Name(ExchangeMode mode) {
  return mode == ExchangeMode::kMain ? "main" : "aggressive";
}

std::string_view Name(Encapsulation mode) {
  return mode == Encapsulation::kTunnel ? "tunnel" : "transport";
}

std::string ToString(const Selector& selector) {
  std::string text = selector.address.ToString() + "/" + std::to_string(selector.prefix_bits) + " ";
  switch (selector.protocol) {
    case 0:
      text += "any";
      break;
    case kProtocolTcp:
      text += "tcp";
      break;
    case 17:
      text += "udp";
      break;
    default:
      text += "protocol " + std::to_string(selector.protocol);
      break;
  }
  return text + " " + (selector.port == 0 ? "any" : std::to_string(selector.port));
}

Lifetime Shorter(const Lifetime& a, const Lifetime& b) {
  const auto shorter = [](std::uint32_t x, std::uint32_t y) {
    if (x == 0 || y == 0) return x + y;  // 0 is unbounded
    return x < y ? x : y;
  };
  return {shorter(a.seconds, b.seconds), shorter(a.kilobytes, b.kilobytes)};
}

}  // namespace iscsi_ike::policy
