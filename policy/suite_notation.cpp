// The notation of suites that administrators know from other IKEs: tokens joined by hyphens.
// The order of the tokens is free; ToString() in proposal.cpp writes the usual one.
#include <array>
#include <vector>

#include "policy/proposal.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

using Rule = std::optional<std::string>;  // the rule that is broken

struct Phase1Cipher {
  std::string_view name;
  crypto::CipherAlgorithm cipher;
  std::uint16_t key_bits;
};
constexpr std::array<Phase1Cipher, 4> kPhase1Ciphers = {{
    {"aes128", crypto::CipherAlgorithm::kAesCbc, 128},
    {"aes192", crypto::CipherAlgorithm::kAesCbc, 192},
    {"aes256", crypto::CipherAlgorithm::kAesCbc, 256},
    {"3des", crypto::CipherAlgorithm::kTripleDesCbc, 192},
}};

struct HashName {
  std::string_view name;
  crypto::HashAlgorithm hash;
};
constexpr std::array<HashName, 4> kPhase1Hashes = {{
    {"sha1", crypto::HashAlgorithm::kSha1},
    {"sha256", crypto::HashAlgorithm::kSha256},
    {"sha384", crypto::HashAlgorithm::kSha384},
    {"sha512", crypto::HashAlgorithm::kSha512},
}};

struct EspCipherName {
  std::string_view name;
  EspCipher cipher;
  std::uint16_t key_bits;
};
constexpr std::array<EspCipherName, 17> kEspCiphers = {{
    {"null", EspCipher::kNull, 0},
    {"3des", EspCipher::kTripleDesCbc, 192},
    {"aes128", EspCipher::kAesCbc, 128},
    {"aes192", EspCipher::kAesCbc, 192},
    {"aes256", EspCipher::kAesCbc, 256},
    {"aes128ctr", EspCipher::kAesCtr, 128},
    {"aes192ctr", EspCipher::kAesCtr, 192},
    {"aes256ctr", EspCipher::kAesCtr, 256},
    {"aes128gcm8", EspCipher::kAesGcm8, 128},
    {"aes192gcm8", EspCipher::kAesGcm8, 192},
    {"aes256gcm8", EspCipher::kAesGcm8, 256},
    {"aes128gcm12", EspCipher::kAesGcm12, 128},
    {"aes192gcm12", EspCipher::kAesGcm12, 192},
    {"aes256gcm12", EspCipher::kAesGcm12, 256},
    {"aes128gcm16", EspCipher::kAesGcm16, 128},
    {"aes192gcm16", EspCipher::kAesGcm16, 192},
    {"aes256gcm16", EspCipher::kAesGcm16, 256},
}};

struct EspAuthName {
  std::string_view name;
  EspAuth auth;
};
constexpr std::array<EspAuthName, 5> kEspAuths = {{
    {"sha1", EspAuth::kHmacSha1_96},
    {"sha256", EspAuth::kHmacSha256_128},
    {"sha384", EspAuth::kHmacSha384_192},
    {"sha512", EspAuth::kHmacSha512_256},
    {"aesxcbc", EspAuth::kAesXcbc96},
}};

// Other spellings of the same thing, as strongSwan and libreswan have them.
constexpr std::array<std::array<std::string_view, 2>, 8> kTokenAliases = {{
    {"sha", "sha1"},
    {"sha2", "sha256"},
    {"sha2_256", "sha256"},
    {"sha2_384", "sha384"},
    {"sha2_512", "sha512"},
    {"x25519", "curve25519"},
    {"aes_xcbc", "aesxcbc"},
    {"aesxcbc96", "aesxcbc"},
}};

// What people write and cannot have, with the reason.
constexpr std::array<std::array<std::string_view, 2>, 6> kRefused = {{
    {"md5", "MD5 is not supported; RFC 3723 section 2.3.1 wants SHA-1 at least"},
    {"des", "DES must not be used (RFC 7143 section 9.3.2)"},
    {"aes", "AES needs its key length: aes128, aes192 or aes256"},
    {"aesctr", "AES needs its key length: aes128ctr, aes192ctr or aes256ctr"},
    {"aesgcm", "AES needs its key length and the octets of the ICV: aes128gcm16"},
    {"modp768", "a 768-bit group is not supported; 2048 bits should be used (RFC 7146 3.2)"},
}};

template <class Table>
auto Find(const Table& table, std::string_view name) -> const typename Table::value_type* {
  for (const auto& entry : table) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

template <class Table>
std::string Names(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  return Join(names, ", ");
}

std::string_view Canonical(std::string_view token) {
  for (const auto& alias : kTokenAliases) {
    if (alias[0] == token) return alias[1];
  }
  return token;
}

// GroupByToken reads a group's name, or "dh14" as libreswan writes it.
std::optional<crypto::DhGroup> GroupByToken(std::string_view token) {
  if (const auto group = crypto::DhGroupByName(token)) return group;
  if (!token.starts_with("dh")) return std::nullopt;
  const auto number = ParseUnsigned(token.substr(2));
  return number && *number <= 0xFFFF ? crypto::DhGroupByNumber(static_cast<std::uint16_t>(*number))
                                     : std::nullopt;
}

template <class T>
Rule SetOnce(std::optional<T>& slot, T value, std::string_view what) {
  if (slot) return "gives the " + std::string(what) + " twice";
  slot = std::move(value);
  return std::nullopt;
}

Rule RefuseToken(std::string_view token, const std::string& known) {
  for (const auto& refused : kRefused) {
    if (refused[0] == token) return std::string(refused[1]);
  }
  if (token.starts_with("3des")) return "3des takes no key length; write 3des";
  if (token.starts_with("prf")) return "the prf follows the hash in IKEv1; leave it out";
  if (token.empty()) return "has an empty token (a hyphen too many)";
  return Quote(token) + " is not known; known are " + known;
}

struct Phase1Draft {
  std::optional<Phase1Cipher> cipher;
  std::optional<crypto::HashAlgorithm> hash;
  std::optional<crypto::DhGroup> group;
};

Rule TakePhase1(std::string_view token, Phase1Draft& draft) {
  if (const auto* cipher = Find(kPhase1Ciphers, token)) {
    return SetOnce(draft.cipher, *cipher, "cipher");
  }
  if (const auto* hash = Find(kPhase1Hashes, token)) return SetOnce(draft.hash, hash->hash, "hash");
  if (const auto group = GroupByToken(token)) return SetOnce(draft.group, *group, "group");
  if (Find(kEspCiphers, token) != nullptr) {
    return Quote(token) + " is for ESP only; phase 1 of IKEv1 has " + Names(kPhase1Ciphers);
  }
  return RefuseToken(token, Names(kPhase1Ciphers) + "; " + Names(kPhase1Hashes) + "; " +
                                Names(crypto::AllDhGroups()));
}

Rule CheckPhase1(const Phase1Draft& draft) {
  if (!draft.cipher) return "has no cipher; one of " + Names(kPhase1Ciphers);
  if (!draft.hash) return "has no hash; one of " + Names(kPhase1Hashes);
  if (!draft.group) {
    return "has no group, which phase 1 needs; one of " + Names(crypto::AllDhGroups());
  }
  return std::nullopt;
}

struct EspDraft {
  std::optional<EspCipherName> cipher;
  std::optional<EspAuth> auth;
  std::optional<crypto::DhGroup> group;
  std::optional<bool> esn;
};

// GcmByBits: strongSwan also writes the ICV of AES-GCM in bits, and leaves out 16 octets.
std::string WithIcvInOctets(std::string_view token) {
  const std::size_t gcm = token.find("gcm");
  if (!token.starts_with("aes") || gcm == std::string_view::npos) return std::string(token);
  const std::string_view icv = token.substr(gcm + 3);
  const std::string stem(token.substr(0, gcm + 3));
  if (icv == "64") return stem + "8";
  if (icv == "96") return stem + "12";
  if (icv == "128" || icv.empty()) return stem + "16";
  return std::string(token);
}

Rule TakeEsp(std::string_view token, EspDraft& draft) {
  if (const auto* cipher = Find(kEspCiphers, WithIcvInOctets(token))) {
    return SetOnce(draft.cipher, *cipher, "cipher");
  }
  if (const auto* auth = Find(kEspAuths, token)) {
    return SetOnce(draft.auth, auth->auth, "integrity algorithm");
  }
  if (const auto group = GroupByToken(token)) return SetOnce(draft.group, *group, "group");
  if (token == "esn" || token == "noesn") {
    return SetOnce(draft.esn, token == "esn", "sequence number size");
  }
  return RefuseToken(token, Names(kEspCiphers) + "; " + Names(kEspAuths) + "; " +
                                Names(crypto::AllDhGroups()) + "; esn, noesn");
}

Rule CheckEsp(const EspDraft& draft) {
  if (!draft.cipher) return "has no cipher; one of " + Names(kEspCiphers);
  if (IsAead(draft.cipher->cipher)) {
    if (!draft.auth) return std::nullopt;
    return "AES-GCM has its integrity built in; leave out " + std::string(Name(*draft.auth));
  }
  if (draft.auth) return std::nullopt;
  if (draft.cipher->cipher == EspCipher::kNull) {
    return "null without integrity protects nothing; add one of " + Names(kEspAuths);
  }
  return "has encryption without integrity, which RFC 3723 section 2.3.1 forbids; add one of " +
         Names(kEspAuths);
}

template <class Draft, class Take>
Rule TakeTokens(std::string_view text, Draft& draft, Take take) {
  const std::string lower = Lower(text);
  for (const std::string_view token : Split(lower, "-")) {
    if (Rule rule = take(Canonical(token), draft)) return rule;
  }
  return std::nullopt;
}

Failure<Error> RejectSuite(std::string_view text, std::string_view place, const std::string& rule) {
  return Reject(std::string(place), Quote(text) + ": " + rule);
}

}  // namespace

Parsed<Phase1Suite> ParsePhase1Suite(std::string_view text, std::string_view place) {
  Phase1Draft draft;
  Rule rule = TakeTokens(text, draft, TakePhase1);
  if (!rule) rule = CheckPhase1(draft);
  if (rule) return RejectSuite(text, place, *rule);
  return Phase1Suite{draft.cipher->cipher, draft.cipher->key_bits, *draft.hash, *draft.group};
}

Parsed<EspSuite> ParseEspSuite(std::string_view text, std::string_view place) {
  EspDraft draft;
  Rule rule = TakeTokens(text, draft, TakeEsp);
  if (!rule) rule = CheckEsp(draft);
  if (rule) return RejectSuite(text, place, *rule);
  return EspSuite{draft.cipher->cipher, draft.cipher->key_bits, draft.auth.value_or(EspAuth::kNone),
                  draft.esn.value_or(false), draft.group};
}

}  // namespace iscsi_ike::policy
